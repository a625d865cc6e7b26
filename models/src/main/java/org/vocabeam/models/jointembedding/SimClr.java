package org.vocabeam.models.jointembedding;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.Lars;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.training.EmbeddingSpread;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.ColourJitter;
import org.vocabeam.models.views.GaussianBlur;
import org.vocabeam.models.views.RandomResizedCrop;
import org.vocabeam.models.views.Solarize;
import org.vocabeam.models.views.ViewSpec;

/**
 * SimCLR (Chen et al. 2020, "A Simple Framework for Contrastive Learning of Visual
 * Representations"): of all views of a batch, that of the same image is to be the most similar.
 *
 * @param temperature of the softmax over similarities
 * @param outputs of the projection head
 * @param negatives whether the views of other images are pushed away; without them all embeddings
 *     become one
 */
public record SimClr(
    double temperature, int outputs, boolean negatives, ViewSpec first, ViewSpec second)
    implements Method {
  public SimClr {
    checkArgument(temperature > 0, "temperature is %s, must be positive", temperature);
    checkArgument(outputs > 0, "outputs is %s, must be positive", outputs);
    TwoViews.check(first, second);
  }

  /** The settings of a preset. */
  public static Recipe recipe(Preset preset, Task task) {
    return preset == Preset.SMALL ? small(task) : paper(preset, task);
  }

  /**
   * Section 2 and appendix A: colour distortion of strength 1, blur, LARS with 0.3 B / 256 and ten
   * epochs of warm-up; appendix B.9 for small images: strength 0.5, no blur, temperature 0.5. A
   * batch is 256: the paper's 4,096 is that of many replicas.
   */
  private static Recipe paper(Preset preset, Task task) {
    int batch = 256;
    boolean small = task.isSmall();
    long warmup = Math.min(10 * (task.imageCount() / batch), task.steps() / 10);
    return task.recipe(
        of(
            small ? 0.5 : 0.1,
            128,
            small ? task.side() : 224,
            0.08,
            small ? 0.5 : 1,
            small ? GaussianBlur.NONE : new GaussianBlur(0.1, 2, 0.5)),
        preset.backbone(task),
        batch,
        new Lars(0.9, 1e-6, 0.001, Lars.Norm.SEPARATE, false, 0),
        new RateSchedule.Cosine(small ? 1 : 0.3, 0, warmup));
  }

  /** For 28 to 64 pixels and minutes on a processor. */
  private static Recipe small(Task task) {
    return task.recipe(
        of(0.2, 64, task.side(), 0.2, 0.5, GaussianBlur.NONE),
        Preset.SMALL.backbone(task),
        128,
        new Sgd(0.9, 5e-4, true),
        new RateSchedule.Cosine(0.1, 0, task.smallWarmup()));
  }

  /** Two views of the same kind. */
  private static SimClr of(
      double temperature,
      int outputs,
      int size,
      double minArea,
      double strength,
      GaussianBlur blur) {
    RandomResizedCrop crop = new RandomResizedCrop(minArea, 1);
    ColourJitter jitter =
        new ColourJitter(0.8 * strength, 0.8 * strength, 0.8 * strength, 0.2 * strength, 0.8);
    return new SimClr(
        temperature,
        outputs,
        true,
        TwoViews.view(TwoViews.FIRST, size, crop, jitter, blur, Solarize.NONE),
        TwoViews.view(TwoViews.SECOND, size, crop, jitter, blur, Solarize.NONE));
  }

  @Override
  public String name() {
    return "simclr";
  }

  @Override
  public List<ViewSpec> views() {
    return List.of(first, second);
  }

  /** Algorithm 1. */
  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    // Both views in one batch, as in the authors' code: [2 B, S, S, C] -> h [2 B, D] -> z [2 B, P]
    Operand<TFloat32> images =
        tf.concat(
            List.of(inputs.views().get(first.name()), inputs.views().get(second.name())),
            tf.constant(0));
    Layers student = new Layers(tf, variables.scope(STUDENT), Mode.TRAINING);
    Operand<TFloat32> h = backbone.embed(student, images);
    Layers head = new Layers(tf, variables.scope("projector."), Mode.TRAINING);
    Operand<TFloat32> hidden =
        head.relu(head.linear(h, "projector.0.fc", backbone.embeddingWidth(), true));
    Operand<TFloat32> z = head.linear(hidden, "projector.1.fc", outputs, true);
    Operand<TFloat32> loss = negatives ? ntXent(tf, z, temperature) : alignment(tf, z, temperature);

    Map<String, Operand<TFloat32>> metrics = new LinkedHashMap<>();
    metrics.put("loss", loss);
    metrics.put("embedding_std", EmbeddingSpread.of(tf, h));
    return new Loss(loss, metrics, after -> {});
  }

  /**
   * The normalised, temperature-scaled cross-entropy (eq. 1), mean over the rows. {@code
   * Deviation:} the authors' TensorFlow code gives twice this.
   *
   * @param z {@code [2 B, D]}: the first views, then the second ones; not normalised
   */
  static Operand<TFloat32> ntXent(Ops tf, Operand<TFloat32> z, double temperature) {
    int rows = (int) z.shape().get(0);
    Operand<TFloat32> normalised = Layers.l2Normalize(tf, z);
    Operand<TFloat32> similarities =
        tf.math.div(
            Layers.timesTransposed(tf, normalised, normalised), tf.constant((float) temperature));
    // A row is not compared with itself.
    Operand<TFloat32> self = tf.constant(unit(rows, 0, -1e9f));
    Operand<TFloat32> positive = tf.constant(unit(rows, rows / 2, 1));
    return Layers.meanOfAll(
        tf, tf.nn.softmaxCrossEntropyWithLogits(tf.math.add(similarities, self), positive).loss());
  }

  /** Only the numerator of eq. 1. */
  private static Operand<TFloat32> alignment(Ops tf, Operand<TFloat32> z, double temperature) {
    List<Operand<TFloat32>> views = List.copyOf(tf.split(tf.constant(0), z, 2L).output());
    Operand<TFloat32> cosines = Cosine.ofRows(tf, views.get(0), views.get(1));
    return tf.math.neg(
        tf.math.div(Layers.meanOfAll(tf, cosines), tf.constant((float) temperature)));
  }

  /** A value in column (row + offset) mod rows of every row. */
  private static float[][] unit(int rows, int offset, float value) {
    float[][] unit = new float[rows][rows];
    for (int row = 0; row < rows; row++) {
      unit[row][(row + offset) % rows] = value;
    }
    return unit;
  }
}
