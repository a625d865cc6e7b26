package org.vocabeam.models.jointembedding;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonTypeName;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.MovingAverage;
import org.vocabeam.models.graph.Parameters;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.CosineSchedule;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.training.CollapseSign;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.GaussianBlur;
import org.vocabeam.models.views.RandomResizedCrop;
import org.vocabeam.models.views.Solarize;
import org.vocabeam.models.views.ViewSpec;

/**
 * DINO (Caron et al. 2021, "Emerging Properties in Self-Supervised Vision Transformers"): from
 * every crop of an image the student predicts the teacher's distribution of the large crops over
 * prototypes. The teacher is the moving average of the student.
 *
 * @param head projection head of both networks
 * @param studentTemperature of the student's softmax
 * @param warmupTemperature of the teacher's softmax at the first step
 * @param teacherTemperature of the teacher's softmax after the warm-up
 * @param temperatureWarmup share of the run in which the first temperature becomes the second
 * @param centreDecay of the running mean of the teacher's outputs
 * @param centring true to subtract that mean; false lets one prototype take everything
 * @param sharpening true for the teacher's own, low temperature; false gives all prototypes the
 *     same share
 * @param teacherDecay of the teacher's weights at the first step; rises to 1 by a cosine
 * @param frozenPrototypes share of the run in which the prototypes do not move
 * @param global1 kind of large crop, one of every image, for student and teacher
 * @param global2 kind of large crop, one of every image, for student and teacher
 * @param locals kind of small crop, several of every image, for the student
 */
@JsonTypeName("dino")
public record Dino(
    DinoHead head,
    double studentTemperature,
    double warmupTemperature,
    double teacherTemperature,
    double temperatureWarmup,
    double centreDecay,
    boolean centring,
    boolean sharpening,
    double teacherDecay,
    double frozenPrototypes,
    ViewSpec global1,
    ViewSpec global2,
    ViewSpec locals)
    implements Method {
  private static final String TEACHER = "teacher.";
  private static final String HEAD = "head.";
  private static final String CENTRE = "centre";
  private static final String TEMPERATURE = "teacherTemperature";
  private static final String TARGET_ENTROPY = "target_entropy";
  private static final String PROTOTYPE_ENTROPY = "prototype_entropy";
  private static final String PROTOTYPES_MOVE = "prototypesMove";

  public Dino {
    checkTemperature("studentTemperature", studentTemperature);
    checkTemperature("warmupTemperature", warmupTemperature);
    checkTemperature("teacherTemperature", teacherTemperature);
    checkShare("temperatureWarmup", temperatureWarmup);
    checkShare("centreDecay", centreDecay);
    checkShare("teacherDecay", teacherDecay);
    checkShare("frozenPrototypes", frozenPrototypes);
    TwoViews.check(global1, global2);
    checkArgument(
        !locals.name().equals(global1.name()) && !locals.name().equals(global2.name()),
        "the small crops are named %s like a large crop, must have another name",
        locals.name());
  }

  private static void checkTemperature(String name, double value) {
    checkArgument(value > 0 && Double.isFinite(value), "%s is %s, must be positive", name, value);
  }

  private static void checkShare(String name, double value) {
    checkArgument(value >= 0 && value <= 1, "%s is %s, must be in [0, 1]", name, value);
  }

  @Override
  public List<ViewSpec> views() {
    return List.of(global1, global2, locals);
  }

  @Override
  public Map<String, ScalarSchedule> scalars() {
    return ImmutableMap.of(
        STUDENT_SHARE,
        (step, steps) -> CosineSchedule.studentShare(teacherDecay, step, steps),
        TEMPERATURE,
        (step, steps) -> temperature(step, Math.round(temperatureWarmup * steps)),
        PROTOTYPES_MOVE,
        (step, steps) -> step < frozenPrototypes * steps ? 0 : 1);
  }

  /**
   * Returns the teacher's temperature: linear over the warm-up, both ends included, then constant
   * (reference code).
   */
  double temperature(long step, long warmup) {
    if (!sharpening) {
      return studentTemperature;
    }
    return step >= warmup
        ? teacherTemperature
        : warmupTemperature
            + (teacherTemperature - warmupTemperature) * step / Math.max(1, warmup - 1);
  }

  @Override
  public List<String> studentCopies() {
    return List.of(TEACHER + STUDENT);
  }

  @Override
  public List<CollapseSign> collapseSigns() {
    double uniform = Math.log(head.prototypes());
    return List.of(
        CollapseSign.below(
            PROTOTYPE_ENTROPY,
            0.25 * uniform,
            "few prototypes take all images",
            centring ? "raise teacherTemperature or lower centreDecay" : "set centring to true"),
        CollapseSign.above(
            TARGET_ENTROPY,
            0.98 * uniform,
            "every target has all prototypes alike",
            sharpening ? "lower teacherTemperature" : "set sharpening to true"));
  }

  /** Algorithm 1, with small crops. */
  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    Operand<TFloat32> v1 = inputs.views().get(global1.name());
    Operand<TFloat32> v2 = inputs.views().get(global2.name());
    Operand<TFloat32> small = inputs.views().get(locals.name());

    // The student sees all crops; those of one size are a batch: [n B, S, S, C] -> [n B, D].
    Layers student = new Layers(tf, variables.scope(STUDENT), Mode.TRAINING);
    Operand<TFloat32> large = backbone.embed(student, tf.concat(List.of(v1, v2), tf.constant(0)));
    Operand<TFloat32> features =
        tf.concat(List.of(large, backbone.embed(student, small)), tf.constant(0));
    Operand<TFloat32> outputs =
        head.outputs(tf, variables.scope(HEAD), features, inputs.scalars().get(PROTOTYPES_MOVE));

    // The teacher sees the large crops; its weights move first.
    Operand<TFloat32> share = inputs.scalars().get(STUDENT_SHARE);
    Layers teacher = new Layers(tf, average(tf, variables, STUDENT, share), Mode.TRAINING);
    Operand<TFloat32> taught =
        head.outputs(
            tf,
            average(tf, variables, HEAD, share),
            backbone.embed(teacher, tf.concat(List.of(v1, v2), tf.constant(0))),
            tf.constant(0f));

    Operand<TFloat32> centre =
        variables.variable("", CENTRE, Role.STATISTIC, Initializer.ZEROS, head.prototypes());
    Operand<TFloat32> none = tf.constant(new float[head.prototypes()]);
    Operand<TFloat32> targets =
        targets(tf, taught, centring ? centre : none, inputs.scalars().get(TEMPERATURE));
    Operand<TFloat32> loss =
        crossEntropy(
            tf,
            crops(tf, outputs, (int) v1.shape().get(0)),
            tf.split(tf.constant(0), targets, 2L).output(),
            studentTemperature);

    variables.assign(CENTRE, moved(tf, centre, taught, centreDecay));
    return Loss.of(loss, large)
        .with(TARGET_ENTROPY, Entropy.ofRows(tf, targets))
        .with(PROTOTYPE_ENTROPY, Entropy.ofMean(tf, targets));
  }

  private static Parameters average(
      Ops tf, Variables variables, String scope, Operand<TFloat32> studentShare) {
    return new MovingAverage(tf, variables, scope, TEACHER + scope, studentShare);
  }

  /** Authors the outputs by crop, {@code [B, P]} each: the two large crops, then the small. */
  private List<Operand<TFloat32>> crops(Ops tf, Operand<TFloat32> outputs, int batch) {
    int count = locals.count();
    List<Operand<TFloat32>> parts =
        new ArrayList<>(
            tf.splitV(
                    outputs,
                    tf.constant(new long[] {batch, batch, (long) batch * count}),
                    tf.constant(0),
                    3L)
                .output());
    // The rows of the small crops are image-major.
    Operand<TFloat32> small =
        tf.reshape(parts.remove(2), tf.constant(new int[] {batch, count, head.prototypes()}));
    parts.addAll(tf.unstack(small, (long) count, Unstack.axis(1L)).output());
    return parts;
  }

  /** Authors the teacher's probabilities: centred and sharpened outputs, without gradient. */
  static Operand<TFloat32> targets(
      Ops tf, Operand<TFloat32> taught, Operand<TFloat32> centre, Operand<TFloat32> temperature) {
    return tf.stopGradient(tf.nn.softmax(tf.math.div(tf.math.sub(taught, centre), temperature)));
  }

  /**
   * Authors the cross-entropy of all pairs of a teacher's crop and another crop of the student (eq.
   * 3), mean over pairs and images.
   *
   * @param student outputs of all crops {@code [B, P]}, those of the teacher's crops first
   * @param targets probabilities of the teacher's crops {@code [B, P]}
   */
  static Operand<TFloat32> crossEntropy(
      Ops tf,
      List<Operand<TFloat32>> student,
      List<? extends Operand<TFloat32>> targets,
      double studentTemperature) {
    List<Operand<TFloat32>> pairs = new ArrayList<>();
    for (int t = 0; t < targets.size(); t++) {
      for (int s = 0; s < student.size(); s++) {
        if (s != t) {
          Operand<TFloat32> logits =
              tf.math.div(student.get(s), tf.constant((float) studentTemperature));
          pairs.add(Layers.meanOfAll(tf, Layers.crossEntropy(tf, logits, targets.get(t))));
        }
      }
    }
    return tf.math.div(tf.math.addN(pairs), tf.constant((float) pairs.size()));
  }

  /** Authors the centre after a step (eq. 4), which moves to the mean of the teacher's outputs. */
  static Operand<TFloat32> moved(
      Ops tf, Operand<TFloat32> centre, Operand<TFloat32> taught, double decay) {
    return tf.math.add(
        tf.math.mul(centre, tf.constant((float) decay)),
        tf.math.mul(tf.math.mean(taught, tf.constant(0)), tf.constant((float) (1 - decay))));
  }

  /**
   * The authors' configurations. ResNet-50 (reference code, README): SGD with 0.03 B / 256 and ten
   * epochs of warm-up, large crops of 0.14 to 1 of the area, six small ones of 0.05 to 0.14, a head
   * with batch norm, temperature 0.04 to 0.07 over 50 of 800 epochs, prototypes that stay for an
   * epoch; decay of section 5.1. Transformers ({@code main_dino.py}): AdamW with 0.0005 B / 256,
   * large crops of 0.4 to 1, eight small ones of 0.05 to 0.4, no batch norm, temperature 0.04 to
   * 0.07 over 30 of 300 epochs.
   */
  public static Recipe paper(Backbone backbone, Task task) {
    int batch = 256;
    boolean small = task.isSmall();
    boolean transformer = backbone instanceof VisionTransformer;
    int globalSize = small ? task.side() : 224;
    RandomResizedCrop global =
        new RandomResizedCrop(/* minArea= */ transformer ? 0.4 : 0.14, /* maxArea= */ 1);
    Dino method =
        new Dino(
            new DinoHead(
                /* hidden= */ 2048,
                /* bottleneck= */ 256,
                /* prototypes= */ 65_536,
                /* batchNorm= */ !transformer),
            /* studentTemperature= */ 0.1,
            /* warmupTemperature= */ 0.04,
            /* teacherTemperature= */ 0.07,
            /* temperatureWarmup= */ transformer ? 30.0 / 300 : 50.0 / 800,
            /* centreDecay= */ 0.9,
            /* centring= */ true,
            /* sharpening= */ true,
            /* teacherDecay= */ 0.996,
            /* frozenPrototypes= */ Math.min(0.5, (double) task.epoch(batch) / task.steps()),
            MultiCrop.crops(
                "global1",
                globalSize,
                /* count= */ 1,
                global,
                TwoViews.jitter(),
                TwoViews.blur(/* probability= */ small ? 0 : 1),
                Solarize.NONE),
            MultiCrop.crops(
                "global2",
                globalSize,
                /* count= */ 1,
                global,
                TwoViews.jitter(),
                TwoViews.blur(/* probability= */ small ? 0 : 0.1),
                TwoViews.solarize()),
            MultiCrop.crops(
                "locals",
                backbone.wholePatches(small ? task.side() * 3 / 7 : 96),
                /* count= */ transformer ? 8 : 6,
                new RandomResizedCrop(/* minArea= */ 0.05, /* maxArea= */ transformer ? 0.4 : 0.14),
                TwoViews.jitter(),
                TwoViews.blur(/* probability= */ small ? 0 : 0.5),
                Solarize.NONE));
    return task.recipe(
        method,
        backbone,
        batch,
        new Sgd(/* momentum= */ 0.9, /* weightDecay= */ 1e-4, /* nesterov= */ false),
        new RateSchedule.Cosine(
            /* learningRate= */ 0.03,
            /* endLearningRate= */ 0,
            task.warmup(/* epochs= */ 10, batch)));
  }

  /** Settings for 28 to 64 pixels and minutes on a processor. */
  public static Recipe small(Backbone backbone, Task task) {
    RandomResizedCrop global = new RandomResizedCrop(/* minArea= */ 0.4, /* maxArea= */ 1);
    Dino method =
        new Dino(
            new DinoHead(
                /* hidden= */ 256,
                /* bottleneck= */ 64,
                /* prototypes= */ 512,
                /* batchNorm= */ !(backbone instanceof VisionTransformer)),
            /* studentTemperature= */ 0.1,
            /* warmupTemperature= */ 0.04,
            /* teacherTemperature= */ 0.04,
            /* temperatureWarmup= */ 0,
            /* centreDecay= */ 0.9,
            /* centring= */ true,
            /* sharpening= */ true,
            /* teacherDecay= */ 0.97,
            /* frozenPrototypes= */ 0.02,
            MultiCrop.crops(
                "global1",
                task.side(),
                /* count= */ 1,
                global,
                TwoViews.jitter(),
                GaussianBlur.NONE,
                Solarize.NONE),
            MultiCrop.crops(
                "global2",
                task.side(),
                /* count= */ 1,
                global,
                TwoViews.jitter(),
                GaussianBlur.NONE,
                Solarize.NONE),
            MultiCrop.crops(
                "locals",
                backbone.wholePatches(task.side() / 2),
                /* count= */ 2,
                new RandomResizedCrop(/* minArea= */ 0.1, /* maxArea= */ 0.4),
                TwoViews.jitter(),
                GaussianBlur.NONE,
                Solarize.NONE));
    return task.recipe(
        method,
        backbone,
        /* batchSize= */ 64,
        new Sgd(/* momentum= */ 0.9, /* weightDecay= */ 1e-4, /* nesterov= */ false),
        new RateSchedule.Cosine(
            /* learningRate= */ 0.1, /* endLearningRate= */ 0, task.smallWarmup()));
  }
}
