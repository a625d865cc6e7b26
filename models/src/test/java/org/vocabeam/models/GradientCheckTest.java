package org.vocabeam.models;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vocabeam.models.GradientCheck.assertGradient;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

class GradientCheckTest {
  private static final Map<String, float[]> AT =
      Map.of("a", new float[] {0.5f, -2, 1}, "b", new float[] {3});

  /** Checks a gradient of a0^2 + a0 a1 + sin(a2) + b^3. */
  private static double function(Map<String, float[]> at) {
    float[] a = at.get("a");
    return a[0] * a[0] + a[0] * a[1] + Math.sin(a[2]) + Math.pow(at.get("b")[0], 3);
  }

  private static void check(double... a) {
    float[] gradient = {(float) a[0], (float) a[1], (float) a[2]};
    assertGradient(
        AT, Map.of("a", gradient, "b", new float[] {(float) a[3]}), GradientCheckTest::function);
  }

  @Test
  void acceptsTheGradient() {
    check(-1, 0.5, Math.cos(1), 27);
  }

  @Test
  void rejectsWrongScaleSignComponentAndNan() {
    assertThrows(AssertionFailedError.class, () -> check(-1.1, 0.55, 1.1 * Math.cos(1), 27));
    assertThrows(AssertionFailedError.class, () -> check(1, -0.5, -Math.cos(1), 27));
    assertThrows(AssertionFailedError.class, () -> check(-1, 0.5, 0, 27));
    assertThrows(AssertionFailedError.class, () -> check(-1, 0.5, Math.cos(1), 0));
    assertThrows(AssertionFailedError.class, () -> check(-1, 0.5, Math.cos(1), Double.NaN));
  }
}
