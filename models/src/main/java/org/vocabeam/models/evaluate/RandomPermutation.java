package org.vocabeam.models.evaluate;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Uniformly drawn orders (Fisher and Yates). */
public final class RandomPermutation {
  private RandomPermutation() {}

  /** Returns 0 to {@code size - 1} in a drawn order. */
  public static int[] of(int size, SplittableRandom random) {
    int[] order = IntStream.range(0, size).toArray();
    for (int i = size - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }
}
