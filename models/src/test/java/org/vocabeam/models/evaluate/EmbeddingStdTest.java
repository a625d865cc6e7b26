package org.vocabeam.models.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class EmbeddingStdTest {
  private static double of(float[]... parts) {
    EmbeddingStd std = new EmbeddingStd(2);
    for (float[] part : parts) {
      std.add(new LabelledFeatures(2, part, new int[part.length / 2]));
    }
    return std.value();
  }

  /** Checks unit rows (1, 0), (0, 1), (0.6, 0.8): variances 0.2533 and 0.28 over two. */
  @Test
  void rowsAreNormalisedAndMayComeInParts() {
    double expected =
        (Math.sqrt((1 + 0.36 - 1.6 * 1.6 / 3) / 2) + Math.sqrt((1 + 0.64 - 1.8 * 1.8 / 3) / 2)) / 2;
    assertEquals(expected, of(new float[] {7, 0, 0, 2, 3, 4}), 1e-7);
    assertEquals(expected, of(new float[] {7, 0}, new float[] {0, 2, 3, 4}), 1e-7);
  }

  @Test
  void equalEmbeddingsHaveNone() {
    assertEquals(0, of(new float[] {1, 2, 10, 20, 0.1f, 0.2f}), 1e-7);
  }

  /** Checks angles of 0 and 1e-6: E[x^2] - E[x]^2 would have no digit left of the cosines'. */
  @Test
  void nearlyEqualEmbeddingsKeepTheirDigits() {
    double angle = 1e-6f;
    double sines = Math.sin(angle) / Math.sqrt(2);
    double cosines = (1 - Math.cos(angle)) / Math.sqrt(2);
    double expected = (sines + cosines) / 2;
    assertEquals(expected, of(new float[] {1, 0, 1, 1e-6f}), 1e-9 * expected);
  }
}
