package org.vocabeam.models.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ClassScoresTest {
  private static final ClassScores SCORES =
      new ClassScores(3, new float[] {1, 3, 2, 5, 5, 0, 0, 0, 0});

  @Test
  void theLowerClassWinsOfEqualScores() {
    assertArrayEquals(new int[] {1, 0, 0}, SCORES.predicted());
  }

  @Test
  void accuracyCountsTheLargestScores() {
    assertEquals(1 / 3.0, SCORES.accuracy(new int[] {1, 1, 2}));
    assertEquals(2 / 3.0, SCORES.accuracy(new int[] {1, 1, 2}, 2));
    assertEquals(1, SCORES.accuracy(new int[] {1, 1, 2}, 3));
    assertEquals(1, SCORES.accuracy(new int[] {1, 0, 0}));
  }

  @Test
  void crossEntropyOfLogits() {
    assertEquals(
        Math.log(3), new ClassScores(3, new float[] {7, 7, 7}).crossEntropy(new int[] {2}), 1e-12);
    // ln(1 + e) - 0 and ln(1 + e) - 1, far from where exp overflows.
    double both = (2 * Math.log(1 + Math.E) - 1) / 2;
    ClassScores large = new ClassScores(2, new float[] {1000, 1001, 1000, 1001});
    assertEquals(both, large.crossEntropy(new int[] {0, 1}), 1e-12);
  }
}
