package org.vocabeam.models.methods;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.GradientCheck;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.bownet.BagTarget;
import org.vocabeam.models.bownet.BowNet;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.pretext.Rotation;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.TrainingStep;
import org.vocabeam.models.views.ViewSpec;

/** The gradient of a step's whole loss, of methods whose targets do not depend on the student. */
final class MethodGradientTest {
  private static final int IMAGES = 4;
  private static final int WORDS = 6;
  private static final Backbone BACKBONE =
      new ResNet(ResNet.Block.BASIC, List.of(1, 1), 4, ResNet.Stem.SMALL);

  private static final Method ROTATION = new Rotation(ViewSpec.rotNet(6));
  private static final Method BOWNET =
      new BowNet("layer1", WORDS, BagTarget.Kind.BINARY, 1, 1, 3, 0.5, ViewSpec.bowNet(6, 0.5));

  /** Of inputs that bring no unit of the network near the kink of its ReLU, for either method. */
  private static final Map<Method, Long> SEEDS = Map.of(ROTATION, 4L, BOWNET, 6L);

  private static float[] random(long seed, int size, String of) {
    float[] values = new float[size];
    var random = Seeds.random(seed, of);
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextDouble() - 0.5);
    }
    return values;
  }

  /** Rows of positive numbers with a sum of 1. */
  private static float[] bags(long seed) {
    float[] bags = random(seed, IMAGES * WORDS, "bags");
    for (int image = 0; image < IMAGES; image++) {
      double sum = 0;
      for (int k = image * WORDS; k < (image + 1) * WORDS; k++) {
        bags[k] += 0.5f;
        sum += bags[k];
      }
      for (int k = image * WORDS; k < (image + 1) * WORDS; k++) {
        bags[k] /= (float) sum;
      }
    }
    return bags;
  }

  private static Method.Inputs inputs(Sandbox sandbox, Method method) {
    long seed = SEEDS.get(method);
    Map<String, Operand<TFloat32>> views = new LinkedHashMap<>();
    for (ViewSpec view : method.views()) {
      float[] pixels = random(seed, IMAGES * view.size() * view.size(), view.name());
      views.put(view.name(), sandbox.floats(pixels, IMAGES, view.size(), view.size(), 1));
    }
    Map<String, Operand<TInt32>> draws = new LinkedHashMap<>();
    for (Method.Draw draw : method.draws(BACKBONE)) {
      int[] drawn = Seeds.random(seed, draw.name()).ints(IMAGES, 0, draw.bound()).toArray();
      draws.put(draw.name(), sandbox.ints(drawn, IMAGES));
    }
    Operand<TFloat32> targets =
        method.targetWords() == 0 ? null : sandbox.floats(bags(seed), IMAGES, WORDS);
    return new Method.Inputs(views, draws, Map.of(), targets);
  }

  /**
   * @param scale of what is differentiated; a wrong one is a loss that is summed, not averaged
   */
  private static void check(Method method, float scale) {
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Method.Loss loss = method.loss(tf, sandbox.variables(), BACKBONE, inputs(sandbox, method));
      List<VariableSpec> trained = sandbox.variables().specs(Role.TRAINED);
      List<Operand<TFloat32>> gradients =
          TrainingStep.gradients(
              sandbox.graph(),
              sandbox.variables(),
              tf.math.mul(loss.total(), tf.constant(scale)),
              trained);
      sandbox.initialize(3);
      List<float[]> values = sandbox.run(gradients);
      Map<String, float[]> at = new LinkedHashMap<>();
      Map<String, float[]> gradient = new LinkedHashMap<>();
      for (int i = 0; i < trained.size(); i++) {
        at.put(trained.get(i).name(), sandbox.read(trained.get(i).name()));
        gradient.put(trained.get(i).name(), values.get(i));
      }
      GradientCheck.assertGradient(
          at,
          gradient,
          moved -> {
            sandbox.write(moved);
            return sandbox.run(loss.metrics().get("loss"))[0];
          });
    }
  }

  @Test
  void rotation() {
    check(ROTATION, 1);
  }

  @Test
  void bowNet() {
    check(BOWNET, 1);
  }

  @Test
  void rejectsASumOverTheBatch() {
    assertThrows(AssertionFailedError.class, () -> check(ROTATION, IMAGES));
    assertThrows(AssertionFailedError.class, () -> check(BOWNET, IMAGES));
  }
}
