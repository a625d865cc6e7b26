package org.vocabeam.models.jointembedding;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.AdamW;
import org.vocabeam.models.optimize.RateSchedule;
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
 * LeJEPA (Balestriero and LeCun 2025, "LeJEPA: Provable and Scalable Self-Supervised Learning
 * Without the Heuristics"): the projections of all crops of an image come together, and SIGReg, a
 * test along random directions, keeps those of all images a Gaussian. There is no teacher and no
 * stopped gradient.
 *
 * @param hidden width of the projector's two hidden layers
 * @param outputs D, width of the projections
 * @param directions of SIGReg, drawn anew in every step
 * @param regularisation lambda, weight of SIGReg in [0, 1]; 0 makes all projections equal
 * @param form of the loss
 * @param globals kind of large crops
 * @param locals kinds of small crops; may be empty
 */
@JsonTypeName("lejepa")
public record Lejepa(
    int hidden,
    int outputs,
    int directions,
    double regularisation,
    Form form,
    ViewSpec globals,
    List<ViewSpec> locals)
    implements Method {
  /** Forms of the loss that the authors have published. */
  public enum Form {
    /**
     * Invariance to the centre of the large crops, SIGReg of the rows of all crops together, and
     * {@code invariance + lambda SIGReg} (stable-pretraining).
     */
    @JsonProperty("pooled")
    POOLED,
    /**
     * Invariance to the centre of all crops, mean of the SIGReg of each crop's rows, and {@code (1
     * - lambda) invariance + lambda SIGReg} (minimal example).
     */
    @JsonProperty("per-crop")
    PER_CROP
  }

  /** Points at which characteristic functions are compared, from 0 to {@link #LARGEST}. */
  static final int KNOTS = 17;

  /** Largest point, which the weight of the integral makes small. */
  static final double LARGEST = 3;

  private static final String STEP = "directionsOfStep";

  public Lejepa {
    locals = List.copyOf(locals);
    checkArgument(hidden > 0, "hidden is %s, must be positive", hidden);
    checkArgument(outputs > 0, "outputs is %s, must be positive", outputs);
    checkArgument(directions > 0, "directions is %s, must be positive", directions);
    checkArgument(
        regularisation >= 0 && regularisation <= 1,
        "regularisation is %s, must be in [0, 1]",
        regularisation);
    checkArgument(form != null, "form is null, must be pooled or per-crop");
    MultiCrop.check(globals, locals);
  }

  @Override
  public List<ViewSpec> views() {
    return MultiCrop.kinds(globals, locals);
  }

  /** The step's number, from which all replicas draw the same directions (reference code). */
  @Override
  public Map<String, ScalarSchedule> scalars() {
    return Map.of(STEP, (step, steps) -> step);
  }

  @Override
  public String againstCollapse() {
    return "raise regularisation or lower learningRate";
  }

  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    // All crops: [V B, D'] -> z [V B, D]
    Layers student = new Layers(tf, variables.scope(STUDENT), Mode.TRAINING);
    Operand<TFloat32> features = MultiCrop.features(student, backbone, views(), inputs.views());
    Layers projector = new Layers(tf, variables.scope("projector."), Mode.TRAINING).in("projector");
    Operand<TFloat32> h = Mlp.hidden(projector.in("0"), features, hidden);
    h = Mlp.hidden(projector.in("1"), h, hidden);
    Operand<TFloat32> z = projector.linear(h, "2.fc", outputs, true);

    Objective objective = objective(tf, z, drawn(tf, inputs.scalars().get(STEP)));
    return Loss.of(objective.loss(), features)
        .with("invariance", objective.invariance())
        .with("sigreg", objective.sigReg())
        .with("projection_std", EmbeddingSpread.of(tf, z));
  }

  /** Authors random directions {@code [S, D]}, a function of the step's number. */
  Operand<TFloat32> drawn(Ops tf, Operand<TFloat32> step) {
    Operand<TInt32> seed = tf.stack(List.of(tf.dtypes.cast(step, TInt32.class), tf.constant(0)));
    return tf.random.statelessRandomNormal(
        tf.constant(new int[] {directions, outputs}), seed, TFloat32.class);
  }

  /** The loss, and its parts without their weights. */
  record Objective(
      Operand<TFloat32> loss, Operand<TFloat32> invariance, Operand<TFloat32> sigReg) {}

  /**
   * Authors the loss of projections.
   *
   * @param z {@code [V B, D]}, crop after crop, the large ones first
   * @param along directions of any length {@code [S, D]}
   */
  Objective objective(Ops tf, Operand<TFloat32> z, Operand<TFloat32> along) {
    int crops = MultiCrop.count(views());
    long images = z.shape().get(0) / crops;
    Operand<TFloat32> byCrop = tf.reshape(z, tf.constant(new long[] {crops, images, outputs}));
    boolean pooled = form == Form.POOLED;
    Operand<TFloat32> invariance = invariance(tf, byCrop, pooled ? globals.count() : crops);
    Operand<TFloat32> tested =
        pooled ? tf.reshape(z, tf.constant(new long[] {1, crops * images, outputs})) : byCrop;
    Operand<TFloat32> sigReg =
        Layers.meanOfAll(tf, eppsPulley(tf, tested, unit(tf, along), KNOTS, LARGEST));
    Operand<TFloat32> weighted = tf.math.mul(sigReg, tf.constant((float) regularisation));
    Operand<TFloat32> others =
        pooled ? invariance : tf.math.mul(invariance, tf.constant((float) (1 - regularisation)));
    return new Objective(tf.math.add(others, weighted), invariance, sigReg);
  }

  /**
   * Authors the squared distance of projections from their image's centre, mean over crops, images
   * and dimensions. The gradient reaches the centre too.
   *
   * @param z {@code [V, B, D]}
   * @param central crops whose mean is the centre
   */
  private static Operand<TFloat32> invariance(Ops tf, Operand<TFloat32> z, int central) {
    int images = (int) z.shape().get(1);
    int width = (int) z.shape().get(2);
    Operand<TFloat32> large =
        tf.slice(z, tf.constant(new int[3]), tf.constant(new int[] {central, images, width}));
    Operand<TFloat32> centre = tf.math.mean(large, tf.constant(0));
    return Layers.meanOfAll(tf, tf.math.square(tf.math.sub(centre, z)));
  }

  /** Authors directions of length 1, {@code [S, D]}. */
  static Operand<TFloat32> unit(Ops tf, Operand<TFloat32> along) {
    return Layers.l2Normalize(tf, along);
  }

  /**
   * Authors the statistic of Epps and Pulley (section 4.2) of every group along every direction:
   * {@code N integral |mean exp(i t x) - exp(-t^2 / 2)|^2 exp(-t^2 / 2) dt} over [-largest,
   * largest], by the trapezoid rule on knots of [0, largest], which symmetry counts twice.
   *
   * @param z groups of N rows {@code [G, N, D]}
   * @param along directions of length 1 {@code [S, D]}
   * @return {@code [G, S]}
   */
  static Operand<TFloat32> eppsPulley(
      Ops tf, Operand<TFloat32> z, Operand<TFloat32> along, int knots, double largest) {
    long groups = z.shape().get(0);
    long rows = z.shape().get(1);
    long slices = along.shape().get(0);
    float[] t = new float[knots];
    float[] normal = new float[knots];
    float[] weights = new float[knots];
    double spacing = largest / (knots - 1);
    for (int i = 0; i < knots; i++) {
      double at = i * spacing;
      double density = Math.exp(-at * at / 2);
      t[i] = (float) at;
      normal[i] = (float) density;
      boolean isEnd = i == 0 || i == knots - 1;
      weights[i] = (float) (rows * density * (isEnd ? spacing : 2 * spacing));
    }
    Operand<TFloat32> flat =
        tf.reshape(z, tf.constant(new long[] {groups * rows, z.shape().get(2)}));
    Operand<TFloat32> x =
        tf.reshape(
            Layers.timesTransposed(tf, flat, along),
            tf.constant(new long[] {groups, rows, slices, 1}));
    Operand<TFloat32> angles = tf.math.mul(x, tf.constant(t));
    Operand<TFloat32> cosines = tf.math.mean(tf.math.cos(angles), tf.constant(1));
    Operand<TFloat32> sines = tf.math.mean(tf.math.sin(angles), tf.constant(1));
    Operand<TFloat32> errors =
        tf.math.add(
            tf.math.square(tf.math.sub(cosines, tf.constant(normal))), tf.math.square(sines));
    return tf.sum(tf.math.mul(errors, tf.constant(weights)), tf.constant(2));
  }

  /**
   * The authors' settings (section 6 and stable-pretraining's {@code lejepa.py}): two large crops
   * of 0.3 to 1 of the area, six small ones of 0.05 to 0.3, lambda 0.02, 1,024 directions, AdamW
   * with 0.0005 and a cosine to a thousandth of it. {@code Deviation:} without the linear layer to
   * 512 between network and projector.
   */
  public static Recipe paper(Backbone backbone, Task task) {
    int batch = 256;
    boolean small = task.isSmall();
    GaussianBlur blur = TwoViews.blur(/* probability= */ small ? 0 : 0.5);
    Lejepa method =
        new Lejepa(
            /* hidden= */ 2048,
            /* outputs= */ 512,
            /* directions= */ 1024,
            /* regularisation= */ 0.02,
            Form.POOLED,
            MultiCrop.crops(
                "globals",
                small ? task.side() : 224,
                /* count= */ 2,
                new RandomResizedCrop(/* minArea= */ 0.3, /* maxArea= */ 1),
                TwoViews.jitter(),
                blur,
                TwoViews.solarize()),
            List.of(
                MultiCrop.crops(
                    "locals",
                    backbone.wholePatches(small ? task.side() * 3 / 7 : 98),
                    /* count= */ 6,
                    new RandomResizedCrop(/* minArea= */ 0.05, /* maxArea= */ 0.3),
                    TwoViews.jitter(),
                    blur,
                    TwoViews.solarize())));
    return task.recipe(
        method,
        backbone,
        batch,
        adamW(/* weightDecay= */ backbone instanceof VisionTransformer ? 0.05 : 5e-4),
        new RateSchedule.Cosine(
            /* learningRate= */ 5e-4,
            /* endLearningRate= */ 5e-7,
            task.warmup(/* epochs= */ 10, batch)));
  }

  /** Settings for 28 to 64 pixels and minutes on a processor. */
  public static Recipe small(Backbone backbone, Task task) {
    Lejepa method =
        new Lejepa(
            /* hidden= */ 256,
            /* outputs= */ 64,
            /* directions= */ 256,
            /* regularisation= */ 0.02,
            Form.POOLED,
            MultiCrop.crops(
                "globals",
                task.side(),
                /* count= */ 2,
                new RandomResizedCrop(/* minArea= */ 0.3, /* maxArea= */ 1),
                TwoViews.jitter(),
                GaussianBlur.NONE,
                Solarize.NONE),
            List.of(
                MultiCrop.crops(
                    "locals",
                    backbone.wholePatches(task.side() / 2),
                    /* count= */ 2,
                    new RandomResizedCrop(/* minArea= */ 0.1, /* maxArea= */ 0.4),
                    TwoViews.jitter(),
                    GaussianBlur.NONE,
                    Solarize.NONE)));
    return task.recipe(
        method,
        backbone,
        /* batchSize= */ 64,
        adamW(/* weightDecay= */ backbone instanceof VisionTransformer ? 0.05 : 5e-4),
        new RateSchedule.Cosine(
            /* learningRate= */ 2e-3, /* endLearningRate= */ 2e-6, task.smallWarmup()));
  }

  private static AdamW adamW(double weightDecay) {
    return new AdamW(/* beta1= */ 0.9, /* beta2= */ 0.999, /* epsilon= */ 1e-8, weightDecay);
  }
}
