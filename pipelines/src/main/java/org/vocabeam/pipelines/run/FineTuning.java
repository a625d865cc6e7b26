package org.vocabeam.pipelines.run;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.evaluate.LabelShare;
import org.vocabeam.models.labels.Supervised;
import org.vocabeam.models.training.Method;
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
 * become targets, a run learns them, and names the images of the test split.
 *
 * @param images that the labels are of
 * @param recipe of {@link Supervised}
 * @param initial the encoder; null for random weights
 * @param output of the run, and of what it is trained on
 */
public record FineTuning(
    TrainingImages images,
    String testSplit,
    Recipe recipe,
    LabelShare share,
    @Nullable InitialWeights initial,
    String output,
    RoundPlan plan) {

  /** The metric of a classifier: how it was trained. */
  static String metric(Supervised method) {
    String metric = method.trained() == Supervised.Trained.ALL ? "fine-tune" : "fine-tune-head";
    return method.auxiliary() == null ? metric : metric + "+" + method.auxiliary().name();
  }

  /** Does what is not complete yet. */
  public List<MetricRecord> run(Runner runner) {
    Supervised method = (Supervised) recipe.method();
    TrainingData data =
        new LabelStage(images, share, method.auxiliary() == null, output).run(runner);
    new Pretraining("finetune", recipe, data, student(method), output, plan).run(runner);
    String features = initial == null ? "random" : "trained";
    return new ClassifyStage(
            images,
            testSplit,
            output,
            new MetricRecord(features, metric(method), share.share(), 0, 0))
        .run(runner);
  }

  /** The encoder alone, also where a network starts as its copy. */
  private @Nullable InitialWeights student(Supervised method) {
    if (initial == null) {
      return null;
    }
    Map<String, String> scopes = new TreeMap<>();
    scopes.put(Method.STUDENT, Method.STUDENT);
    method.studentCopies().forEach(copy -> scopes.put(copy, Method.STUDENT));
    return initial.taking(scopes);
  }
}
