package org.vocabeam.pipelines.compare;

import static com.google.common.base.Preconditions.checkState;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.evaluate.LabelShare;
import org.vocabeam.models.labels.Supervised;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.pipelines.compare.ComparisonPlan.Network;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingData;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.run.FineTuning;
import org.vocabeam.pipelines.run.Generations;
import org.vocabeam.pipelines.run.PretrainRequest;
import org.vocabeam.pipelines.run.Pretraining;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.pipelines.run.SignalPlan;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.stage.Evaluation;
import org.vocabeam.pipelines.stage.LabelStage;
import org.vocabeam.pipelines.stage.MetricsTable;
import org.vocabeam.transforms.evaluation.ComparisonRecord;
import org.vocabeam.transforms.evaluation.LabelSurvey;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.training.TrainingStopped;

/**
 * Trains and measures the runs of a comparison. What has been done is found, not done again.
 *
 * @param training images that are trained on
 * @param labels labels of the two splits
 */
record ComparisonRuns(
    Comparison comparison, TrainingImages training, LabelSurvey labels, Runner runner) {
  /** Random weights with batch norm statistics of the images, as features. */
  private static final String NORMALISED = "normalised";

  /** Steps of those statistics, of which then 0.9^50 is what they started from. */
  private static final long STATISTICS_STEPS = 50;

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
  Results run(ComparisonPlan plan) {
    Results results = new Results(new ArrayList<>(), new LinkedHashMap<>());
    for (long seed : comparison.seeds()) {
      Comparison.say("random weights and pixels, seed %d", seed);
      add(results, "", seed, new Outcome(null, reference(plan, seed)));
      for (ComparisonPlan.Method method : plan.methods()) {
        if (!method.networks().isEmpty()) {
          Comparison.say("%s, seed %d", method.name(), seed);
          add(results, method.name(), seed, outcome(method, seed));
        }
      }
    }
    return results;
  }

  private static void add(Results results, String method, long seed, Outcome outcome) {
    outcome
        .metrics()
        .forEach(metric -> results.metrics().add(new ComparisonRecord(method, seed, metric)));
    if (outcome.stopped() != null) {
      results
          .stopped()
          .computeIfAbsent(method, name -> new ArrayList<>())
          .add("seed " + seed + " stopped: " + outcome.stopped());
    }
  }

  /**
   * Measures what stands beside all methods: random weights as they are, normalised, and pixels.
   */
  private List<MetricRecord> reference(ComparisonPlan plan, long seed) {
    List<Recipe> recipes =
        plan.methods().stream()
            .filter(method -> !method.networks().isEmpty())
            .map(
                method ->
                    comparison.recipe(
                        method.name(), training, method.steps(comparison.rounds()), seed))
            .toList();
    checkState(
        recipes.stream().map(Recipe::backbone).distinct().count() == 1,
        "the methods have different backbones");
    String directory = comparison.reference(seed);
    FeatureSource random = FeatureSource.random(recipes.get(0), comparison.pooling().pooling());
    Map<String, String> weights =
        Map.of(
            "backbone", Methods.toTree(recipes.get(0)).at("/backbone").toString(),
            "normalisation", Methods.toTree(recipes.get(0)).at("/normalisation").toString());
    List<MetricRecord> metrics = measure(random, true, weights, directory, seed);
    metrics.addAll(normalised(directory, seed));
    metrics.addAll(fineTune(null, directory, seed));
    return metrics;
  }

  /**
   * Measures where every method starts: random weights whose batch norm has statistics of the
   * images, by steps of supervised training at the rate 0.
   */
  private List<MetricRecord> normalised(String directory, long seed) {
    Optional<String> unlearnable = labels.unlearnable();
    if (unlearnable.isPresent()) {
      return comparison.evaluation(seed).leftOut(NORMALISED, unlearnable.get());
    }
    String run = StoreFiles.resolve(directory, NORMALISED);
    RoundPlan plan = RoundPlan.alone(1, STATISTICS_STEPS).with(SignalPlan.OFF);
    Recipe recipe =
        supervised(null, plan.steps(), seed).withSchedule(new RateSchedule.Cosine(0, 0, 0));
    TrainingData data = new LabelStage(training, new LabelShare(1, seed), true, run).run(runner);
    new Pretraining("finetune", recipe, data, null, run, plan).run(runner);
    String checkpoint = RunDirectory.checkpointOf(run);
    FeatureSource features = FeatureSource.trained(checkpoint, comparison.pooling().pooling());
    return measure(features.named(NORMALISED), checkpoint, run, seed);
  }

  /** Trains and measures a method. */
  private Outcome outcome(ComparisonPlan.Method method, long seed) {
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
    List<MetricRecord> metrics = measure(trained, checkpoint, run, seed);
    metrics.addAll(fineTune(InitialWeights.open(run), run, seed));
    return new Outcome(null, metrics);
  }

  /** Trains a method, and returns the reason why the run stopped, if it did. */
  private Optional<String> train(ComparisonPlan.Method method, long seed, String run) {
    List<Network> networks = method.networks();
    Network last = networks.get(networks.size() - 1);
    PretrainRequest request =
        PretrainRequest.of(
                comparison.images(),
                run,
                comparison.choice(last.method(), seed),
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

  /** Returns all that is measured of a run's network. */
  private List<MetricRecord> measure(
      FeatureSource features, String checkpoint, String run, long seed) {
    Map<String, String> weights = Map.of("checkpoint", Provenance.checkpoint(checkpoint));
    return measure(features, false, weights, Comparison.evaluation(run), seed);
  }

  /** Returns the metrics of features, measured unless they are stored. */
  private List<MetricRecord> measure(
      FeatureSource features,
      boolean pixels,
      Map<String, String> weights,
      String directory,
      long seed) {
    FeatureSource source = features.on(runner.compute());
    Evaluation evaluation = comparison.evaluation(seed);
    Map<String, String> provenance =
        evaluation.provenance("compare", weights, comparison.pooling());
    List<MetricRecord> metrics =
        new ArrayList<>(
            Provenance.isOf(Evaluation.metrics(directory), provenance)
                ? MetricsTable.read(Evaluation.metrics(directory))
                : evaluation.run(List.of(source), pixels, provenance, directory, runner));
    metrics.add(evaluation.features(source.name(), directory).deviation());
    if (pixels) {
      metrics.add(evaluation.features(Evaluation.PIXELS, directory).deviation());
    }
    return metrics;
  }

  /**
   * Returns the accuracies of classifiers that start from the network, with the labels of the
   * linear probes.
   *
   * @param initial null for random weights: supervised training from scratch
   */
  private List<MetricRecord> fineTune(
      @Nullable InitialWeights initial, String directory, long seed) {
    long steps = comparison.finetuneSteps();
    List<MetricRecord> metrics = new ArrayList<>();
    for (double share : steps == 0 ? List.<Double>of() : Evaluation.usualLabelShares()) {
      if (labels.unlearnable().isPresent()) {
        metrics.add(FineTuning.leftOut(initial, share, labels.unlearnable().get()));
        continue;
      }
      metrics.addAll(
          new FineTuning(
                  training,
                  comparison.testSplit(),
                  supervised(initial, steps, seed),
                  new LabelShare(share, seed),
                  initial,
                  StoreFiles.resolve(directory, "finetune-" + share),
                  RoundPlan.alone(1, steps))
              .run(runner));
    }
    return metrics;
  }

  /** Returns the recipe of supervised training of all weights. */
  private Recipe supervised(@Nullable InitialWeights initial, long ofSteps, long seed) {
    Preset preset = Preset.named(comparison.preset());
    Task task = training.task(preset.settings(), ofSteps, seed);
    if (comparison.imageSize() != null) {
      task = task.withSide(comparison.imageSize());
    }
    return Supervised.recipe(
        initial == null ? preset.backbone(task) : initial.recipe().backbone(),
        initial == null ? task : initial.task(task),
        training.statistics().classes(),
        Supervised.Trained.ALL,
        null,
        1);
  }
}
