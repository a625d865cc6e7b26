package org.vocabeam.pipelines.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.evaluate.Signal;
import org.vocabeam.pipelines.compare.ComparisonPlan.Network;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.run.Generations;
import org.vocabeam.pipelines.run.PretrainRequest;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.pipelines.run.SignalPlan;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.transforms.evaluation.ComparisonRecord;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.training.StepMetric;
import org.vocabeam.transforms.training.TrainingStopped;

/**
 * Trains and measures the runs of a comparison. What has been done is found, not done again.
 *
 * @param references networks with random weights, beside which the methods stand
 */
record ComparisonRuns(ComparisonPlan plan, Measurement measurement, References references) {
  /**
   * One run.
   *
   * @param method method that is trained; null for random weights
   */
  private record Run(
      ComparisonPlan.@Nullable Method method, long seed, References.Network network) {
    /** Returns the name for a person. */
    @Override
    public String toString() {
      String what = method == null ? "random weights of " + network.name() : method.name();
      return what + ", seed " + seed;
    }
  }

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

  /** Does what is not done yet, seed by seed, several runs at a time if the comparison says so. */
  Results run() {
    List<Run> runs = new ArrayList<>();
    for (long seed : measurement.comparison().seeds()) {
      references.networks().forEach(network -> runs.add(new Run(null, seed, network)));
      plan.methods().stream()
          .filter(method -> !method.networks().isEmpty())
          .forEach(method -> runs.add(new Run(method, seed, references.of(method))));
    }
    List<Outcome> outcomes =
        new SideBySide(measurement.comparison().parallel())
            .run(runs.stream().<Supplier<Outcome>>map(run -> () -> outcome(run)).toList());
    Results results = new Results(new ArrayList<>(), new LinkedHashMap<>());
    for (int i = 0; i < runs.size(); i++) {
      add(results, runs.get(i), outcomes.get(i));
    }
    return results;
  }

  private Outcome outcome(Run run) {
    Comparison.say("%s", run);
    Measurement own =
        measurement.on(
            measurement.runner().sharing(measurement.comparison().parallel(), run.toString()));
    return run.method() == null
        ? new Outcome(null, references.measure(run.network(), run.seed(), own))
        : outcome(run.method(), run.seed(), own);
  }

  private void add(Results results, Run run, Outcome outcome) {
    String method = run.method() == null ? "" : run.method().name();
    outcome
        .metrics()
        .forEach(
            metric ->
                results
                    .metrics()
                    .add(
                        new ComparisonRecord(
                            method,
                            run.seed(),
                            run.network().nameFor(metric),
                            measurement.withInterval(metric))));
    if (outcome.stopped() != null) {
      results
          .stopped()
          .computeIfAbsent(method, name -> new ArrayList<>())
          .add("seed " + run.seed() + " stopped: " + outcome.stopped());
    }
  }

  /** Trains and measures a method. */
  private static Outcome outcome(ComparisonPlan.Method method, long seed, Measurement measurement) {
    Comparison comparison = measurement.comparison();
    String run = comparison.run(method.name(), seed);
    String reason = StoreFiles.resolve(run, "stopped.txt");
    try {
      Optional<String> before = StoreFiles.find(reason);
      if (before.isPresent()) {
        return new Outcome(before.get().strip(), List.of());
      }
      Optional<String> stopped = train(method, seed, run, measurement);
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
    online(method, run, comparison.rounds()).ifPresent(metrics::add);
    metrics.addAll(
        measurement.fineTune(
            comparison.entries().choice(method.name(), seed), InitialWeights.open(run), run));
    return new Outcome(null, metrics);
  }

  /** Returns the rounds of a network; who asks for more of them wants the signal's curve. */
  private static RoundPlan rounds(Network network, int rounds) {
    RoundPlan plan = RoundPlan.alone(rounds, network.stepsPerRound());
    return rounds <= Integer.parseInt(Comparison.ROUNDS)
        ? plan
        : plan.with(SignalPlan.USUAL.withEvery(1));
  }

  /** Returns the last accuracy of neighbours that a run has measured while it trained. */
  private static Optional<MetricRecord> online(
      ComparisonPlan.Method method, String run, int rounds) {
    Network last = method.networks().get(method.networks().size() - 1);
    RunDirectory directory =
        method.networks().size() == 1
            ? new RunDirectory(run)
            : new RunDirectory(new RunDirectory(run).run(last.count()));
    String steps = directory.steps(rounds * last.stepsPerRound());
    return StoreReader.open(StepMetric.TYPE, steps).rows().stream()
        .filter(row -> row.metric().equals(Signal.NEIGHBOURS))
        .reduce((before, after) -> after.step() >= before.step() ? after : before)
        .map(row -> new MetricRecord("trained", row.metric(), 1, row.value(), 0));
  }

  /** Trains a method, and returns the reason why the run stopped, if it did. */
  private static Optional<String> train(
      ComparisonPlan.Method method, long seed, String run, Measurement measurement) {
    List<Network> networks = method.networks();
    Network last = networks.get(networks.size() - 1);
    Comparison comparison = measurement.comparison();
    Runner runner = measurement.runner();
    PretrainRequest request =
        PretrainRequest.of(
                comparison.images(),
                run,
                comparison.entries().choice(method.name(), seed),
                rounds(last, comparison.rounds()))
            .withSplit(comparison.trainSplit());
    try {
      if (networks.size() > 1) {
        new Generations(request, null, last.count(), rounds(networks.get(0), comparison.rounds()))
            .run(runner);
      } else {
        request.run(runner);
      }
      return Optional.empty();
    } catch (RuntimeException e) {
      TrainingStopped stopped = TrainingStopped.in(e).orElseThrow(() -> e);
      runner.say(stopped.getMessage());
      return Optional.of(stopped.getMessage());
    }
  }
}
