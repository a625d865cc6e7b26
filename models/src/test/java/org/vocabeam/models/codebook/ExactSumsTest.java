package org.vocabeam.models.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.codebook.Outliers.Outlier;

/** Tests of the sums of one iteration and of the words that they move. */
class ExactSumsTest {
  @Test
  void theUnitIsTheFinestWithoutOverflow() {
    for (long count : new long[] {1, 3, 1000, 1L << 30, 1L << 40}) {
      for (double magnitude :
          new double[] {0, Float.MIN_VALUE, 1e-3, 1, 1.5, 7e8, Float.MAX_VALUE}) {
        FixedPoint unit = FixedPoint.forSum(count, magnitude);
        double units = unit.of(magnitude);
        assertTrue(units * count < 0x1p62, count + " of " + magnitude);
        assertTrue(units <= 0x1p51, "rounded exactly");
        if (magnitude > Float.MIN_VALUE) {
          assertTrue(units * count >= 0x1p59 || units >= 0x1p49, count + " of " + magnitude);
        }
      }
    }
  }

  @Test
  void valuesAreRoundedToTheNearestUnit() {
    FixedPoint quarters = new FixedPoint(2);
    assertEquals(5, quarters.of(1.3));
    assertEquals(-5, quarters.of(-1.3));
    assertEquals(-6, quarters.of(-1.4));
    assertEquals(0, quarters.of(0));
    assertEquals(1.25, quarters.value(5));
    assertEquals(3 * 0x1p60, new FixedPoint(-60).value(3));
  }

  @Test
  void sumsDoNotDependOnOrderOrGrouping() {
    SplittableRandom random = new SplittableRandom(5);
    int rows = 500;
    int channels = 3;
    float[] values = new float[rows * channels];
    int[] words = new int[rows];
    double[] distances = new double[rows];
    for (int row = 0; row < rows; row++) {
      for (int c = 0; c < channels; c++) {
        // Magnitudes that sums in float or double would lose in one order and not in another.
        values[row * channels + c] =
            (float) ((random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(12)));
      }
      words[row] = random.nextInt(4);
      distances[row] = random.nextDouble() * Math.pow(10, random.nextInt(12));
    }
    FixedPoint unit = FixedPoint.forSum(rows, 1e12);
    WordSums whole = WordSums.zero(4, channels);
    whole.add(values, rows, words, distances, unit, unit);
    // Backwards, row by row, in chunks of three words and one.
    WordSums merged = WordSums.zero(4, channels);
    for (int row = rows - 1; row >= 0; row--) {
      WordSums one = WordSums.zero(4, channels);
      one.add(
          java.util.Arrays.copyOfRange(values, row * channels, (row + 1) * channels),
          1,
          new int[] {words[row]},
          new double[] {distances[row]},
          unit,
          unit);
      merged.add(one.part(3, 3), 3);
      merged.add(one.part(0, 3), 0);
    }
    assertEquals(whole, merged);
  }

  @Test
  void emptyWordsTakeThePlaceOfTheFarthestDescriptors() {
    float[] words = {0, 0, 50, 50, 60, 60, 70, 70};
    float[] descriptors = {1, 0, 0, 3, 0, 3, 2, 2};
    int[] nearest = {0, 0, 0, 0};
    double[] distances = {1, 9, 9, 8};
    FixedPoint unit = FixedPoint.forSum(4, 100);
    WordSums sums = WordSums.zero(4, 2);
    sums.add(descriptors, 4, nearest, distances, unit, unit);
    Outliers outliers = new Outliers(2);
    outliers.offer(descriptors, 4, distances, 2);
    MovedWords moved = MovedWords.of(words, sums, outliers.list(), unit, unit);
    // (0, 3) occurs twice and is taken once; none is left for the third empty word.
    assertArrayEquals(new float[] {0.75f, 2, 0, 3, 2, 2, 70, 70}, moved.words());
    assertEquals(27, moved.inertia());
    assertEquals(3, moved.empty());
    assertEquals(2, moved.reseeded());
    assertEquals(
        Math.sqrt(0.75 * 0.75 + 4 + 50 * 50 + 47 * 47 + 2 * 58 * 58), moved.shift(), 1e-12);
  }

  @Test
  void aDescriptorEqualToItsWordReseedsNone() {
    WordSums sums = WordSums.zero(2, 1);
    FixedPoint unit = FixedPoint.forSum(1, 1);
    sums.add(new float[] {1}, 1, new int[] {0}, new double[] {0}, unit, unit);
    MovedWords moved =
        MovedWords.of(
            new float[] {1, 1}, sums, List.of(new Outlier(0, new float[] {1})), unit, unit);
    assertEquals(1, moved.empty());
    assertEquals(0, moved.reseeded());
    assertEquals(0, moved.shift());
  }

  @Test
  void outliersAreTheSameInAnyOrder() {
    float[][] descriptors = {{1, 2}, {3, 0}, {3, 0}, {2, 9}, {2, 8}, {0, 0}};
    double[] distances = {5, 7, 7, 5, 5, 6};
    for (int start = 0; start < descriptors.length; start++) {
      Outliers outliers = new Outliers(4);
      for (int i = 0; i < descriptors.length; i++) {
        int at = (start + i) % descriptors.length;
        outliers.offer(descriptors[at], 1, new double[] {distances[at]}, 2);
      }
      List<float[]> found = outliers.list().stream().map(Outlier::descriptor).toList();
      assertEquals(4, found.size());
      assertArrayEquals(new float[] {3, 0}, found.get(0));
      assertArrayEquals(new float[] {0, 0}, found.get(1));
      assertArrayEquals(new float[] {1, 2}, found.get(2));
      assertArrayEquals(new float[] {2, 8}, found.get(3));
    }
  }
}
