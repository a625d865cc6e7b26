package org.vocabeam.models.optimize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec.Role;

/** Differences of LARC from LARS; {@code SwavGoldenTest} has its numbers. */
final class LarcTest {
  private static final double MOMENTUM = 0.9;
  private static final double DECAY = 0.5;
  private static final double TRUST = 0.1;

  /** Returns a parameter of length 5 after a step with rate 1. */
  private static float[] moved(Optimizer optimizer, float[] gradient, long... shape) {
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      sandbox.variables().variable("", "p", Role.TRAINED, Initializer.ZEROS, shape);
      optimizer.update(
          tf,
          sandbox.variables(),
          sandbox.variables().specs(Role.TRAINED).get(0),
          sandbox.floats(gradient, shape),
          new Optimizer.Schedule(tf.constant(1f), tf.constant(1f)));
      Operand<TFloat32> step =
          tf.withControlDependencies(sandbox.variables().updates()).constant(0f);
      sandbox.initialize(0);
      sandbox.write(Map.of("p", new float[] {3, 4}));
      sandbox.run(step);
      return sandbox.read("p");
    }
  }

  private static final Larc LARC = new Larc(MOMENTUM, DECAY, TRUST, /* epsilon= */ 0);
  private static final Lars LARS =
      new Lars(MOMENTUM, DECAY, TRUST, Lars.Norm.SEPARATE, /* clip= */ false, /* epsilon= */ 0);

  /** The ratio is 0.1 * 5 / (2.5 + 0.5 * 5) = 0.1. */
  @Test
  void biasesAreScaledAndDecayed() {
    float[] gradient = {0, 2.5f};
    assertArrayEquals(new float[] {2.85f, 3.55f}, moved(LARC, gradient, 2), 1e-6f);
    assertArrayEquals(new float[] {3, 1.5f}, moved(LARS, gradient, 2), 1e-6f);
    assertArrayEquals(moved(LARS, gradient, 1, 2), moved(LARC, gradient, 1, 2), 1e-6f);
  }

  @Test
  void aParameterWithoutGradientStaysAsItIs() {
    float[] none = {0, 0};
    assertArrayEquals(new float[] {3, 4}, moved(LARC, none, 1, 2));
    assertArrayEquals(new float[] {2.7f, 3.6f}, moved(LARS, none, 1, 2), 1e-6f);
  }
}
