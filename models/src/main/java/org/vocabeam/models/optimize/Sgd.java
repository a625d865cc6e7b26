package org.vocabeam.models.optimize;

import static com.google.common.base.Preconditions.checkArgument;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.ResourceApplyMomentum;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.graph.Variables;

/**
 * Stochastic gradient descent as in PyTorch: {@code g <- g + decay p; b <- momentum b + g; p <- p -
 * rate b}, and with Nesterov's {@code p <- p - rate (g + momentum b)}.
 *
 * @param momentum in [0, 1)
 * @param weightDecay at least 0; reaches every trained parameter, biases and norms included
 * @param nesterov true for Nesterov's momentum
 */
public record Sgd(double momentum, double weightDecay, boolean nesterov) implements Optimizer {
  public Sgd {
    checkArgument(momentum >= 0 && momentum < 1, "momentum is %s, must be in [0, 1)", momentum);
    checkArgument(weightDecay >= 0, "weightDecay is %s, must be at least 0", weightDecay);
  }

  @Override
  public void update(
      Ops tf,
      Variables variables,
      VariableSpec parameter,
      Operand<TFloat32> gradient,
      Schedule schedule) {
    String buffer = "momentum." + parameter.name();
    variables.variable(
        "momentum.", parameter.name(), Role.MOMENTUM, Initializer.ZEROS, parameter.shape());
    Operand<TFloat32> p = variables.get(parameter.name());
    Operand<TFloat32> decayed =
        tf.math.add(gradient, tf.math.mul(p, tf.constant((float) weightDecay)));
    variables.update(
        parameter.name(),
        tf.train.resourceApplyMomentum(
            variables.handle(parameter.name()),
            variables.handle(buffer),
            schedule.learningRate(),
            decayed,
            tf.constant((float) momentum),
            ResourceApplyMomentum.useNesterov(nesterov)));
  }
}
