package org.vocabeam.models.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class SignalTest {
  /** Rows 0, 2 and 4 vote; of the queries 1, 3 and 5 the last is nearest to another class. */
  @Test
  void everySecondLabelledRowIsPredictedByTheOthers() {
    float[] features = {1, 0, 1, 0.1f, 0, 1, 0.1f, 1, 0, 2, 3, 0};
    int[] labels = {0, 0, 1, 1, 1, 1};
    Signal signal = Signal.of(features, 2, labels, 2);
    assertEquals(OptionalDouble.of(2.0 / 3), signal.neighbours());
    assertEquals(RankMe.of(features, 2), signal.rankme());
  }

  /** Without the rows between them, which have no label, the same rows vote. */
  @Test
  void rowsWithoutALabelCountForTheRankAlone() {
    float[] features = {1, 0, 7, 7, 1, 0.1f, 0, 1, 8, 0, 0.1f, 1};
    int[] labels = {0, -1, 0, 1, -1, 1};
    Signal signal = Signal.of(features, 2, labels, 2);
    assertEquals(OptionalDouble.of(1), signal.neighbours());
    assertEquals(RankMe.of(features, 2), signal.rankme());
    assertEquals(
        OptionalDouble.empty(),
        Signal.of(features, 2, new int[] {-1, -1, -1, -1, -1, -1}, 0).neighbours());
  }

  @Test
  void twoClassesMustVoteAndOneRowBePredicted() {
    assertTrue(Signal.isLearnable(new int[] {0, 5, 1}));
    assertFalse(Signal.isLearnable(new int[] {0, 5, 0}), "one class votes");
    assertFalse(Signal.isLearnable(new int[] {0}), "nothing to predict");
    assertFalse(Signal.isLearnable(new int[] {0, -1, -1}));
    assertFalse(Signal.isLearnable(new int[0]));
  }

  @Test
  void equalRowsHaveRankOne() {
    assertEquals(1, RankMe.of(new float[12], 3), "zeros");
    assertEquals(1, RankMe.of(new float[] {1, 2, 1, 2, 1, 2}, 2), 1e-5);
  }

  @Test
  void aValueThatIsNotFiniteIsNotMeasured() {
    for (float value : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      float[] features = {1, 2, value, 3};
      assertThrows(Unmeasurable.class, () -> Signal.of(features, 2, new int[] {0, 1}, 2));
    }
    assertThrows(Unmeasurable.class, () -> RankMe.of(new float[0], 2));
  }
}
