package org.vocabeam.models.jointembedding;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.MovingAverage;
import org.vocabeam.models.graph.Parameters;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.CosineSchedule;
import org.vocabeam.models.optimize.Lars;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.training.CollapseSign;
import org.vocabeam.models.training.EmbeddingSpread;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.GaussianBlur;
import org.vocabeam.models.views.RandomResizedCrop;
import org.vocabeam.models.views.Solarize;
import org.vocabeam.models.views.ViewSpec;

/**
 * BYOL (Grill et al. 2020, "Bootstrap Your Own Latent"): from one view of an image the online
 * network predicts the target network's projection of the other view. The target network is the
 * moving average of the online network.
 *
 * @param hidden width of the hidden layer of projector and predictor
 * @param outputs width of the outputs of projector and predictor
 * @param targetDecay tau of the target's weights at the first step; rises to 1 by a cosine
 * @param stopGradient true for the moving average as the target, without gradient; false makes the
 *     online network its own target, which the gradient reaches, and all embeddings equal
 * @param first kind of view, one of every image
 * @param second kind of view, one of every image
 */
@JsonTypeName("byol")
public record Byol(
    int hidden,
    int outputs,
    double targetDecay,
    boolean stopGradient,
    ViewSpec first,
    ViewSpec second)
    implements Method {
  private static final String TARGET = "target.";
  private static final String PROJECTION_STD = "projection_std";
  private static final String PROJECTOR = "projector.";

  public Byol {
    checkArgument(hidden > 0, "hidden is %s, must be positive", hidden);
    checkArgument(outputs > 0, "outputs is %s, must be positive", outputs);
    checkArgument(
        targetDecay >= 0 && targetDecay <= 1, "targetDecay is %s, must be in [0, 1]", targetDecay);
    TwoViews.check(first, second);
  }

  @Override
  public List<ViewSpec> views() {
    return List.of(first, second);
  }

  @Override
  public Map<String, ScalarSchedule> scalars() {
    return stopGradient
        ? Map.of(
            STUDENT_SHARE, (step, steps) -> CosineSchedule.studentShare(targetDecay, step, steps))
        : Map.of();
  }

  @Override
  public List<String> studentCopies() {
    return List.of(TARGET + STUDENT);
  }

  @Override
  public String againstCollapse() {
    return stopGradient
        ? "lower learningRate or bring targetDecay nearer to 1"
        : "set stopGradient to true";
  }

  @Override
  public List<CollapseSign> collapseSigns() {
    return List.of(
        CollapseSign.below(
            PROJECTION_STD,
            0.3 / Math.sqrt(outputs),
            "all projections are nearly equal",
            againstCollapse()));
  }

  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    Operand<TFloat32> v1 = inputs.views().get(first.name());
    Operand<TFloat32> v2 = inputs.views().get(second.name());

    // The online network, each view a batch of its own: y [B, D] -> z [B, P] -> q [B, P]
    Layers online = new Layers(tf, variables.scope(STUDENT), Mode.TRAINING);
    Layers projector = new Layers(tf, variables.scope(PROJECTOR), Mode.TRAINING);
    Layers predictor = new Layers(tf, variables.scope("predictor."), Mode.TRAINING);
    Operand<TFloat32> y1 = backbone.embed(online, v1);
    Operand<TFloat32> z1 = project(projector, y1);
    Operand<TFloat32> z2 = project(projector, backbone.embed(online, v2));
    Operand<TFloat32> q1 = Mlp.of(predictor.in("predictor"), z1, hidden, outputs);
    Operand<TFloat32> q2 = Mlp.of(predictor.in("predictor"), z2, hidden, outputs);

    // The target network: its weights move first (eq. 1), then it runs on its own batch statistics.
    if (stopGradient) {
      Operand<TFloat32> share = inputs.scalars().get(STUDENT_SHARE);
      Layers target = target(tf, variables, STUDENT, share);
      Layers targetProjector = target(tf, variables, PROJECTOR, share);
      z1 = tf.stopGradient(project(targetProjector, backbone.embed(target, v1)));
      z2 = tf.stopGradient(project(targetProjector, backbone.embed(target, v2)));
    }
    Operand<TFloat32> loss = regression(tf, q1, q2, z1, z2);
    return Loss.of(loss, y1).with(PROJECTION_STD, EmbeddingSpread.of(tf, z1));
  }

  private static Layers target(
      Ops tf, Variables variables, String scope, Operand<TFloat32> studentShare) {
    Parameters average = new MovingAverage(tf, variables, scope, TARGET + scope, studentShare);
    return new Layers(tf, average, Mode.TRAINING);
  }

  private Operand<TFloat32> project(Layers layers, Operand<TFloat32> y) {
    return Mlp.of(layers.in("projector"), y, hidden, outputs);
  }

  /**
   * Authors eq. 2 for both views: the sum of {@code 2 - 2 cos} of each prediction and the other
   * view's projection, mean over the batch.
   */
  static Operand<TFloat32> regression(
      Ops tf,
      Operand<TFloat32> q1,
      Operand<TFloat32> q2,
      Operand<TFloat32> z1,
      Operand<TFloat32> z2) {
    Operand<TFloat32> cosines = tf.math.add(Cosine.ofRows(tf, q1, z2), Cosine.ofRows(tf, q2, z1));
    return tf.math.sub(
        tf.constant(4f), tf.math.mul(Layers.meanOfAll(tf, cosines), tf.constant(2f)));
  }

  /**
   * The paper's settings: section 3.3 and appendix B for 300 epochs, LARS with 0.3 B / 256, decay
   * 1e-6, ten epochs of warm-up; views of appendix B, in which the second is blurred less and
   * solarized. A batch is 256: the paper's 4,096 is that of many replicas.
   */
  public static Recipe paper(Backbone backbone, Task task) {
    int batch = 256;
    boolean small = task.isSmall();
    int size = small ? task.side() : 224;
    Byol method =
        new Byol(
            /* hidden= */ 4096,
            /* outputs= */ 256,
            /* targetDecay= */ 0.99,
            /* stopGradient= */ true,
            view(
                TwoViews.FIRST,
                size,
                /* minArea= */ 0.08,
                TwoViews.blur(/* probability= */ small ? 0 : 1),
                Solarize.NONE),
            view(
                TwoViews.SECOND,
                size,
                /* minArea= */ 0.08,
                TwoViews.blur(/* probability= */ small ? 0 : 0.1),
                TwoViews.solarize()));
    return task.recipe(
        method,
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
            /* learningRate= */ 0.3,
            /* endLearningRate= */ 0,
            task.warmup(/* epochs= */ 10, batch)));
  }

  /** Settings for 28 to 64 pixels and minutes on a processor. */
  public static Recipe small(Backbone backbone, Task task) {
    Byol method =
        new Byol(
            /* hidden= */ 256,
            /* outputs= */ 64,
            /* targetDecay= */ 0.97,
            /* stopGradient= */ true,
            view(TwoViews.FIRST, task.side(), /* minArea= */ 0.2, GaussianBlur.NONE, Solarize.NONE),
            view(
                TwoViews.SECOND,
                task.side(),
                /* minArea= */ 0.2,
                GaussianBlur.NONE,
                Solarize.NONE));
    return task.recipe(
        method,
        backbone,
        /* batchSize= */ 64,
        new Sgd(/* momentum= */ 0.9, /* weightDecay= */ 5e-4, /* nesterov= */ false),
        new RateSchedule.Cosine(
            /* learningRate= */ 0.1, /* endLearningRate= */ 0, task.smallWarmup()));
  }

  private static ViewSpec view(
      String name, int size, double minArea, GaussianBlur blur, Solarize solarize) {
    return TwoViews.view(
        name,
        size,
        new RandomResizedCrop(minArea, /* maxArea= */ 1),
        TwoViews.jitter(),
        blur,
        solarize);
  }
}
