package org.vocabeam.models.jointembedding;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import java.util.OptionalDouble;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.training.CollapseSign;
import org.vocabeam.models.training.EmbeddingSpread;
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
 * SimSiam (Chen and He 2021, "Exploring Simple Siamese Representation Learning"): the network
 * predicts the projection of one view of an image from the other view; no gradient reaches the
 * projection.
 *
 * @param width of the projector's three layers
 * @param bottleneck width of the predictor's hidden layer
 * @param stopGradient true to stop the gradient at the projection; false makes all embeddings equal
 * @param first kind of view, one of every image
 * @param second kind of view, one of every image
 */
@JsonTypeName("simsiam")
public record SimSiam(
    int width, int bottleneck, boolean stopGradient, ViewSpec first, ViewSpec second)
    implements Method {
  private static final String PROJECTION_STD = "projection_std";
  private static final String PREDICTOR = "predictor.";

  public SimSiam {
    checkArgument(width > 0, "width is %s, must be positive", width);
    checkArgument(bottleneck > 0, "bottleneck is %s, must be positive", bottleneck);
    TwoViews.check(first, second);
  }

  @Override
  public List<ViewSpec> views() {
    return List.of(first, second);
  }

  /** Returns the first rate for the predictor (section 3 and reference code). */
  @Override
  public OptionalDouble constantRate(VariableSpec parameter, RateSchedule schedule) {
    return parameter.name().startsWith(PREDICTOR)
        ? OptionalDouble.of(schedule.learningRate())
        : OptionalDouble.empty();
  }

  @Override
  public String againstCollapse() {
    return stopGradient ? "lower learningRate or weightDecay" : "set stopGradient to true";
  }

  @Override
  public List<CollapseSign> collapseSigns() {
    return List.of(
        CollapseSign.below(
            PROJECTION_STD,
            0.3 / Math.sqrt(width),
            "all projections are nearly equal",
            againstCollapse()));
  }

  /** Algorithm 1. */
  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    // Each view is a batch of its own: [B, S, S, C] -> f [B, D] -> z [B, W] -> p [B, W]
    Layers student = new Layers(tf, variables.scope(STUDENT), Mode.TRAINING);
    Operand<TFloat32> f1 = backbone.embed(student, inputs.views().get(first.name()));
    Operand<TFloat32> f2 = backbone.embed(student, inputs.views().get(second.name()));
    Operand<TFloat32> z1 = project(tf, variables, f1);
    Operand<TFloat32> z2 = project(tf, variables, f2);
    Operand<TFloat32> p1 = predict(tf, variables, z1);
    Operand<TFloat32> p2 = predict(tf, variables, z2);
    Operand<TFloat32> loss =
        stopGradient
            ? negativeCosine(tf, p1, p2, tf.stopGradient(z1), tf.stopGradient(z2))
            : negativeCosine(tf, p1, p2, z1, z2);
    return Loss.of(loss, f1).with(PROJECTION_STD, EmbeddingSpread.of(tf, z1));
  }

  private Operand<TFloat32> project(Ops tf, Variables variables, Operand<TFloat32> f) {
    Layers projector = new Layers(tf, variables.scope("projector."), Mode.TRAINING).in("projector");
    Operand<TFloat32> h = Mlp.hidden(projector.in("0"), f, width);
    h = Mlp.hidden(projector.in("1"), h, width);
    return projector.in("2").standardize(projector.in("2").linear(h, "fc", width, false), "bn");
  }

  private Operand<TFloat32> predict(Ops tf, Variables variables, Operand<TFloat32> z) {
    Layers predictor = new Layers(tf, variables.scope(PREDICTOR), Mode.TRAINING);
    return Mlp.of(predictor.in("predictor"), z, bottleneck, width);
  }

  /** Authors eq. 4: the negative cosine (eq. 1), mean over both views and the batch. */
  static Operand<TFloat32> negativeCosine(
      Ops tf,
      Operand<TFloat32> p1,
      Operand<TFloat32> p2,
      Operand<TFloat32> z1,
      Operand<TFloat32> z2) {
    Operand<TFloat32> both = tf.math.add(Cosine.ofRows(tf, p1, z2), Cosine.ofRows(tf, p2, z1));
    return tf.math.mul(Layers.meanOfAll(tf, both), tf.constant(-0.5f));
  }

  /** The paper's settings: section 3, SGD with 0.05 B / 256; appendix D for small images. */
  public static Recipe paper(Backbone backbone, Task task) {
    boolean small = task.isSmall();
    return task.recipe(
        twice(
            /* width= */ 2048,
            /* bottleneck= */ 512,
            /* size= */ small ? task.side() : 224,
            small ? GaussianBlur.NONE : TwoViews.blur(/* probability= */ 0.5)),
        backbone,
        /* batchSize= */ 256,
        new Sgd(/* momentum= */ 0.9, /* weightDecay= */ small ? 5e-4 : 1e-4, /* nesterov= */ false),
        new RateSchedule.Cosine(
            /* learningRate= */ small ? 0.03 : 0.05,
            /* endLearningRate= */ 0,
            /* warmupSteps= */ 0));
  }

  /** Settings for 28 to 64 pixels and minutes on a processor. */
  public static Recipe small(Backbone backbone, Task task) {
    return task.recipe(
        twice(/* width= */ 256, /* bottleneck= */ 64, task.side(), GaussianBlur.NONE),
        backbone,
        /* batchSize= */ 64,
        new Sgd(/* momentum= */ 0.9, /* weightDecay= */ 5e-4, /* nesterov= */ false),
        new RateSchedule.Cosine(
            /* learningRate= */ 0.1, /* endLearningRate= */ 0, task.smallWarmup()));
  }

  /** Returns two views of one kind. */
  private static SimSiam twice(int width, int bottleneck, int size, GaussianBlur blur) {
    RandomResizedCrop crop = new RandomResizedCrop(/* minArea= */ 0.2, /* maxArea= */ 1);
    ColourJitter jitter =
        new ColourJitter(
            /* brightness= */ 0.4,
            /* contrast= */ 0.4,
            /* saturation= */ 0.4,
            /* hue= */ 0.1,
            /* probability= */ 0.8);
    return new SimSiam(
        width,
        bottleneck,
        /* stopGradient= */ true,
        TwoViews.view(TwoViews.FIRST, size, crop, jitter, blur, Solarize.NONE),
        TwoViews.view(TwoViews.SECOND, size, crop, jitter, blur, Solarize.NONE));
  }
}
