package org.vocabeam.pipelines.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.pipelines.compare.ComparisonPlan.Network;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.run.Generations;
import org.vocabeam.pipelines.run.PretrainRequest;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.transforms.evaluation.ComparisonRecord;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.training.TrainingStopped;

/**
 * Trains and measures the runs of a comparison. What has been done is found, not done again.
 *
 * @param references networks with random weights, beside which the methods stand
 */
record ComparisonRuns(ComparisonPlan plan, Measurement measurement, References references) {
  /**
   * Outcome of one run.
   *
   * @param stopped the reason why it stopped; null when it has ended
   */
  private record Outcome(@Nullable String stopped, List<MetricRecord> metrics) {}

  /**
   * Results of all runs.
   *
   * @param metrics of the runs that have ended, and of what stands beside them
   * @param stopped method to the reasons why runs of it stopped
   */
  record Results(List<ComparisonRecord> metrics, Map<String, List<String>> stopped) {}

  /** Does what is not done yet, seed by seed. */
  Results run() {
    Results results = new Results(new ArrayList<>(), new LinkedHashMap<>());
    for (long seed : measurement.comparison().seeds()) {
      for (References.Network network : references.networks()) {
        Comparison.say("random weights of %s, seed %d", network.name(), seed);
        add(results, "", seed, network, new Outcome(null, references.measure(network, seed)));
      }
      for (ComparisonPlan.Method method : plan.methods()) {
        if (!method.networks().isEmpty()) {
          Comparison.say("%s, seed %d", method.name(), seed);
          add(results, method.name(), seed, references.of(method), outcome(method, seed));
        }
      }
    }
    return results;
  }

  private static void add(
      Results results, String method, long seed, References.Network network, Outcome outcome) {
    outcome
        .metrics()
        .forEach(
            metric ->
                results
                    .metrics()
                    .add(new ComparisonRecord(method, seed, network.nameFor(metric), metric)));
    if (outcome.stopped() != null) {
      results
          .stopped()
          .computeIfAbsent(method, name -> new ArrayList<>())
          .add("seed " + seed + " stopped: " + outcome.stopped());
    }
  }

  /** Trains and measures a method. */
  private Outcome outcome(ComparisonPlan.Method method, long seed) {
    Comparison comparison = measurement.comparison();
    String run = comparison.run(method.name(), seed);
    String reason = StoreFiles.resolve(run, "stopped.txt");
    try {
      Optional<String> before = StoreFiles.find(reason);
      if (before.isPresent()) {
        return new Outcome(before.get().strip(), List.of());
      }
      Optional<String> stopped = train(method, seed, run);
      if (stopped.isPresent()) {
        StoreFiles.write(reason, stopped.get() + "\n");
        return new Outcome(stopped.get(), List.of());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String checkpoint = RunDirectory.checkpointOf(run);
    FeatureSource trained = FeatureSource.trained(checkpoint, comparison.pooling().pooling());
    List<MetricRecord> metrics = measurement.measure(trained, checkpoint, run, seed);
    metrics.addAll(
        measurement.fineTune(
            comparison.entries().choice(method.name(), seed), InitialWeights.open(run), run));
    return new Outcome(null, metrics);
  }

  /** Trains a method, and returns the reason why the run stopped, if it did. */
  private Optional<String> train(ComparisonPlan.Method method, long seed, String run) {
    List<Network> networks = method.networks();
    Network last = networks.get(networks.size() - 1);
    Comparison comparison = measurement.comparison();
    Runner runner = measurement.runner();
    PretrainRequest request =
        PretrainRequest.of(
                comparison.images(),
                run,
                comparison.entries().choice(method.name(), seed),
                RoundPlan.alone(comparison.rounds(), last.stepsPerRound()))
            .withSplit(comparison.trainSplit());
    try {
      if (networks.size() > 1) {
        RoundPlan firstPlan = RoundPlan.alone(comparison.rounds(), networks.get(0).stepsPerRound());
        new Generations(request, null, last.count(), firstPlan).run(runner);
      } else {
        request.run(runner);
      }
      return Optional.empty();
    } catch (RuntimeException e) {
      TrainingStopped stopped = TrainingStopped.in(e).orElseThrow(() -> e);
      System.err.println(stopped.getMessage());
      return Optional.of(stopped.getMessage());
    }
  }
}
