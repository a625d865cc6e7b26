package org.vocabeam.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * Comparison of a gradient with finite differences of its function. Each parameter moves along
 * directions that are partly random, so that a wrong component shows, and partly the gradient
 * itself, so that a wrong scale shows.
 */
public final class GradientCheck {
  /** Allowed error as a share of the gradient's length. */
  private static final double RELATIVE = 0.01;

  /** Rounding error of a function value of 1 in float32, several operations deep. */
  private static final double ROUNDING = 2e-7;

  /** Length of a step. A larger one crosses kinks of ReLU, which costs more than rounding. */
  private static final double STEP = 5e-4;

  private GradientCheck() {}

  /**
   * Checks a gradient.
   *
   * @param at parameter to value
   * @param gradient parameter to the gradient there
   * @param function of all parameters; must not keep or change its argument
   */
  public static void assertGradient(
      Map<String, float[]> at,
      Map<String, float[]> gradient,
      ToDoubleFunction<Map<String, float[]>> function) {
    assertEquals(at.keySet(), gradient.keySet());
    double size = Math.abs(function.applyAsDouble(at));
    at.forEach(
        (name, value) -> {
          double[] unit = normalised(doubles(gradient.get(name)));
          double length = length(doubles(gradient.get(name)));
          double step = STEP * Math.max(1, length(doubles(value)));
          SplittableRandom random = Seeds.random(0, name);
          for (int along = -1; along <= 1; along++) {
            double[] direction = normalised(sum(random(random, value.length), along, unit));
            double expected =
                (value(at, name, direction, step, function)
                        - value(at, name, direction, -step, function))
                    / (2 * step);
            double actual = length * dot(unit, direction);
            double allowed = RELATIVE * length + ROUNDING * (1 + size) / step;
            // The negation also fails on NaN.
            if (!(Math.abs(expected - actual) <= allowed)) {
              fail(
                  String.format(
                      Locale.ROOT,
                      "gradient of %s, of length %.4g: finite differences give %.6g, it says %.6g,"
                          + " allowed difference %.2g",
                      name,
                      length,
                      expected,
                      actual,
                      allowed));
            }
          }
        });
  }

  private static double value(
      Map<String, float[]> at,
      String name,
      double[] direction,
      double step,
      ToDoubleFunction<Map<String, float[]>> function) {
    Map<String, float[]> moved = new HashMap<>(at);
    float[] value = at.get(name).clone();
    for (int i = 0; i < value.length; i++) {
      value[i] = (float) (value[i] + step * direction[i]);
    }
    moved.put(name, value);
    return function.applyAsDouble(moved);
  }

  private static double[] random(SplittableRandom random, int size) {
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = random.nextDouble() - 0.5;
    }
    return normalised(values);
  }

  private static double[] sum(double[] a, double factor, double[] b) {
    double[] sum = a.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * b[i];
    }
    return sum;
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  private static double[] normalised(double[] values) {
    double length = length(values);
    return length == 0 ? values : sum(new double[values.length], 1 / length, values);
  }

  private static double length(double[] values) {
    return Math.sqrt(dot(values, values));
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
