package org.vocabeam.pipelines.stage;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.TypedCommand;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.features.FeatureSource;

/**
 * Metrics of an encoder, beside the same network with random weights and beside raw pixels: the
 * stores {@code embeddings} and {@code metrics}. An earlier evaluation in the same place is
 * replaced.
 *
 * <pre>{@code
 * List<MetricRecord> metrics =
 *     EvaluateStage.of("runs/images", "runs/obow", "runs/obow/evaluation").run(runner);
 * }</pre>
 *
 * @param images images store with labels and the two splits
 * @param checkpoint run, or one checkpoint
 * @param output directory of the stores
 * @param trainSplit split whose labels are learned from
 * @param testSplit split whose labels are predicted
 * @param labelShares shares of the training labels for the linear probe, each in (0, 1]
 * @param seed decides which labels and which episodes are drawn
 * @param pooling features of the encoder
 * @param imageShare share of the images that is looked at, in (0, 1]
 */
public record EvaluateStage(
    String images,
    String checkpoint,
    String output,
    String trainSplit,
    String testSplit,
    List<Double> labelShares,
    long seed,
    PoolingChoice pooling,
    double imageShare)
    implements Request<List<MetricRecord>> {
  /** Default of {@code seed}. */
  public static final String SEED = "1";

  /** Default of {@code imageShare}. */
  public static final String IMAGE_SHARE = "1";

  public EvaluateStage {
    labelShares = List.copyOf(labelShares);
  }

  /** Returns an evaluation with the defaults. */
  public static EvaluateStage of(String images, String checkpoint, String output) {
    return new EvaluateStage(
        images,
        checkpoint,
        output,
        TrainingImages.TRAIN,
        TrainingImages.TEST,
        Evaluation.usualLabelShares(),
        Long.parseLong(SEED),
        PoolingChoice.GLOBAL,
        Double.parseDouble(IMAGE_SHARE));
  }

  /** Returns the same evaluation of other features of the encoder. */
  public EvaluateStage withPooling(PoolingChoice other) {
    return new EvaluateStage(
        images, checkpoint, output, trainSplit, testSplit, labelShares, seed, other, imageShare);
  }

  /** Returns the same evaluation on a share of the images. */
  public EvaluateStage withImageShare(double other) {
    return new EvaluateStage(
        images, checkpoint, output, trainSplit, testSplit, labelShares, seed, pooling, other);
  }

  /** Returns the same evaluation on other splits. */
  public EvaluateStage withSplits(String train, String test) {
    return new EvaluateStage(
        images, checkpoint, output, train, test, labelShares, seed, pooling, imageShare);
  }

  @Override
  public TypedCommand typed(Runner runner) {
    return TypedCommand.of("evaluate")
        .with("images", images)
        .with("checkpoint", checkpoint)
        .with("output", output)
        .unless(TrainingImages.TRAIN, "trainSplit", trainSplit)
        .unless(TrainingImages.TEST, "testSplit", testSplit)
        .unless(joined(Evaluation.usualLabelShares()), "labelShares", joined(labelShares))
        .unless(Long.valueOf(SEED), "seed", seed)
        .unless(Double.valueOf(IMAGE_SHARE), "imageShare", imageShare)
        .with(pooling.options())
        .with(runner.arguments());
  }

  private static String joined(List<Double> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** Opens the images. */
  public Evaluation open() {
    return Evaluation.on(images, trainSplit, testSplit, labelShares, seed).onShare(imageShare);
  }

  @Override
  public List<MetricRecord> run(Runner runner) {
    Evaluation evaluation = open();
    String weights = RunDirectory.checkpointOf(checkpoint);
    FeatureSource trained = FeatureSource.trained(weights, pooling.pooling()).on(runner.compute());
    Map<String, String> evaluated = new TreeMap<>();
    evaluated.put("checkpoint", Provenance.checkpoint(weights));
    if (imageShare < 1) {
      evaluated.put("imageShare", Double.toString(imageShare));
    }
    Map<String, String> provenance = evaluation.provenance("evaluate", evaluated, pooling);
    return evaluation.run(List.of(trained, trained.random()), true, provenance, output, runner);
  }
}
