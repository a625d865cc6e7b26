package org.vocabeam.models.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class EmbeddingDeviationTest {
  private static double of(float[]... parts) {
    EmbeddingDeviation deviation = new EmbeddingDeviation(2);
    for (float[] part : parts) {
      deviation.add(new LabelledFeatures(2, part, new int[part.length / 2]));
    }
    return deviation.value();
  }

  /** Unit rows (1, 0), (0, 1), (0.6, 0.8): variances 0.2533 and 0.28 over two. */
  @Test
  void rowsAreNormalisedAndMayComeInParts() {
    double expected =
        (Math.sqrt((1 + 0.36 - 1.6 * 1.6 / 3) / 2) + Math.sqrt((1 + 0.64 - 1.8 * 1.8 / 3) / 2)) / 2;
    assertEquals(expected, of(new float[] {7, 0, 0, 2, 3, 4}), 1e-7);
    assertEquals(expected, of(new float[] {7, 0}, new float[] {0, 2, 3, 4}), 1e-7);
  }

  @Test
  void oneEmbeddingForAllHasNone() {
    assertEquals(0, of(new float[] {1, 2, 10, 20, 0.1f, 0.2f}), 1e-7);
  }
}
