package org.vocabeam.models.jointembedding;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonTypeName;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceMax;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.Larc;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.training.CollapseSign;
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
 * SwAV (Caron et al. 2020, "Unsupervised Learning of Visual Features by Contrasting Cluster
 * Assignments"): from every crop of an image the network predicts the code of each large crop, its
 * soft assignment to prototypes. Codes share all prototypes alike over a batch and a queue of
 * earlier embeddings.
 *
 * @param hidden width of the projector's hidden layer
 * @param outputs D, width of the embeddings that are compared with prototypes
 * @param prototypes K
 * @param temperature tau of the predictions' softmax
 * @param epsilon regularisation of the codes: the smaller, the sharper
 * @param sinkhornIterations normalisations of a batch's codes, of prototypes and images in turn
 * @param equipartition true for codes that share all prototypes alike; false for the softmax of an
 *     image's scores, with which one prototype takes everything
 * @param queue earlier embeddings of a large crop that join its batch for the codes; 0 for none
 * @param queueStart share of the run after which the queue begins to fill
 * @param frozenPrototypes share of the run in which the prototypes do not move
 * @param globals kind of large crops, of which codes are made
 * @param locals kinds of small crops, from which codes are only predicted; may be empty
 */
@JsonTypeName("swav")
public record Swav(
    int hidden,
    int outputs,
    int prototypes,
    double temperature,
    double epsilon,
    int sinkhornIterations,
    boolean equipartition,
    int queue,
    double queueStart,
    double frozenPrototypes,
    ViewSpec globals,
    List<ViewSpec> locals)
    implements Method {
  private static final String PROTOTYPES = "prototypes.";
  private static final String WEIGHT = "weight";
  private static final String TARGET_ENTROPY = "target_entropy";
  private static final String PROTOTYPE_ENTROPY = "prototype_entropy";
  private static final String PROTOTYPES_MOVE = "prototypesMove";
  private static final String QUEUE_RUNS = "queueRuns";

  /** Mass below which a prototype or an image is empty. */
  private static final float EMPTY = 1e-30f;

  public Swav {
    locals = List.copyOf(locals);
    checkArgument(hidden > 0, "hidden is %s, must be positive", hidden);
    checkArgument(outputs > 0, "outputs is %s, must be positive", outputs);
    checkArgument(prototypes > 1, "prototypes is %s, must be at least 2", prototypes);
    checkArgument(
        temperature > 0 && Double.isFinite(temperature),
        "temperature is %s, must be positive and finite",
        temperature);
    checkArgument(
        epsilon > 0 && Double.isFinite(epsilon),
        "epsilon is %s, must be positive and finite",
        epsilon);
    checkArgument(
        sinkhornIterations > 0, "sinkhornIterations is %s, must be positive", sinkhornIterations);
    checkArgument(queue >= 0, "queue is %s, must be at least 0", queue);
    checkArgument(
        queueStart >= 0 && queueStart <= 1, "queueStart is %s, must be in [0, 1]", queueStart);
    checkArgument(
        frozenPrototypes >= 0 && frozenPrototypes <= 1,
        "frozenPrototypes is %s, must be in [0, 1]",
        frozenPrototypes);
    MultiCrop.check(globals, locals);
  }

  @Override
  public List<ViewSpec> views() {
    return MultiCrop.kinds(globals, locals);
  }

  @Override
  public Map<String, ScalarSchedule> scalars() {
    ImmutableMap.Builder<String, ScalarSchedule> scalars = ImmutableMap.builder();
    scalars.put(PROTOTYPES_MOVE, (step, steps) -> step < frozenPrototypes * steps ? 0 : 1);
    if (queue > 0) {
      scalars.put(QUEUE_RUNS, (step, steps) -> step < queueStart * steps ? 0 : 1);
    }
    return scalars.build();
  }

  @Override
  public void check(Backbone backbone, int batchSize) {
    if (queue > 0 && queue < batchSize) {
      throw new UserError(
          "queue is %d, must be 0 or at least batchSize, which is %d".formatted(queue, batchSize));
    }
  }

  @Override
  public List<CollapseSign> collapseSigns() {
    double uniform = Math.log(prototypes);
    return List.of(
        CollapseSign.below(
            PROTOTYPE_ENTROPY,
            0.25 * uniform,
            "few prototypes take all images",
            equipartition
                ? "raise sinkhornIterations or frozenPrototypes"
                : "set equipartition to true"),
        CollapseSign.above(
            TARGET_ENTROPY,
            0.98 * uniform,
            "every code has all prototypes alike",
            "lower epsilon"));
  }

  /** Algorithm 1 of appendix A, with small crops and the queue. */
  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    // Prototypes of length 1, then all crops: [n B, D'] -> [n B, D]
    Operand<TFloat32> normalised = normalisePrototypes(tf, variables);
    Layers student = new Layers(tf, variables.scope(STUDENT), Mode.TRAINING);
    Operand<TFloat32> features = MultiCrop.features(student, backbone, views(), inputs.views());
    Layers projector = new Layers(tf, variables.scope("projector."), Mode.TRAINING);
    Operand<TFloat32> z =
        Layers.l2Normalize(tf, Mlp.of(projector.in("projector"), features, hidden, outputs));

    Prediction prediction = predict(tf, variables, z, normalised, inputs.scalars());
    Operand<TFloat32> codes = tf.concat(prediction.codes(), tf.constant(0));
    Operand<TFloat32> large = rows(tf, features, /* from= */ 0, (int) codes.shape().get(0));
    return Loss.of(prediction.loss(), large)
        .with(TARGET_ENTROPY, Entropy.ofRows(tf, codes))
        .with(PROTOTYPE_ENTROPY, Entropy.ofMean(tf, codes));
  }

  /** Authors the prototypes {@code [K, D]} of this step, whose rows have length 1. */
  Operand<TFloat32> normalisePrototypes(Ops tf, Variables variables) {
    Operand<TFloat32> before =
        variables
            .scope(PROTOTYPES)
            .trained(WEIGHT, Initializer.linear(outputs), prototypes, outputs);
    Operand<TFloat32> normalised = Layers.l2Normalize(tf, before);
    variables.startFrom(PROTOTYPES + WEIGHT, normalised);
    return normalised;
  }

  /**
   * Result of a step behind the embeddings.
   *
   * @param scores of all crops {@code [n B, K]}
   * @param codes of the large crops {@code [B, K]}
   * @param loss scalar
   */
  record Prediction(
      Operand<TFloat32> scores, List<Operand<TFloat32>> codes, Operand<TFloat32> loss) {}

  /**
   * Authors scores, codes and loss, and moves the queues.
   *
   * @param z embeddings of length 1 {@code [n B, D]}, crop after crop, the large ones first
   * @param normalised prototypes {@code [K, D]}
   */
  Prediction predict(
      Ops tf,
      Variables variables,
      Operand<TFloat32> z,
      Operand<TFloat32> normalised,
      Map<String, Operand<TFloat32>> scalars) {
    long crops = MultiCrop.count(views());
    Operand<TFloat32> still = tf.stopGradient(normalised);
    Operand<TFloat32> moving =
        tf.math.add(
            still, tf.math.mul(scalars.get(PROTOTYPES_MOVE), tf.math.sub(normalised, still)));
    Operand<TFloat32> scores = Layers.timesTransposed(tf, z, moving);
    List<Operand<TFloat32>> embeddings = split(tf, tf.stopGradient(z), crops);
    List<Operand<TFloat32>> own = split(tf, tf.stopGradient(scores), crops);
    List<Operand<TFloat32>> codes = new ArrayList<>();
    Operand<TBool> full = tf.constant(false);
    for (int crop = 0; crop < globals.count(); crop++) {
      if (!equipartition) {
        codes.add(tf.nn.softmax(tf.math.div(own.get(crop), tf.constant((float) epsilon))));
      } else if (queue == 0) {
        codes.add(
            sinkhorn(tf, own.get(crop), ones(tf, own.get(crop)), epsilon, sinkhornIterations));
      } else {
        // The old queue, if its oldest row has been reached, in front of the batch, which enters
        // the queue afterwards.
        String name = "queue." + crop;
        Operand<TFloat32> rows =
            variables.variable("", name, Role.QUEUE, Initializer.ZEROS, queue, outputs);
        full = tf.math.logicalOr(full, isFull(tf, rows));
        Operand<TFloat32> queued = Layers.timesTransposed(tf, rows, still);
        Operand<TFloat32> counted =
            tf.concat(
                List.of(
                    tf.math.mul(ones(tf, queued), tf.dtypes.cast(full, TFloat32.class)),
                    ones(tf, own.get(crop))),
                tf.constant(0));
        Operand<TFloat32> all =
            sinkhorn(
                tf,
                tf.concat(List.of(queued, own.get(crop)), tf.constant(0)),
                counted,
                epsilon,
                sinkhornIterations);
        codes.add(rows(tf, all, /* from= */ queue, (int) own.get(crop).shape().get(0)));
        Operand<TBool> runs = tf.math.greater(scalars.get(QUEUE_RUNS), tf.constant(0f));
        variables.assign(name, tf.select(runs, pushed(tf, rows, embeddings.get(crop)), rows));
      }
    }
    return new Prediction(scores, codes, crossEntropy(tf, scores, codes, temperature));
  }

  private static List<Operand<TFloat32>> split(Ops tf, Operand<TFloat32> rows, long parts) {
    return List.copyOf(tf.split(tf.constant(0), rows, parts).output());
  }

  /** Authors a one for every row, {@code [R, 1]}. */
  private static Operand<TFloat32> ones(Ops tf, Operand<TFloat32> rows) {
    return tf.fill(tf.constant(new long[] {rows.shape().get(0), 1}), tf.constant(1f));
  }

  /** Authors some rows of a matrix. */
  private static Operand<TFloat32> rows(Ops tf, Operand<TFloat32> matrix, int from, int count) {
    return tf.slice(
        matrix,
        tf.constant(new int[] {from, 0}),
        tf.constant(new int[] {count, (int) matrix.shape().get(1)}));
  }

  /** Authors true for a queue whose last row has been filled. */
  private static Operand<TBool> isFull(Ops tf, Operand<TFloat32> queue) {
    Operand<TFloat32> last = rows(tf, queue, (int) queue.shape().get(0) - 1, 1);
    return tf.math.greater(
        tf.reduceMax(tf.math.abs(last), tf.constant(new int[] {0, 1}), ReduceMax.keepDims(false)),
        tf.constant(0f));
  }

  /** Authors a queue whose first rows are new and whose oldest are gone. */
  private static Operand<TFloat32> pushed(
      Ops tf, Operand<TFloat32> queue, Operand<TFloat32> newest) {
    int kept = (int) (queue.shape().get(0) - newest.shape().get(0));
    return tf.concat(List.of(newest, rows(tf, queue, /* from= */ 0, kept)), tf.constant(0));
  }

  /**
   * Authors the codes of images (eq. 3 and 5; reference code {@code distributed_sinkhorn}): {@code
   * exp(scores / epsilon)}, in which prototypes, then images, get the same mass in turn. In the end
   * the code of every image has the sum 1, whatever the masses are, so they are 1 throughout.
   *
   * @param scores {@code [R, K]}
   * @param counted 1, or 0 for a row that is left out, {@code [R, 1]}
   * @return {@code [R, K]}, zeros in rows that are left out
   */
  static Operand<TFloat32> sinkhorn(
      Ops tf, Operand<TFloat32> scores, Operand<TFloat32> counted, double epsilon, int iterations) {
    // A factor of everything changes nothing, and keeps the exponential finite.
    Operand<TFloat32> largest =
        tf.reduceMax(scores, tf.constant(new int[] {0, 1}), ReduceMax.keepDims(false));
    Operand<TFloat32> codes =
        tf.math.mul(
            tf.math.exp(tf.math.div(tf.math.sub(scores, largest), tf.constant((float) epsilon))),
            counted);
    for (int i = 0; i < iterations; i++) {
      codes = shared(tf, codes, /* axis= */ 0);
      codes = shared(tf, codes, /* axis= */ 1);
    }
    return codes;
  }

  private static Operand<TFloat32> shared(Ops tf, Operand<TFloat32> masses, int axis) {
    Operand<TFloat32> sums = tf.sum(masses, tf.constant(axis), Sum.keepDims(true));
    return tf.math.div(masses, tf.math.maximum(sums, tf.constant(EMPTY)));
  }

  /**
   * Authors the swapped prediction (eq. 2): the cross-entropy of the code of each large crop and
   * the predictions of all other crops, mean over pairs and images.
   *
   * @param scores of all crops {@code [n B, K]}, crop after crop, the large ones first
   * @param codes of the large crops {@code [B, K]}
   */
  static Operand<TFloat32> crossEntropy(
      Ops tf, Operand<TFloat32> scores, List<Operand<TFloat32>> codes, double temperature) {
    long crops = scores.shape().get(0) / codes.get(0).shape().get(0);
    List<Operand<TFloat32>> predictions =
        split(tf, tf.nn.logSoftmax(tf.math.div(scores, tf.constant((float) temperature))), crops);
    Operand<TFloat32> sum = tf.math.addN(predictions);
    List<Operand<TFloat32>> products = new ArrayList<>();
    for (int crop = 0; crop < codes.size(); crop++) {
      Operand<TFloat32> others = tf.math.sub(sum, predictions.get(crop));
      products.add(
          Layers.meanOfAll(tf, tf.sum(tf.math.mul(codes.get(crop), others), tf.constant(1))));
    }
    return tf.math.div(tf.math.addN(products), tf.constant((float) (-codes.size() * (crops - 1))));
  }

  /**
   * The authors' settings for batches of 256 images (section 4.1 and reference code, {@code
   * swav_200ep_bs256_pretrain.sh}): LARC with 0.6, a queue of 3,840 from the 15th of 200 epochs,
   * prototypes that stay for an epoch; crops of appendix A. Their batches of 4,096 have no queue
   * and a rate of 4.8, to which a warm-up of ten epochs leads from 0.3.
   */
  public static Recipe paper(Backbone backbone, Task task) {
    int batch = 256;
    boolean small = task.isSmall();
    double epoch = (double) task.epoch(batch) / task.steps();
    ColourJitter jitter =
        new ColourJitter(
            /* brightness= */ 0.8,
            /* contrast= */ 0.8,
            /* saturation= */ 0.8,
            /* hue= */ 0.2,
            /* probability= */ 0.8);
    GaussianBlur blur = TwoViews.blur(/* probability= */ small ? 0 : 0.5);
    Swav method =
        new Swav(
            /* hidden= */ 2048,
            /* outputs= */ 128,
            /* prototypes= */ 3000,
            /* temperature= */ 0.1,
            /* epsilon= */ 0.05,
            /* sinkhornIterations= */ 3,
            /* equipartition= */ true,
            /* queue= */ 3840,
            /* queueStart= */ Math.min(15.0 / 200, 15 * epoch),
            /* frozenPrototypes= */ Math.min(0.5, epoch),
            MultiCrop.crops(
                "globals",
                small ? task.side() : 224,
                /* count= */ 2,
                new RandomResizedCrop(/* minArea= */ 0.14, /* maxArea= */ 1),
                jitter,
                blur,
                Solarize.NONE),
            List.of(
                MultiCrop.crops(
                    "locals",
                    backbone.wholePatches(small ? task.side() * 3 / 7 : 96),
                    /* count= */ 6,
                    new RandomResizedCrop(/* minArea= */ 0.05, /* maxArea= */ 0.14),
                    jitter,
                    blur,
                    Solarize.NONE)));
    return task.recipe(
        method,
        backbone,
        batch,
        new Larc(
            /* momentum= */ 0.9, /* weightDecay= */ 1e-6, /* trust= */ 0.001, /* epsilon= */ 1e-8),
        new RateSchedule.Cosine(
            /* learningRate= */ 0.6, /* endLearningRate= */ 0.0006, /* warmupSteps= */ 0));
  }

  /**
   * Settings for 28 to 64 pixels and minutes on a processor. With as many prototypes as images in a
   * batch no queue is needed: 240 steps of Photo-ID, seed 1, reach 52.6 % in the linear probe, with
   * 256 and a queue 49.4.
   */
  public static Recipe small(Backbone backbone, Task task) {
    Swav method =
        new Swav(
            /* hidden= */ 256,
            /* outputs= */ 64,
            /* prototypes= */ 64,
            /* temperature= */ 0.1,
            /* epsilon= */ 0.05,
            /* sinkhornIterations= */ 3,
            /* equipartition= */ true,
            /* queue= */ 0,
            /* queueStart= */ 0,
            /* frozenPrototypes= */ 0.02,
            MultiCrop.crops(
                "globals",
                task.side(),
                /* count= */ 2,
                new RandomResizedCrop(/* minArea= */ 0.4, /* maxArea= */ 1),
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
        new Sgd(/* momentum= */ 0.9, /* weightDecay= */ 1e-4, /* nesterov= */ false),
        new RateSchedule.Cosine(
            /* learningRate= */ 0.1, /* endLearningRate= */ 0, task.smallWarmup()));
  }
}
