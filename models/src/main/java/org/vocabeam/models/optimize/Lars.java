package org.vocabeam.models.optimize;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.Variables;

/**
 * Layer-wise adaptive rate scaling (You et al. 2017, eq. 6): the decayed gradient of a parameter is
 * scaled by a ratio of norms over the whole parameter before momentum. Biases and norms (one
 * dimension) are neither scaled nor decayed, as in SimCLR and BYOL.
 *
 * @param trust eta, the trust coefficient
 * @param norm divisor of the parameter's norm
 * @param clip true to limit the scaled rate to the learning rate (LARC): ratio = min(ratio / rate,
 *     1)
 * @param epsilon added to the divisor
 */
public record Lars(
    double momentum, double weightDecay, double trust, Norm norm, boolean clip, double epsilon)
    implements Optimizer {
  /** Divisor of the ratio. */
  public enum Norm {
    /** |g| + decay |p|, as in the paper, lightly and solo-learn. */
    @JsonProperty("separate")
    SEPARATE,
    /** |g + decay p|, as in DINO's code. */
    @JsonProperty("decayed")
    DECAYED
  }

  public Lars {
    checkArgument(momentum >= 0 && momentum < 1, "momentum is %s, must be in [0, 1)", momentum);
    checkArgument(weightDecay >= 0, "weightDecay is %s, must be at least 0", weightDecay);
    checkArgument(trust > 0, "trust is %s, must be positive", trust);
    checkArgument(epsilon >= 0, "epsilon is %s, must be at least 0", epsilon);
  }

  @Override
  public void update(
      Ops tf,
      Variables variables,
      VariableSpec parameter,
      Operand<TFloat32> gradient,
      Schedule schedule) {
    if (parameter.shape().length <= 1) {
      new Sgd(momentum, 0, false).update(tf, variables, parameter, gradient, schedule);
      return;
    }
    Operand<TFloat32> p = variables.get(parameter.name());
    Operand<TFloat32> decay = tf.constant((float) weightDecay);
    Operand<TFloat32> decayed = tf.math.add(gradient, tf.math.mul(p, decay));
    Operand<TFloat32> parameterNorm = norm(tf, p);
    Operand<TFloat32> gradientNorm = norm(tf, gradient);
    Operand<TFloat32> divisor =
        norm == Norm.DECAYED
            ? norm(tf, decayed)
            : tf.math.add(gradientNorm, tf.math.mul(parameterNorm, decay));
    Operand<TFloat32> ratio =
        tf.math.div(
            tf.math.mul(parameterNorm, tf.constant((float) trust)),
            tf.math.add(divisor, tf.constant((float) epsilon)));
    if (clip) {
      ratio = tf.math.minimum(tf.math.div(ratio, schedule.learningRate()), tf.constant(1f));
    }
    // A parameter or gradient of zeros has no direction to scale.
    Operand<TFloat32> zero = tf.constant(0f);
    Operand<TBool> scaled =
        tf.math.logicalAnd(tf.math.greater(parameterNorm, zero), tf.math.greater(divisor, zero));
    Operand<TFloat32> scale = tf.select(scaled, ratio, tf.constant(1f));
    new Sgd(momentum, 0, false)
        .update(tf, variables, parameter, tf.math.mul(decayed, scale), schedule);
  }

  /** Authors the Euclidean length of a whole parameter. */
  static Operand<TFloat32> norm(Ops tf, Operand<TFloat32> x) {
    int[] axes = IntStream.range(0, x.shape().numDimensions()).toArray();
    return tf.math.sqrt(tf.sum(tf.math.square(x), tf.constant(axes), Sum.keepDims(false)));
  }
}
