package org.vocabeam.models.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NearestWordTest {
  private static float[] random(int values, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] floats = new float[values];
    for (int i = 0; i < values; i++) {
      floats[i] = (float) (2 * random.nextDouble() - 1);
    }
    return floats;
  }

  /** Returns the nearest word by its definition. */
  private static int nearest(float[] descriptor, float[] words, int count, int channels) {
    int best = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int word = 0; word < count; word++) {
      double distance = 0;
      for (int c = 0; c < channels; c++) {
        double d = (double) descriptor[c] - words[word * channels + c];
        distance += d * d;
      }
      if (distance < least) {
        least = distance;
        best = word;
      }
    }
    return best;
  }

  @Test
  void findsTheWordsOfTheDefinition() {
    // Words for less than a lane, for one lane and for some and a part; rows that fill no batch.
    for (int count : new int[] {1, 3, 64, 65, 200}) {
      for (int channels : new int[] {1, 7, 33}) {
        float[] words = random(count * channels, count);
        try (NearestWord program = NearestWord.of(words, count, channels)) {
          int rows = program.batch() + 77;
          float[] descriptors = random(rows * channels, channels);
          int[] found = new int[rows];
          double[] distances = new double[rows];
          program.assign(descriptors, rows, found, distances);
          for (int row = 0; row < rows; row++) {
            float[] descriptor =
                Arrays.copyOfRange(descriptors, row * channels, (row + 1) * channels);
            int expected = nearest(descriptor, words, count, channels);
            double least =
                NearestWord.squaredDistance(descriptor, 0, words, expected * channels, channels);
            // Another word may be as near in float32.
            assertEquals(least, distances[row], 1e-6 * channels, count + " x " + channels);
            assertEquals(
                distances[row],
                NearestWord.squaredDistance(descriptor, 0, words, found[row] * channels, channels));
          }
        }
      }
    }
  }

  @Test
  void theFirstOfEquallyNearWordsWins() {
    int count = 300;
    float[] words = new float[count];
    Arrays.fill(words, 9);
    // Equal words in one lane, and in two.
    words[70] = 2;
    words[71] = 2;
    words[200] = 2;
    words[150] = 5;
    words[290] = 5;
    try (NearestWord program = NearestWord.of(words, count, 1)) {
      int[] found = new int[4];
      program.assign(new float[] {2, 5.25f, 30, -7}, 4, found);
      assertArrayEquals(new int[] {70, 150, 0, 70}, found);
    }
  }

  @Test
  void paddingNeverWins() {
    // All scores are far below 0, the score of a word of zeros.
    try (NearestWord program = NearestWord.of(new float[] {-1e4f, -2e4f, -3e4f}, 3, 1)) {
      int[] found = new int[2];
      program.assign(new float[] {1e4f, -2.9e4f}, 2, found);
      assertArrayEquals(new int[] {0, 2}, found);
    }
  }

  @Test
  void wordsAreReplaced() {
    try (NearestWord program = NearestWord.of(new float[] {0, 10}, 2, 1)) {
      int[] found = new int[1];
      program.assign(new float[] {9}, 1, found);
      assertEquals(1, found[0]);
      program.setWords(new float[] {8, 100});
      program.assign(new float[] {9}, 1, found);
      assertEquals(0, found[0]);
    }
  }

  @Test
  void theBatchIsSmallForManyWords() {
    assertTrue(new NearestWord(8192, 4).batch() < new NearestWord(64, 4).batch());
  }

  @Test
  void wrongSizesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> NearestWord.of(new float[5], 2, 3));
    try (NearestWord unset = new NearestWord(2, 1)) {
      assertThrows(IllegalArgumentException.class, () -> unset.assign(new float[1], 1, new int[1]));
      unset.setWords(new float[2]);
      assertThrows(IllegalArgumentException.class, () -> unset.assign(new float[1], 2, new int[2]));
    }
  }
}
