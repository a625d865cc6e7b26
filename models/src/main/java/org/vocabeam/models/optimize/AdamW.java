package org.vocabeam.models.optimize;

import static com.google.common.base.Preconditions.checkArgument;

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
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root of the second moment, positive
 * @param weightDecay at least 0; reaches every trained parameter
 */
public record AdamW(double beta1, double beta2, double epsilon, double weightDecay)
    implements Optimizer {
  public AdamW {
    checkArgument(beta1 >= 0 && beta1 < 1, "beta1 is %s, must be in [0, 1)", beta1);
    checkArgument(beta2 >= 0 && beta2 < 1, "beta2 is %s, must be in [0, 1)", beta2);
    checkArgument(epsilon > 0, "epsilon is %s, must be positive", epsilon);
    checkArgument(weightDecay >= 0, "weightDecay is %s, must be at least 0", weightDecay);
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
    Operand<TFloat32> decayed =
        tf.math.add(direction, tf.math.mul(p, tf.constant((float) weightDecay)));
    variables.assign(
        parameter.name(), tf.math.sub(p, tf.math.mul(decayed, schedule.learningRate())));
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
