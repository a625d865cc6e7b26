package org.vocabeam.models.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InitialWordsTest {
  @Test
  void wordsAreDifferentDescriptors() {
    SplittableRandom random = new SplittableRandom(1);
    float[] descriptors = new float[900];
    for (int i = 0; i < descriptors.length; i++) {
      descriptors[i] = random.nextInt(1000) / 3f;
    }
    InitialWords chosen = InitialWords.choose(descriptors, 3, 290, 4);
    assertEquals(290, chosen.different());
    long distinct =
        IntStream.range(0, 290)
            .mapToObj(w -> Arrays.toString(Arrays.copyOfRange(chosen.words(), 3 * w, 3 * w + 3)))
            .distinct()
            .peek(w -> assertTrue(isRow(descriptors, w), w))
            .count();
    assertEquals(290, distinct);
    assertArrayEquals(
        chosen.words(), InitialWords.choose(descriptors, 3, 290, 4).words(), "the same again");
  }

  private static boolean isRow(float[] descriptors, String row) {
    return IntStream.range(0, descriptors.length / 3)
        .anyMatch(
            r -> Arrays.toString(Arrays.copyOfRange(descriptors, 3 * r, 3 * r + 3)).equals(row));
  }

  @Test
  void rareDescriptorsAreFoundAmongManyEqualOnes() {
    float[] descriptors = new float[5000];
    for (int i = 0; i < descriptors.length; i++) {
      descriptors[i] = i < 4997 ? i % 3 : 1000 + i; // three frequent ones, three that occur once
    }
    InitialWords chosen = InitialWords.choose(descriptors, 1, 8, 2);
    assertEquals(6, chosen.different());
    float[] first = Arrays.copyOf(chosen.words(), 6);
    Arrays.sort(first);
    assertArrayEquals(new float[] {0, 1, 2, 5997, 5998, 5999}, first);
    assertEquals(chosen.words()[0], chosen.words()[6]);
    assertEquals(chosen.words()[0], chosen.words()[7]);
  }

  /** Checks four words, of which two are drawn in one block: the fourth must know the third. */
  @Test
  void wordsAreDrawnInProportionToTheSquaredDistance() {
    float[] points = {0, 1, 3, 3.5f, 7};
    double[] expected = new double[points.length];
    for (int first = 0; first < points.length; first++) {
      lacking(points, 1 << first, 1.0 / points.length, expected);
    }
    double[] lacks = new double[points.length];
    int runs = 400;
    try (NearestWord nearest = new NearestWord(4, 1)) {
      for (int seed = 0; seed < runs; seed++) {
        float[] words = InitialWords.choose(nearest, points, 4, seed).words();
        Arrays.sort(words);
        for (int p = 0; p < points.length; p++) {
          lacks[p] += Arrays.binarySearch(words, points[p]) < 0 ? 1.0 / runs : 0;
        }
      }
    }
    assertArrayEquals(expected, lacks, 0.08, Arrays.toString(lacks));
    double[] uniform = {0.2, 0.2, 0.2, 0.2, 0.2};
    assertThrows(AssertionError.class, () -> assertArrayEquals(uniform, lacks, 0.1));
  }

  /** Adds up the probability that a point is not among four words drawn one by one. */
  private static void lacking(float[] points, int chosen, double probability, double[] into) {
    if (Integer.bitCount(chosen) == 4) {
      into[Integer.numberOfTrailingZeros(~chosen)] += probability;
      return;
    }
    double[] squares = new double[points.length];
    for (int p = 0; p < points.length; p++) {
      squares[p] = Double.POSITIVE_INFINITY;
      for (int w = 0; w < points.length; w++) {
        if (((chosen >> w) & 1) == 1) {
          squares[p] = Math.min(squares[p], Math.pow(points[p] - points[w], 2));
        }
      }
    }
    double total = Arrays.stream(squares).sum();
    for (int p = 0; p < points.length; p++) {
      if (squares[p] > 0) {
        lacking(points, chosen | (1 << p), probability * squares[p] / total, into);
      }
    }
  }
}
