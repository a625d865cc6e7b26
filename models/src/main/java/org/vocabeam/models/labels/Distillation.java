package org.vocabeam.models.labels;

import static org.vocabeam.models.graph.Layers.crossEntropy;
import static org.vocabeam.models.graph.Layers.meanOfAll;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.Features;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.training.Classifier;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.Orientation;
import org.vocabeam.models.views.ViewSpec;
import org.vocabeam.models.views.WholeImage;

/**
 * Knowledge distillation (Hinton et al. 2015, "Distilling the Knowledge in a Neural Network"): a
 * student, which may be smaller, learns the outputs of a frozen teacher for the same image. Its
 * features go through a linear layer to the teacher's width; its map is resized to the teacher's
 * first (Shang et al. 2024, "Theia").
 *
 * <p>Teacher and student see the same view, each at a size of its own. A teacher whose outputs are
 * stored has seen every image whole and once, so that the student sees it whole too.
 *
 * <pre>{@code
 * Distillation method =
 *     new Distillation(vit, List.of(), Objective.PATCHES, 1, view, Distance.COSINE, 224, 64, Origin.STEP);
 * }</pre>
 *
 * @param teacher network of the teacher
 * @param classes of a teacher that is a classifier, whose logits are learned; empty for a teacher
 *     that has an embedding alone
 * @param objective output of the teacher that is learned
 * @param temperature T of {@link Objective#LOGITS}, positive
 * @param view kind of view for student and teacher, one of every image
 * @param distance of features; {@code COSINE} if null
 * @param teacherImageSize side at which the teacher sees a view, in pixels; that of the view if
 *     null
 * @param studentSize side at which the student sees a view, in pixels; that of the view if null
 * @param origin of the teacher's outputs; {@code STEP} if null
 */
@JsonTypeName("distillation")
public record Distillation(
    Backbone teacher,
    List<String> classes,
    Objective objective,
    double temperature,
    ViewSpec view,
    Distance distance,
    Integer teacherImageSize,
    Integer studentSize,
    Origin origin)
    implements Method {
  /** Scope of the teacher's variables, which are given at the start of a run. */
  public static final String TEACHER = "teacher.";

  /** Scope of the teacher's linear layer, if it has classes. */
  public static final String TEACHER_CLASSIFIER = TEACHER + CLASSIFIER;

  private static final float NORM_EPSILON = 1e-6f;

  /** Output of the teacher that is learned. */
  public enum Objective {
    /** Embedding. */
    @JsonProperty("features")
    FEATURES,
    /** Map of the last level, cell by cell. */
    @JsonProperty("patches")
    PATCHES,
    /**
     * Softmax of the logits at temperature T, times T squared; for a teacher without classes the
     * dimensions of its embedding take the place of classes.
     */
    @JsonProperty("logits")
    LOGITS
  }

  /** Distance of the student's features from the teacher's. */
  public enum Distance {
    /** Distance of directions, {@code 2 - 2 cos}. */
    @JsonProperty("cosine")
    COSINE,
    /**
     * Mean over channels of x^2 / 2 below 1 and |x| - 1/2 above, where x is the difference from the
     * teacher's features, standardised over their channels (Baevski et al. 2022, "data2vec",
     * section 3.3), so that one rate fits every teacher.
     */
    @JsonProperty("smooth-l1")
    SMOOTH_L1;

    @Override
    public String toString() {
      return this == COSINE ? "cosine" : "smooth-l1";
    }
  }

  /** Origin of the teacher's outputs. */
  public enum Origin {
    /** The step computes them. */
    @JsonProperty("step")
    STEP,
    /** They are targets, computed once from whole images. */
    @JsonProperty("store")
    STORE
  }

  public Distillation {
    classes = List.copyOf(classes);
    if (!classes.isEmpty() && objective != Objective.LOGITS) {
      throw new UserError(
          "objective is "
              + (objective == Objective.FEATURES ? "features" : "patches")
              + ", must be logits for a teacher with classes");
    }
    if (!(temperature > 0 && Double.isFinite(temperature))) {
      throw new UserError("temperature is " + temperature + ", must be positive");
    }
    view.checkSingle();
    distance = distance == null ? Distance.COSINE : distance;
    teacherImageSize = size("teacherImageSize", teacherImageSize, view);
    studentSize = size("studentSize", studentSize, view);
    origin = origin == null ? Origin.STEP : origin;
  }

  private static int size(String what, Integer given, ViewSpec view) {
    if (given != null && given < 1) {
      throw new UserError(what + " is " + given + ", must be positive");
    }
    return given == null ? view.size() : given;
  }

  /** Makes a distillation by cosine, of a teacher that sees what the student sees. */
  public Distillation(
      Backbone teacher,
      List<String> classes,
      Objective objective,
      double temperature,
      ViewSpec view) {
    this(teacher, classes, objective, temperature, view, null, null, null, null);
  }

  @Override
  public List<ViewSpec> views() {
    return List.of(view);
  }

  @Override
  public TargetSource targetSource() {
    if (origin == Origin.STEP) {
      return TargetSource.NONE;
    }
    return objective == Objective.PATCHES
        ? TargetSource.TEACHER_MAPS
        : TargetSource.TEACHER_FEATURES;
  }

  /** Returns the numbers that a stored teacher has for an image. */
  @Override
  public int targetWords() {
    return origin == Origin.STORE ? places() * width() : 0;
  }

  /** Returns the places of an image that have features. */
  private int places() {
    int side = objective == Objective.PATCHES ? grid() : 1;
    return side * side;
  }

  /** Returns the side of the teacher's map. */
  private int grid() {
    return teacher.mapSide(teacher.lastLevel(), teacherImageSize);
  }

  /** Returns the width of the teacher's output at a place. */
  private int width() {
    return classes.isEmpty() ? teacher.embeddingWidth() : classes.size();
  }

  @Override
  public void check(Backbone backbone, int batchSize) {
    teacher.check(teacherImageSize);
    backbone.check(studentSize);
  }

  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    // [B, S, S, C] -> [B places, width]; without gradient.
    Operand<TFloat32> images = inputs.views().get(view.name());
    Operand<TFloat32> target =
        origin == Origin.STORE
            ? rows(tf, inputs.targets())
            : target(tf, variables, Layers.resized(tf, images, teacherImageSize, teacherImageSize));

    // [B, S, S, C] -> [B places, D] -> [B places, width]
    Layers student = new Layers(tf, variables.scope(STUDENT), Mode.TRAINING);
    Features features =
        backbone
            .features(student, Layers.resized(tf, images, studentSize, studentSize))
            .get(backbone.lastLevel());
    Operand<TFloat32> places =
        objective == Objective.PATCHES
            ? tf.reshape(
                Layers.resized(tf, features.map(), grid(), grid()),
                tf.constant(new int[] {-1, backbone.embeddingWidth()}))
            : features.image();
    Operand<TFloat32> predicted =
        classes.isEmpty()
            ? new Layers(tf, variables.scope("head."), Mode.TRAINING)
                .linear(places, "fc", width(), true)
            : Classifier.logits(tf, variables.scope(CLASSIFIER), places, width());
    Operand<TFloat32> loss =
        objective == Objective.LOGITS
            ? softened(tf, predicted, target, temperature)
            : switch (distance) {
              case COSINE -> direction(tf, predicted, target);
              case SMOOTH_L1 -> smooth(tf, predicted, target);
            };
    return Loss.of(loss, features.image());
  }

  /** Authors the teacher's outputs, {@code [B places, width]}. */
  private Operand<TFloat32> target(Ops tf, Variables variables, Operand<TFloat32> images) {
    Features features =
        teacher
            .features(new Layers(tf, variables.frozen(TEACHER), Mode.INFERENCE), images)
            .get(teacher.lastLevel());
    if (objective == Objective.PATCHES) {
      return rows(tf, features.map());
    }
    return classes.isEmpty()
        ? features.image()
        : Classifier.logits(
            tf, variables.frozen(TEACHER_CLASSIFIER), features.image(), classes.size());
  }

  private Operand<TFloat32> rows(Ops tf, Operand<TFloat32> features) {
    return tf.reshape(features, tf.constant(new int[] {-1, width()}));
  }

  private static Operand<TFloat32> direction(
      Ops tf, Operand<TFloat32> predicted, Operand<TFloat32> target) {
    Operand<TFloat32> difference =
        tf.math.sub(Layers.l2Normalize(tf, predicted), Layers.l2Normalize(tf, target));
    return meanOfAll(tf, tf.sum(tf.math.square(difference), tf.constant(1)));
  }

  private static Operand<TFloat32> smooth(
      Ops tf, Operand<TFloat32> predicted, Operand<TFloat32> target) {
    Operand<TInt32> channels = tf.constant(1);
    Operand<TFloat32> centred =
        tf.math.sub(target, tf.math.mean(target, channels, Mean.keepDims(true)));
    Operand<TFloat32> variance =
        tf.math.mean(tf.math.square(centred), channels, Mean.keepDims(true));
    Operand<TFloat32> standardised =
        tf.math.mul(centred, tf.math.rsqrt(tf.math.add(variance, tf.constant(NORM_EPSILON))));
    // m (x - m / 2) with m = min(x, 1), for x = |difference|
    Operand<TFloat32> x = tf.math.abs(tf.math.sub(predicted, standardised));
    Operand<TFloat32> m = tf.math.minimum(x, tf.constant(1f));
    Operand<TFloat32> costs = tf.math.mul(m, tf.math.sub(x, tf.math.mul(m, tf.constant(0.5f))));
    return tf.math.mean(costs, tf.constant(new int[] {0, 1}));
  }

  /**
   * Authors the cross-entropy of the two softened distributions (section 2); the factor T squared
   * keeps the scale of its gradient.
   */
  static Operand<TFloat32> softened(
      Ops tf, Operand<TFloat32> predicted, Operand<TFloat32> target, double temperature) {
    Operand<TFloat32> t = tf.constant((float) temperature);
    Operand<TFloat32> targets = tf.stopGradient(tf.nn.softmax(tf.math.div(target, t)));
    return tf.math.mul(
        meanOfAll(tf, crossEntropy(tf, tf.math.div(predicted, t), targets)),
        tf.constant((float) (temperature * temperature)));
  }

  /**
   * Settings for any student, with BoWNet's views.
   *
   * @param backbone network of the student
   * @param task with the normalisation that the teacher was trained with
   * @param teacher network of the teacher
   * @param classes of the teacher that the student learns; empty for none
   */
  public static Recipe recipe(
      Backbone backbone,
      Task task,
      Backbone teacher,
      List<String> classes,
      Objective objective,
      double temperature) {
    return recipe(
        backbone, task, teacher, classes, objective, temperature, null, null, Origin.STEP);
  }

  /**
   * Settings for any student, with BoWNet's views, of which whole images keep the colours, and the
   * flips where no place is learned.
   *
   * @param backbone network of the student
   * @param task with the normalisation that the teacher was trained with
   * @param teacher network of the teacher
   * @param classes of the teacher that the student learns; empty for none
   * @param distance of features; null for the default
   * @param teacherImageSize side at which the teacher sees a view, in pixels; null for the
   *     student's
   */
  public static Recipe recipe(
      Backbone backbone,
      Task task,
      Backbone teacher,
      List<String> classes,
      Objective objective,
      double temperature,
      Distance distance,
      Integer teacherImageSize,
      Origin origin) {
    int studentSize = task.isSmall() ? task.side() : 224;
    int shown = teacherImageSize == null ? studentSize : teacherImageSize;
    // The larger of the two is rendered; of whole images that which the teacher was shown.
    int size = origin == Origin.STORE ? shown : Math.max(shown, studentSize);
    ViewSpec crops = ViewSpec.bowNet(size, /* minArea= */ 0.2);
    ViewSpec view =
        origin == Origin.STEP
            ? crops
            : new ViewSpec(
                crops.name(),
                size,
                crops.count(),
                new WholeImage(),
                objective == Objective.PATCHES ? Orientation.UPRIGHT : Orientation.FLIPPED,
                crops.augmentations());
    return task.recipe(
        new Distillation(
            teacher, classes, objective, temperature, view, distance, shown, studentSize, origin),
        backbone,
        /* batchSize= */ 64,
        new Sgd(/* momentum= */ 0.9, /* weightDecay= */ 5e-4, /* nesterov= */ true),
        new RateSchedule.Cosine(
            /* learningRate= */ 0.1, /* endLearningRate= */ 0, /* warmupSteps= */ 0));
  }
}
