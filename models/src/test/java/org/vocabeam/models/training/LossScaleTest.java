package org.vocabeam.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.optimize.AdamW;
import org.vocabeam.models.optimize.Lars;
import org.vocabeam.models.optimize.Optimizer;
import org.vocabeam.models.optimize.Sgd;

class LossScaleTest {
  private static final String WEIGHT = "w";
  private static final String MEAN = "mean";
  private static final float FIRST = 32768;

  /** Gradients that 2^15 makes infinite. */
  private static final float[] HUGE = {1e38f, 1, 1, 1};

  private static final float[] PLAIN = {0.3f, -0.7f, 1.1f, 0.123f};

  static Stream<Optimizer> optimizers() {
    return Stream.of(
        new Sgd(0.9, 0.01, true),
        new Lars(0.9, 0.01, 0.001, Lars.Norm.SEPARATE, false, 1e-8),
        new AdamW(0.9, 0.99, 1e-8, 0.01));
  }

  /** A step whose gradient is its input, and which also moves a statistic. */
  private static final class Steps implements AutoCloseable {
    private final Sandbox sandbox;
    private final Operand<TFloat32> gradient;
    private final TrainingStep step;

    Steps(Precision precision, Optimizer optimizer) {
      sandbox = new Sandbox(precision);
      Ops tf = sandbox.tf();
      gradient = sandbox.floats(PLAIN, 2, 2);
      Operand<TFloat32> weight =
          sandbox.variables().variable("", WEIGHT, Role.TRAINED, Initializer.linear(2), 2, 2);
      sandbox.variables().variable("", MEAN, Role.STATISTIC, Initializer.ZEROS, 2, 2);
      sandbox.variables().assign(MEAN, gradient);
      Operand<TFloat32> total =
          tf.sum(tf.math.mul(weight, gradient), tf.constant(new int[] {0, 1}));
      step =
          TrainingStep.author(
              sandbox.graph(),
              tf,
              sandbox.variables(),
              Loss.of(total),
              optimizer,
              parameter -> new Optimizer.Schedule(tf.constant(0.1f), tf.constant(1f)));
      sandbox.initialize(3);
    }

    /** Takes a step and returns its metrics. */
    float[] take(float[] gradients) {
      sandbox.set(gradient, gradients);
      return sandbox.run(step.values());
    }

    float read(String scalar) {
      return sandbox.read(scalar)[0];
    }

    List<String> moved() {
      return sandbox.variables().specs().stream()
          .filter(spec -> spec.role() == Role.TRAINED || spec.role() == Role.MOMENTUM)
          .map(VariableSpec::name)
          .toList();
    }

    @Override
    public void close() {
      sandbox.close();
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void aScaleThatIsAPowerOfTwoChangesNoDigit(Optimizer optimizer) {
    try (Steps plain = new Steps(Precision.FLOAT32, optimizer);
        Steps scaled = new Steps(Precision.FLOAT16, optimizer)) {
      for (int i = 0; i < 3; i++) {
        float[] metrics = scaled.take(PLAIN);
        assertEquals(plain.take(PLAIN)[0], metrics[0]);
        assertEquals(List.of("loss", "loss_scale"), scaled.step.metrics());
        assertEquals(FIRST, metrics[1]);
      }
      for (String name : plain.moved()) {
        assertArrayEquals(plain.sandbox.read(name), scaled.sandbox.read(name), name);
      }
      assertEquals(plain.moved(), scaled.moved());
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void aStepOfInfiniteGradientsLeavesParametersAndMomentum(Optimizer optimizer) {
    try (Steps plain = new Steps(Precision.FLOAT32, optimizer);
        Steps scaled = new Steps(Precision.FLOAT16, optimizer)) {
      plain.take(PLAIN);
      scaled.take(PLAIN);
      assertEquals(FIRST, scaled.take(HUGE)[1]);
      assertEquals(FIRST / 2, scaled.read(Loss.LOSS_SCALE));
      assertEquals(0, scaled.read("loss_scale.updates"));
      for (String name : plain.moved()) {
        assertArrayEquals(plain.sandbox.read(name), scaled.sandbox.read(name), name);
      }
      assertArrayEquals(HUGE, scaled.sandbox.read(MEAN), "what the forward pass moves");
      plain.take(PLAIN);
      assertEquals(FIRST / 2, scaled.take(PLAIN)[1]);
      for (String name : plain.moved()) {
        assertArrayEquals(plain.sandbox.read(name), scaled.sandbox.read(name), name);
      }
    }
  }

  @Test
  void theScaleGrowsAfterTwoThousandUpdates() {
    try (Steps steps = new Steps(Precision.FLOAT16, new Sgd(0, 0, false))) {
      steps.sandbox.write(Map.of("loss_scale.updates", new float[] {1998}));
      steps.take(PLAIN);
      assertEquals(FIRST, steps.read(Loss.LOSS_SCALE));
      assertEquals(1999, steps.read("loss_scale.updates"));
      steps.take(PLAIN);
      assertEquals(2 * FIRST, steps.read(Loss.LOSS_SCALE));
      assertEquals(0, steps.read("loss_scale.updates"));
      steps.take(HUGE);
      steps.take(PLAIN);
      assertEquals(1, steps.read("loss_scale.updates"));
    }
  }

  @Test
  void theScaleStaysFinite() {
    try (Steps steps = new Steps(Precision.FLOAT16, new Sgd(0, 0, false))) {
      steps.sandbox.write(
          Map.of("loss_scale", new float[] {0x1p126f}, "loss_scale.updates", new float[] {1999}));
      steps.take(new float[4]);
      assertEquals(0x1p126f, steps.read(Loss.LOSS_SCALE));
    }
  }
}
