package org.vocabeam.models.generative;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.TrainingStep;
import org.vocabeam.models.views.ViewSpec;

/** What each network of the GAN is moved by: its own loss, of codes as the prior's. */
final class GanGradientTest {
  private static final int IMAGES = 4;
  private static final int SIDE = 8;

  @Test
  void everyNetworkFollowsItsOwnLoss() {
    try (Sandbox sandbox = new Sandbox()) {
      Method.Loss loss = loss(sandbox);
      List<VariableSpec> all = sandbox.variables().specs(Role.TRAINED);
      List<VariableSpec> discriminator =
          all.stream().filter(v -> v.name().startsWith("discriminator.")).toList();
      List<VariableSpec> others =
          all.stream().filter(v -> !v.name().startsWith("discriminator.")).toList();
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
      Method.Loss loss = loss(sandbox);
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

  private static Method.Loss loss(Sandbox sandbox) {
    ViewSpec view = ViewSpec.rotNet(SIDE);
    SplittableRandom random = Seeds.random(1, "pixels");
    float[] pixels = new float[IMAGES * SIDE * SIDE];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) (random.nextDouble() - 0.5);
    }
    return new Gan(5, 8, 4, view)
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
      Sandbox sandbox, Operand<TFloat32> of, List<VariableSpec> parameters) {
    return TrainingStep.gradients(sandbox.graph(), sandbox.variables(), of, parameters);
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
