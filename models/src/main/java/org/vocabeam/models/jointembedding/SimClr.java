package org.vocabeam.models.jointembedding;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
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
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.ColourJitter;
import org.vocabeam.models.views.GaussianBlur;
import org.vocabeam.models.views.RandomResizedCrop;
import org.vocabeam.models.views.Solarize;
import org.vocabeam.models.views.ViewSpec;

/**
 * SimCLR (Chen et al. 2020, "A Simple Framework for Contrastive Learning of Visual
 * Representations"): among all views of a batch, a view is most similar to the other view of its
 * image. In a step of several micro-batches the negatives are the views of the same micro-batch.
 *
 * @param temperature of the softmax over similarities
 * @param outputs width of the projection head's outputs
 * @param negatives true to push away the views of other images; false makes all embeddings equal
 * @param first kind of view, one of every image
 * @param second kind of view, one of every image
 */
@JsonTypeName("simclr")
public record SimClr(
    double temperature, int outputs, boolean negatives, ViewSpec first, ViewSpec second)
    implements Method {
  public SimClr {
    checkArgument(temperature > 0, "temperature is %s, must be positive", temperature);
    checkArgument(outputs > 0, "outputs is %s, must be positive", outputs);
    TwoViews.check(first, second);
  }

  @Override
  public List<ViewSpec> views() {
    return List.of(first, second);
  }

  @Override
  public String againstCollapse() {
    return negatives ? "take a larger batchSize or lower learningRate" : "set negatives to true";
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
    return Loss.of(loss, h);
  }

  /**
   * Authors the normalised, temperature-scaled cross-entropy (eq. 1), mean over the rows. {@code
   * Deviation:} the authors' TensorFlow code gives twice this value.
   *
   * @param z {@code [2 B, D]}, the first views before the second; not normalised
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
    return Layers.meanOfAll(tf, Layers.crossEntropy(tf, tf.math.add(similarities, self), positive));
  }

  /** Authors the numerator of eq. 1 alone. */
  private static Operand<TFloat32> alignment(Ops tf, Operand<TFloat32> z, double temperature) {
    List<Operand<TFloat32>> views = List.copyOf(tf.split(tf.constant(0), z, 2L).output());
    Operand<TFloat32> cosines = Cosine.ofRows(tf, views.get(0), views.get(1));
    return tf.math.neg(
        tf.math.div(Layers.meanOfAll(tf, cosines), tf.constant((float) temperature)));
  }

  /** Returns a matrix with a value in column (row + offset) mod rows of every row. */
  private static float[][] unit(int rows, int offset, float value) {
    float[][] unit = new float[rows][rows];
    for (int row = 0; row < rows; row++) {
      unit[row][(row + offset) % rows] = value;
    }
    return unit;
  }

  /**
   * The paper's settings: section 2 and appendix A, colour distortion of strength 1, blur, LARS
   * with 0.3 B / 256 and ten epochs of warm-up; appendix B.9 for small images, strength 0.5, no
   * blur, temperature 0.5. A batch is 256: the paper's 4,096 is that of many replicas.
   */
  public static Recipe paper(Backbone backbone, Task task) {
    int batch = 256;
    boolean small = task.isSmall();
    return task.recipe(
        twice(
            /* temperature= */ small ? 0.5 : 0.1,
            /* outputs= */ 128,
            /* size= */ small ? task.side() : 224,
            /* minArea= */ 0.08,
            /* strength= */ small ? 0.5 : 1,
            small ? GaussianBlur.NONE : TwoViews.blur(/* probability= */ 0.5)),
        backbone,
        batch,
        new Lars(
            /* momentum= */ 0.9,
            /* weightDecay= */ 1e-6,
            /* trust= */ 0.001,
            Lars.Norm.SEPARATE,
            /* clip= */ false,
            /* epsilon= */ 0),
        new RateSchedule.Cosine(
            /* learningRate= */ small ? 1 : 0.3,
            /* endLearningRate= */ 0,
            task.warmup(/* epochs= */ 10, batch)));
  }

  /** Settings for 28 to 64 pixels and minutes on a processor. */
  public static Recipe small(Backbone backbone, Task task) {
    return task.recipe(
        twice(
            /* temperature= */ 0.2,
            /* outputs= */ 64,
            task.side(),
            /* minArea= */ 0.2,
            /* strength= */ 0.5,
            GaussianBlur.NONE),
        backbone,
        /* batchSize= */ 128,
        new Sgd(/* momentum= */ 0.9, /* weightDecay= */ 5e-4, /* nesterov= */ true),
        new RateSchedule.Cosine(
            /* learningRate= */ 0.1, /* endLearningRate= */ 0, task.smallWarmup()));
  }

  /** Returns two views of one kind; strength scales all colour changes (authors' code). */
  private static SimClr twice(
      double temperature,
      int outputs,
      int size,
      double minArea,
      double strength,
      GaussianBlur blur) {
    RandomResizedCrop crop = new RandomResizedCrop(minArea, /* maxArea= */ 1);
    ColourJitter jitter =
        new ColourJitter(
            /* brightness= */ 0.8 * strength,
            /* contrast= */ 0.8 * strength,
            /* saturation= */ 0.8 * strength,
            /* hue= */ 0.2 * strength,
            /* probability= */ 0.8);
    return new SimClr(
        temperature,
        outputs,
        /* negatives= */ true,
        TwoViews.view(TwoViews.FIRST, size, crop, jitter, blur, Solarize.NONE),
        TwoViews.view(TwoViews.SECOND, size, crop, jitter, blur, Solarize.NONE));
  }
}
