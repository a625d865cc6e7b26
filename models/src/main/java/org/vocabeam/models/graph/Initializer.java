package org.vocabeam.models.graph;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * First values of a variable. They are drawn in plain Java, so that a run starts from the same
 * bytes wherever its graph is executed.
 */
@FunctionalInterface
public interface Initializer {
  /** Fills all of {@code values} from {@code random}. */
  void fill(float[] values, SplittableRandom random);

  /** All 0. */
  Initializer ZEROS = constant(0);

  /** All 1. */
  Initializer ONES = constant(1);

  /** Returns an initializer of one value. */
  static Initializer constant(float value) {
    return (values, random) -> Arrays.fill(values, value);
  }

  /** Returns N(0, deviation^2). */
  static Initializer normal(double deviation) {
    return (values, random) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (deviation * gaussian(random));
      }
    };
  }

  /**
   * Returns max(0, N(0, 1)): first visual words look like the output of a ReLU (OBoW reference
   * code).
   */
  static Initializer rectifiedNormal() {
    return (values, random) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) Math.max(0, gaussian(random));
      }
    };
  }

  /** Returns the values of another initializer as rows of length 1. */
  static Initializer unitRows(int width, Initializer rows) {
    return (values, random) -> {
      rows.fill(values, random);
      for (int first = 0; first < values.length; first += width) {
        double squared = 0;
        for (int i = first; i < first + width; i++) {
          squared += (double) values[i] * values[i];
        }
        for (int i = first; squared > 0 && i < first + width; i++) {
          values[i] = (float) (values[i] / Math.sqrt(squared));
        }
      }
    };
  }

  /** Returns given values, row-major. */
  static Initializer table(float[] given) {
    return (values, random) -> System.arraycopy(given, 0, values, 0, values.length);
  }

  /** Returns U(-bound, bound). */
  static Initializer uniform(double bound) {
    return (values, random) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
      }
    };
  }

  /** Returns N(0, 2 / (kernel^2 * outputs)): He et al. 2015, eq. 10, with the fan-out. */
  static Initializer heFanOut(int kernel, int outputs) {
    return normal(Math.sqrt(2.0 / ((double) kernel * kernel * outputs)));
  }

  /**
   * Returns U(-1/sqrt(inputs), 1/sqrt(inputs)), PyTorch's default for weights and bias of linear
   * layers.
   */
  static Initializer linear(int inputs) {
    return uniform(1 / Math.sqrt(inputs));
  }

  /** Returns a draw from N(0, 1), by Box-Muller on {@link StrictMath}: the same on every JVM. */
  private static double gaussian(SplittableRandom random) {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
    return radius * StrictMath.cos(2 * StrictMath.PI * random.nextDouble());
  }
}
