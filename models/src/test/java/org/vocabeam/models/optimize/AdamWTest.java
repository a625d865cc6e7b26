package org.vocabeam.models.optimize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;

/** AdamW's options for transformers; {@link LarsGoldenTest} has PyTorch's AdamW. */
class AdamWTest {
  private static final double RATE = 0.01;
  private static final int STEPS = 4;
  private static final float[] MATRIX = {1, -2, 0.5f, 3};
  private static final float[] BIAS = {0.25f, -1};

  /** Gradient of a value in a step; those of the matrix are about 8 long, of the bias about 1. */
  private static float gradient(int step, int i, boolean matrix) {
    return (matrix ? 4 : 0.7f) * (i % 2 == 0 ? 1 : -0.9f) * (1 + 0.1f * step);
  }

  private static double squaredLength(int step, boolean matrix) {
    double length = 0;
    for (int i = 0; i < (matrix ? MATRIX : BIAS).length; i++) {
      length += Math.pow(gradient(step, i, matrix), 2);
    }
    return length;
  }

  /** Algorithm 2 in double precision, with everything that transformers add. */
  private static double[] expected(AdamW adamW, float[] first, boolean matrix, int steps) {
    int n = first.length;
    double[] p = new double[n];
    double[] m = new double[n];
    double[] v = new double[n];
    for (int i = 0; i < n; i++) {
      p[i] = first[i];
    }
    for (int t = 1; t <= steps; t++) {
      double length =
          adamW.clipped() == AdamW.Clipped.ALL
              ? squaredLength(t, true) + squaredLength(t, false)
              : squaredLength(t, matrix);
      double factor =
          adamW.clip() == null ? 1 : Math.min(1, adamW.clip() / (Math.sqrt(length) + 1e-6));
      double decay = adamW.weightDecay();
      if (adamW.endWeightDecay() != null) {
        double end = adamW.endWeightDecay();
        decay = end + (decay - end) * (1 + Math.cos(Math.PI * (t - 1) / STEPS)) / 2;
      }
      if (!matrix && adamW.decayed() == AdamW.Decayed.MATRICES) {
        decay = 0;
      }
      for (int i = 0; i < n; i++) {
        double g = factor * gradient(t, i, matrix);
        m[i] += (1 - adamW.beta1()) * (g - m[i]);
        v[i] += (1 - adamW.beta2()) * (g * g - v[i]);
        double first1 = m[i] / (1 - Math.pow(adamW.beta1(), t));
        double second = v[i] / (1 - Math.pow(adamW.beta2(), t));
        p[i] -= RATE * (first1 / (Math.sqrt(second) + adamW.epsilon()) + decay * p[i]);
      }
    }
    return p;
  }

  private static Map<String, float[]> updated(AdamW adamW) {
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Operand<TFloat32> number = sandbox.floats(new float[1]);
      Operand<TFloat32> matrix = sandbox.floats(new float[4], 2, 2);
      Operand<TFloat32> bias = sandbox.floats(new float[2], 2);
      sandbox.variables().variable("", "matrix", Role.TRAINED, Initializer.ZEROS, 2, 2);
      sandbox.variables().variable("", "bias", Role.TRAINED, Initializer.ZEROS, 2);
      List<VariableSpec> parameters = sandbox.variables().specs(Role.TRAINED);
      List<Operand<TFloat32>> gradients = adamW.limited(tf, List.of(matrix, bias));
      for (int i = 0; i < parameters.size(); i++) {
        adamW.update(
            tf,
            sandbox.variables(),
            parameters.get(i),
            gradients.get(i),
            new Optimizer.Schedule(tf.constant((float) RATE), number, STEPS));
      }
      Operand<TFloat32> step =
          tf.withControlDependencies(sandbox.variables().updates()).constant(0f);
      sandbox.initialize(0);
      sandbox.write(Map.of("matrix", MATRIX, "bias", BIAS));
      for (int t = 1; t <= STEPS; t++) {
        float[] ofMatrix = new float[4];
        float[] ofBias = new float[2];
        for (int i = 0; i < 4; i++) {
          ofMatrix[i] = gradient(t, i, true);
          ofBias[i % 2] = gradient(t, i % 2, false);
        }
        sandbox.set(matrix, ofMatrix);
        sandbox.set(bias, ofBias);
        sandbox.set(number, new float[] {t});
        sandbox.run(step);
      }
      Map<String, float[]> values = new LinkedHashMap<>();
      values.put("matrix", sandbox.read("matrix"));
      values.put("bias", sandbox.read("bias"));
      return values;
    }
  }

  private static void check(AdamW adamW, AdamW asIf) {
    Map<String, float[]> values = updated(adamW);
    double[] matrix = expected(asIf, MATRIX, true, STEPS);
    double[] bias = expected(asIf, BIAS, false, STEPS);
    for (int i = 0; i < matrix.length; i++) {
      assertEquals(matrix[i], values.get("matrix")[i], 1e-6);
    }
    for (int i = 0; i < bias.length; i++) {
      assertEquals(bias[i], values.get("bias")[i], 1e-6);
    }
  }

  /** A large epsilon, with which the length of a gradient matters. */
  private static AdamW adamW(Double endWeightDecay, AdamW.Decayed decayed, Double clip) {
    return adamW(endWeightDecay, decayed, clip, AdamW.Clipped.EACH);
  }

  private static AdamW adamW(
      Double endWeightDecay, AdamW.Decayed decayed, Double clip, AdamW.Clipped clipped) {
    return new AdamW(0.9, 0.99, /* epsilon= */ 1, 0.04, endWeightDecay, decayed, clip, clipped);
  }

  @Test
  void decayGrowsBiasesDoNotDecayAndLongGradientsAreClipped() {
    AdamW right = adamW(0.4, AdamW.Decayed.MATRICES, 3.0);
    check(right, right);
    AdamW together = adamW(0.4, AdamW.Decayed.MATRICES, 3.0, AdamW.Clipped.ALL);
    check(together, together);
    assertThrows(AssertionError.class, () -> check(together, right));
    AdamW plain = adamW(null, AdamW.Decayed.ALL, null);
    check(plain, plain);
    for (AdamW wrong :
        new AdamW[] {
          adamW(null, AdamW.Decayed.MATRICES, 3.0),
          adamW(0.4, AdamW.Decayed.ALL, 3.0),
          adamW(0.4, AdamW.Decayed.MATRICES, null),
          adamW(0.4, AdamW.Decayed.MATRICES, 5.0)
        }) {
      assertThrows(AssertionError.class, () -> check(right, wrong), wrong.toString());
    }
  }

  @Test
  void theTransformersOptimizerIsDinos() {
    assertEquals(
        new AdamW(0.9, 0.999, 1e-8, 0.04, 0.4, AdamW.Decayed.MATRICES, 3.0, AdamW.Clipped.EACH),
        AdamW.forTransformers());
    assertEquals(
        "clip is 0.0, must be positive, or absent",
        assertThrows(IllegalArgumentException.class, () -> adamW(null, null, 0.0)).getMessage());
    assertEquals(
        "endWeightDecay is -1.0, must be at least 0, or absent",
        assertThrows(IllegalArgumentException.class, () -> adamW(-1.0, null, null)).getMessage());
  }
}
