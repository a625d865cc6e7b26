package org.vocabeam.models.optimize;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.graph.Variables;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), as in PyTorch: {@code
 * p <- (1 - rate decay) p}, then Adam with bias-corrected moments and epsilon outside the root.
 * Vision transformers add a decay that grows, parameters without decay, and clipping, as in DINO's
 * code.
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root of the second moment, positive
 * @param weightDecay at least 0
 * @param endWeightDecay decay at the end of the run, which it nears by half a cosine; null for the
 *     same
 * @param decayed parameters with weight decay; null for all
 * @param clip longest gradient, positive: a longer one is scaled to this length; null for no limit
 * @param clipped gradient that is limited; null for that of each parameter
 */
public record AdamW(
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    Double endWeightDecay,
    Decayed decayed,
    Double clip,
    Clipped clipped)
    implements Optimizer {
  private static final float CLIP_EPSILON = 1e-6f;

  /** Parameters with weight decay. */
  public enum Decayed {
    /** Every trained parameter. */
    @JsonProperty("all")
    ALL,
    /** Those of two dimensions at least: neither biases nor norms. */
    @JsonProperty("matrices")
    MATRICES
  }

  /** Gradient whose length is limited. */
  public enum Clipped {
    /** Every parameter's gradient by its own length (DINO, {@code utils.clip_gradients}). */
    @JsonProperty("each")
    EACH,
    /** All gradients by their length together (PyTorch, {@code clip_grad_norm_}). */
    @JsonProperty("all")
    ALL
  }

  public AdamW {
    checkArgument(beta1 >= 0 && beta1 < 1, "beta1 is %s, must be in [0, 1)", beta1);
    checkArgument(beta2 >= 0 && beta2 < 1, "beta2 is %s, must be in [0, 1)", beta2);
    checkArgument(epsilon > 0, "epsilon is %s, must be positive", epsilon);
    checkArgument(weightDecay >= 0, "weightDecay is %s, must be at least 0", weightDecay);
    checkArgument(
        endWeightDecay == null || endWeightDecay >= 0,
        "endWeightDecay is %s, must be at least 0, or absent",
        endWeightDecay);
    checkArgument(clip == null || clip > 0, "clip is %s, must be positive, or absent", clip);
    decayed = decayed == null ? Decayed.ALL : decayed;
    clipped = clipped == null ? Clipped.EACH : clipped;
  }

  /** Makes an optimizer with the same decay for all parameters and steps, without clipping. */
  public AdamW(double beta1, double beta2, double epsilon, double weightDecay) {
    this(
        beta1,
        beta2,
        epsilon,
        weightDecay,
        /* endWeightDecay= */ null,
        Decayed.ALL,
        /* clip= */ null,
        Clipped.EACH);
  }

  /** Returns DINO's optimizer of vision transformers ({@code main_dino.py}). */
  public static AdamW forTransformers() {
    return new AdamW(
        /* beta1= */ 0.9,
        /* beta2= */ 0.999,
        /* epsilon= */ 1e-8,
        /* weightDecay= */ 0.04,
        /* endWeightDecay= */ 0.4,
        Decayed.MATRICES,
        /* clip= */ 3.0,
        Clipped.EACH);
  }

  @Override
  public List<Operand<TFloat32>> limited(Ops tf, List<Operand<TFloat32>> gradients) {
    if (clip == null) {
      return gradients;
    }
    List<Operand<TFloat32>> squares = new ArrayList<>();
    gradients.forEach(gradient -> squares.add(squaredLength(tf, gradient)));
    Operand<TFloat32> total = tf.math.addN(squares);
    List<Operand<TFloat32>> limited = new ArrayList<>();
    for (int i = 0; i < squares.size(); i++) {
      Operand<TFloat32> length = tf.math.sqrt(clipped == Clipped.ALL ? total : squares.get(i));
      limited.add(tf.math.mul(gradients.get(i), factor(tf, length)));
    }
    return limited;
  }

  private static Operand<TFloat32> squaredLength(Ops tf, Operand<TFloat32> gradient) {
    int[] axes = IntStream.range(0, gradient.shape().numDimensions()).toArray();
    return tf.sum(tf.math.square(gradient), tf.constant(axes));
  }

  /** Authors min(1, clip / (length + 1e-6)). */
  private Operand<TFloat32> factor(Ops tf, Operand<TFloat32> length) {
    Operand<TFloat32> factor =
        tf.math.div(tf.constant(clip.floatValue()), tf.math.add(length, tf.constant(CLIP_EPSILON)));
    return tf.math.minimum(factor, tf.constant(1f));
  }

  @Override
  public void update(
      Ops tf,
      Variables variables,
      VariableSpec parameter,
      Operand<TFloat32> gradient,
      Schedule schedule) {
    Operand<TFloat32> p = variables.get(parameter.name());
    Operand<TFloat32> first = moment(tf, variables, "moment1.", parameter, gradient, beta1);
    Operand<TFloat32> second =
        moment(tf, variables, "moment2.", parameter, tf.math.square(gradient), beta2);
    Operand<TFloat32> root =
        tf.math.sqrt(tf.math.div(second, correction(tf, beta2, schedule.step())));
    Operand<TFloat32> direction =
        tf.math.div(
            tf.math.div(first, correction(tf, beta1, schedule.step())),
            tf.math.add(root, tf.constant((float) epsilon)));
    boolean decays = decayed == Decayed.ALL || parameter.shape().length > 1;
    Operand<TFloat32> change =
        decays ? tf.math.add(direction, tf.math.mul(p, decay(tf, schedule))) : direction;
    variables.assign(
        parameter.name(), tf.math.sub(p, tf.math.mul(change, schedule.learningRate())));
  }

  /** Authors end + (start - end) (1 + cos(pi t / T)) / 2, where t counts from 0. */
  private Operand<TFloat32> decay(Ops tf, Schedule schedule) {
    if (endWeightDecay == null) {
      return tf.constant((float) weightDecay);
    }
    Operand<TFloat32> before = tf.math.sub(schedule.step(), tf.constant(1f));
    Operand<TFloat32> angle =
        tf.math.mul(before, tf.constant((float) (Math.PI / schedule.steps())));
    Operand<TFloat32> share = tf.math.add(tf.math.cos(angle), tf.constant(1f));
    return tf.math.add(
        tf.constant(endWeightDecay.floatValue()),
        tf.math.mul(share, tf.constant((float) ((weightDecay - endWeightDecay) / 2))));
  }

  /** Authors moment <- beta moment + (1 - beta) value. */
  private static Operand<TFloat32> moment(
      Ops tf,
      Variables variables,
      String scope,
      VariableSpec parameter,
      Operand<TFloat32> value,
      double beta) {
    Operand<TFloat32> old =
        variables.variable(
            scope, parameter.name(), Role.MOMENTUM, Initializer.ZEROS, parameter.shape());
    Operand<TFloat32> share = tf.constant((float) (1 - beta));
    return variables.assign(
        scope + parameter.name(), tf.math.add(old, tf.math.mul(tf.math.sub(value, old), share)));
  }

  /** Authors 1 - beta^t, without the cancellation of that form. */
  private static Operand<TFloat32> correction(Ops tf, double beta, Operand<TFloat32> step) {
    return tf.math.neg(tf.math.expm1(tf.math.mul(step, tf.constant((float) Math.log(beta)))));
  }
}
