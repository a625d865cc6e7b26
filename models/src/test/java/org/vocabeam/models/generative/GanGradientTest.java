package org.vocabeam.models.generative;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.Floats;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.GradientCheck;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.TrainingStep;
import org.vocabeam.models.views.ViewSpec;

/** Gradients of the GAN: every network follows its own loss, and codes are like the prior's. */
final class GanGradientTest {
  private static final int IMAGES = 4;
  private static final int SIDE = 8;
  private static final long SMOOTH = 6;

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5})
  void everyNetworkFollowsItsOwnLoss(double codeRegression) {
    try (Sandbox sandbox = new Sandbox()) {
      Loss loss = loss(sandbox, codeRegression);
      List<VariableSpec> discriminator = parameters(sandbox, true);
      List<VariableSpec> others = parameters(sandbox, false);
      assertTrue(discriminator.size() > 5 && others.size() > 10);

      List<Operand<TFloat32>> ofDiscriminator =
          gradients(sandbox, loss.metrics().get("loss/discriminator"), discriminator);
      List<Operand<TFloat32>> ofOthers =
          gradients(sandbox, loss.metrics().get("loss/encoder_generator"), others);
      List<Operand<TFloat32>> totalOfDiscriminator =
          gradients(sandbox, loss.total(), discriminator);
      List<Operand<TFloat32>> totalOfOthers = gradients(sandbox, loss.total(), others);
      sandbox.initialize(2);
      assertSame(sandbox.run(ofDiscriminator), sandbox.run(totalOfDiscriminator));
      assertSame(sandbox.run(ofOthers), sandbox.run(totalOfOthers));
    }
  }

  /** Real codes have the prior's scale whatever the encoder's: nothing tells them by it. */
  @Test
  void theScaleOfTheCodeIsNotSeen() {
    try (Sandbox sandbox = new Sandbox()) {
      Loss loss = loss(sandbox, 0);
      List<Operand<TFloat32>> losses =
          List.of(
              loss.metrics().get("loss/discriminator"),
              loss.metrics().get("loss/encoder_generator"));
      sandbox.initialize(2);
      List<float[]> before = sandbox.run(losses);
      float[] weight = sandbox.read("head.code.weight");
      for (int i = 0; i < weight.length; i++) {
        weight[i] *= 30;
      }
      sandbox.write(Map.of("head.code.weight", weight));
      List<float[]> after = sandbox.run(losses);
      for (int i = 0; i < losses.size(); i++) {
        assertArrayEquals(before.get(i), after.get(i), 1e-3f);
      }
    }
  }

  /**
   * Both losses by finite differences, with a seed that brings no unit near the kink of its ReLU:
   * the difference is less than half of what is allowed.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void hasTheGradientOfItsLoss(boolean discriminator) {
    try (Sandbox sandbox = new Sandbox()) {
      Operand<TFloat32> loss =
          loss(sandbox, 0.5, SMOOTH)
              .metrics()
              .get(discriminator ? "loss/discriminator" : "loss/encoder_generator");
      List<VariableSpec> parameters = parameters(sandbox, discriminator);
      List<Operand<TFloat32>> gradients = gradients(sandbox, loss, parameters);
      sandbox.initialize(SMOOTH);
      List<float[]> values = sandbox.run(gradients);
      Map<String, float[]> at = new LinkedHashMap<>();
      Map<String, float[]> gradient = new LinkedHashMap<>();
      for (int i = 0; i < parameters.size(); i++) {
        String name = parameters.get(i).name();
        at.put(name, sandbox.read(name));
        gradient.put(name, values.get(i));
      }
      GradientCheck.assertGradient(
          at,
          gradient,
          moved -> {
            sandbox.write(moved);
            return sandbox.run(loss)[0];
          });
    }
  }

  /** Generated images do not move the statistics with which the encoder is evaluated. */
  @Test
  void statisticsAreThoseOfRealImages() {
    assertEquals(statistics(0), statistics(0.5));
  }

  /** The encoder's running statistics after a step without an update of its weights. */
  private static Map<String, List<Float>> statistics(double codeRegression) {
    try (Sandbox sandbox = new Sandbox()) {
      Loss loss = loss(sandbox, codeRegression);
      List<VariableSpec> statistics =
          sandbox.variables().specs(Role.STATISTIC).stream()
              .filter(v -> v.name().startsWith(Method.STUDENT) || v.name().startsWith("head."))
              .toList();
      assertTrue(statistics.size() > 4);
      Operand<TFloat32> step =
          sandbox
              .tf()
              .withControlDependencies(sandbox.variables().updates())
              .identity(loss.total());
      sandbox.initialize(2);
      sandbox.run(step);
      Map<String, List<Float>> values = new LinkedHashMap<>();
      statistics.forEach(v -> values.put(v.name(), Floats.asList(sandbox.read(v.name()))));
      return values;
    }
  }

  private static List<VariableSpec> parameters(Sandbox sandbox, boolean discriminator) {
    return sandbox.variables().specs(Role.TRAINED).stream()
        .filter(v -> v.name().startsWith("discriminator.") == discriminator)
        .toList();
  }

  private static Loss loss(Sandbox sandbox, double codeRegression) {
    return loss(sandbox, codeRegression, 1);
  }

  private static Loss loss(Sandbox sandbox, double codeRegression, long seed) {
    ViewSpec view = ViewSpec.rotNet(SIDE);
    SplittableRandom random = Seeds.random(seed, "pixels");
    float[] pixels = new float[IMAGES * SIDE * SIDE];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) (random.nextDouble() - 0.5);
    }
    return new Gan(5, 8, 4, codeRegression, view)
        .loss(
            sandbox.tf(),
            sandbox.variables(),
            new ResNet(ResNet.Block.BASIC, List.of(1, 1), 4, ResNet.Stem.SMALL),
            new Method.Inputs(
                Map.of(view.name(), sandbox.floats(pixels, IMAGES, SIDE, SIDE, 1)),
                Map.of("noise", sandbox.ints(new int[] {3, 5, 7, 9}, IMAGES)),
                Map.of(),
                null,
                null));
  }

  private static List<Operand<TFloat32>> gradients(
      Sandbox sandbox, Operand<TFloat32> loss, List<VariableSpec> parameters) {
    return TrainingStep.gradients(sandbox.graph(), sandbox.variables(), loss, parameters);
  }

  private static void assertSame(List<float[]> expected, List<float[]> actual) {
    double length = 0;
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), 1e-6f);
      length += norm(expected.get(i));
    }
    assertTrue(length > 0.01, "there is a gradient");
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }
}
