package org.vocabeam.models.optimize;

import static com.google.common.base.Preconditions.checkArgument;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.Variables;

/**
 * Layer-wise adaptive rate control without clipping, as SwAV uses it (NVIDIA's {@code
 * apex.parallel.LARC}): {@code g <- (g + decay p) trust |p| / (|g| + decay |p| + epsilon)}, then
 * SGD with momentum. Unlike {@link Lars} it scales and decays all parameters alike, biases and
 * norms too, and a parameter without gradient has no decay either.
 *
 * @param momentum in [0, 1)
 * @param weightDecay at least 0
 * @param trust the trust coefficient, positive
 * @param epsilon added to the divisor, at least 0
 */
public record Larc(double momentum, double weightDecay, double trust, double epsilon)
    implements Optimizer {
  public Larc {
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
    Operand<TFloat32> p = variables.get(parameter.name());
    Operand<TFloat32> decay = tf.constant((float) weightDecay);
    Operand<TFloat32> parameterNorm = Lars.norm(tf, p);
    Operand<TFloat32> gradientNorm = Lars.norm(tf, gradient);
    Operand<TFloat32> divisor =
        tf.math.add(
            tf.math.add(gradientNorm, tf.math.mul(parameterNorm, decay)),
            tf.constant((float) epsilon));
    Operand<TFloat32> ratio =
        tf.math.div(tf.math.mul(parameterNorm, tf.constant((float) trust)), divisor);
    Operand<TFloat32> decayed = tf.math.add(gradient, tf.math.mul(p, decay));
    Operand<TFloat32> zero = tf.constant(0f);
    Operand<TBool> scaled =
        tf.math.logicalAnd(
            tf.math.greater(parameterNorm, zero), tf.math.greater(gradientNorm, zero));
    new Sgd(momentum, 0, false)
        .update(
            tf,
            variables,
            parameter,
            tf.select(scaled, tf.math.mul(decayed, ratio), gradient),
            schedule);
  }
}
