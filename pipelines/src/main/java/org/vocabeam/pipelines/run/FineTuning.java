package org.vocabeam.pipelines.run;

import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.evaluate.LabelShare;
import org.vocabeam.models.labels.Supervised;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.TrainingData;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.stage.ClassifyStage;
import org.vocabeam.pipelines.stage.LabelStage;
import org.vocabeam.transforms.evaluation.MetricRecord;

/**
 * A classifier from an encoder and a share of the labels (docs/methods.md, section 8): labels
 * become targets, a run learns them, and its classifier is measured on the test split.
 *
 * <pre>{@code
 * new FineTuning(images, "test", recipe, new LabelShare(0.1, 1), initial, "runs/classifier", plan)
 *     .run(runner);
 * }</pre>
 *
 * @param images images with labels
 * @param testSplit split whose labels are predicted
 * @param recipe recipe of {@link Supervised}
 * @param share share of the labels
 * @param initial the encoder; null for random weights
 * @param output directory of the run, and of what it is trained on
 * @param plan length of the run, and its replicas
 */
public record FineTuning(
    TrainingImages images,
    String testSplit,
    Recipe recipe,
    LabelShare share,
    @Nullable InitialWeights initial,
    String output,
    RoundPlan plan) {

  /** Name of the metric without an auxiliary method. */
  public static final String FINE_TUNE = "fine-tune";

  /** Returns the metric of a classifier, which tells how it was trained. */
  static String metric(Supervised method) {
    String metric = method.trained() == Supervised.Trained.ALL ? FINE_TUNE : FINE_TUNE + "-head";
    return method.auxiliary() == null ? metric : metric + "+" + method.auxiliary().name();
  }

  /** Returns the row of the accuracy of all weights, where labels do not allow any. */
  public static MetricRecord leftOut(
      @Nullable InitialWeights initial, double labelShare, String reason) {
    return MetricRecord.leftOut(features(initial), FINE_TUNE, labelShare, reason);
  }

  private static String features(@Nullable InitialWeights initial) {
    return initial == null ? "random" : "trained";
  }

  /** Runs what is not complete yet, and returns the accuracies. */
  public List<MetricRecord> run(Runner runner) {
    Supervised method = (Supervised) recipe.method();
    TrainingData data =
        new LabelStage(images, share, method.auxiliary() == null, output).run(runner);
    new Pretraining("finetune", recipe, data, student(method), output, plan.with(SignalPlan.OFF))
        .run(runner);
    return new ClassifyStage(
            images,
            testSplit,
            output,
            new MetricRecord(features(initial), metric(method), share.share(), 0, 0))
        .run(runner);
  }

  /** Returns the weights of the encoder alone, also for networks that start as its copies. */
  private @Nullable InitialWeights student(Supervised method) {
    return initial == null ? null : initial.encoderFor(method);
  }
}
