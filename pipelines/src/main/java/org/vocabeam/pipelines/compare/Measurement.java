package org.vocabeam.pipelines.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.evaluate.LabelShare;
import org.vocabeam.models.labels.Supervised;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.run.FineTuning;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.stage.Evaluation;
import org.vocabeam.pipelines.stage.MetricsTable;
import org.vocabeam.transforms.evaluation.EvaluateLinear;
import org.vocabeam.transforms.evaluation.LabelSurvey;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * Measures that are taken of every network of a comparison, trained or not. What has been measured
 * is found, not measured again.
 *
 * @param training images that are trained on
 * @param labels labels of the two splits
 */
record Measurement(
    Comparison comparison, TrainingImages training, LabelSurvey labels, Runner runner) {
  /** Returns the same measures, taken on another runner. */
  Measurement on(Runner other) {
    return new Measurement(comparison, training, labels, other);
  }

  /** Returns the recipe of a method's last network. */
  Recipe recipe(ComparisonPlan.Method method, long seed) {
    RecipeChoice choice = comparison.entries().choice(method.name(), seed);
    return choice.recipe(training.task(choice.settings(), method.steps(comparison.rounds()), seed));
  }

  /** Returns the same result with the interval of an accuracy on all labelled test images. */
  MetricRecord withInterval(MetricRecord result) {
    boolean onTestImages =
        result.metric().startsWith("knn")
            || result.metric().equals(EvaluateLinear.METRIC)
            || result.metric().equals(FineTuning.FINE_TUNE);
    return result.value() == null || !onTestImages
        ? result
        : new MetricRecord(
            result.features(),
            result.metric(),
            result.labelShare(),
            result.value(),
            SeedValues.ofAccuracy(result.value(), labels.test().labelled()));
  }

  /** Returns all that is measured of a run's network. */
  List<MetricRecord> measure(FeatureSource features, String checkpoint, String run, long seed) {
    Map<String, String> weights = Map.of("checkpoint", Provenance.checkpoint(checkpoint));
    return measure(features, false, weights, Comparison.evaluation(run), seed);
  }

  /**
   * Returns the metrics of features, measured unless they are stored.
   *
   * @param pixels also measures the images' own pixels
   * @param weights entries that tell which weights are measured
   */
  List<MetricRecord> measure(
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
    metrics.add(evaluation.features(source.name(), directory).rank());
    if (pixels) {
      metrics.add(evaluation.features(Evaluation.PIXELS, directory).deviation());
    }
    return metrics;
  }

  /**
   * Returns the accuracies of classifiers that start from the network, with the labels of the
   * linear probes.
   *
   * @param choice of the network
   * @param initial null for random weights: supervised training from scratch
   */
  List<MetricRecord> fineTune(
      RecipeChoice choice, @Nullable InitialWeights initial, String directory) {
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
                  supervised(choice, initial, steps),
                  new LabelShare(share, choice.seed()),
                  initial,
                  StoreFiles.resolve(directory, "finetune-" + share),
                  RoundPlan.alone(1, steps))
              .run(runner));
    }
    return metrics;
  }

  /**
   * Returns the recipe of supervised training of all weights.
   *
   * @param initial null for random weights of the choice's network
   */
  Recipe supervised(RecipeChoice choice, @Nullable InitialWeights initial, long ofSteps) {
    Task task = training.task(choice.settings(), ofSteps, choice.seed());
    if (choice.imageSize() != null) {
      task = task.withSide(choice.imageSize());
    }
    return Supervised.recipe(
        initial == null ? choice.recipe(task).backbone() : initial.recipe().backbone(),
        initial == null ? task : initial.task(task),
        training.statistics().classes(),
        Supervised.Trained.ALL,
        null,
        1);
  }
}
