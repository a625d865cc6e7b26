package org.vocabeam.models.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.UserError;

class NearestNeighboursTest {
  private static final float INFINITE = Float.NEGATIVE_INFINITY;

  /** Makes uniform features, with the index of a row as its label: neighbours can be told apart. */
  private static LabelledFeatures numbered(int rows, int width, long seed) {
    SplittableRandom random = Seeds.random(seed, "features");
    float[] values = new float[rows * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextDouble() - 0.3);
    }
    return new LabelledFeatures(width, values, IntStream.range(0, rows).toArray());
  }

  private static Iterator<LabelledFeatures> inPartsOf(int size, LabelledFeatures all) {
    List<LabelledFeatures> parts = new ArrayList<>();
    for (int first = 0; first < all.rows(); first += size) {
      parts.add(all.select(IntStream.range(first, Math.min(all.rows(), first + size)).toArray()));
    }
    return parts.iterator();
  }

  @Test
  void findsTheNeighboursOfAnExhaustiveSearch() {
    int k = 7;
    LabelledFeatures train = numbered(150, 9, 1);
    float[] queries = numbered(40, 9, 2).values();
    try (NearestNeighbours knn = new NearestNeighbours(9, k, 150, 16, 48)) {
      Neighbours found = knn.search(queries, inPartsOf(150, train));
      for (int query = 0; query < 40; query++) {
        double[] cosines = new double[150];
        for (int row = 0; row < 150; row++) {
          cosines[row] = cosine(queries, query, train.values(), row, 9);
        }
        int[] nearest =
            IntStream.range(0, 150)
                .boxed()
                .sorted(Comparator.comparingDouble(row -> -cosines[row]))
                .mapToInt(Integer::intValue)
                .limit(k)
                .toArray();
        assertArrayEquals(nearest, Arrays.copyOfRange(found.labels(), query * k, query * k + k));
        for (int i = 0; i < k; i++) {
          assertEquals(cosines[nearest[i]], found.similarities()[query * k + i], 1e-6);
        }
      }
    }
  }

  private static double cosine(float[] a, int rowOfA, float[] b, int rowOfB, int width) {
    double product = 0;
    double squaresOfA = 0;
    double squaresOfB = 0;
    for (int i = 0; i < width; i++) {
      double x = a[rowOfA * width + i];
      double y = b[rowOfB * width + i];
      product += x * y;
      squaresOfA += x * x;
      squaresOfB += y * y;
    }
    return product / Math.sqrt(squaresOfA * squaresOfB);
  }

  /** Checks rows wide enough for several slices, with many ties. */
  @Test
  void doesNotDependOnHowTheTrainSetIsCut() {
    int width = 600;
    LabelledFeatures train = numbered(333, width, 1);
    for (int copy = 0; copy < 12; copy++) {
      System.arraycopy(
          train.values(), copy * width, train.values(), (100 + 17 * copy) * width, width);
    }
    float[] queries = numbered(50, width, 2).values();
    Neighbours reference;
    try (NearestNeighbours knn = new NearestNeighbours(width, 20, 333)) {
      reference = knn.search(queries, inPartsOf(333, train));
    }
    for (int block : new int[] {16, 64, 1024}) {
      for (int part : new int[] {5, 64, 333}) {
        try (NearestNeighbours knn = new NearestNeighbours(width, 20, 333, block, block)) {
          Neighbours found = knn.search(queries, inPartsOf(part, train));
          assertArrayEquals(reference.labels(), found.labels(), block + " and " + part);
          assertArrayEquals(reference.similarities(), found.similarities(), block + " and " + part);
        }
      }
    }
  }

  /**
   * Checks rows whose lengths are powers of two: with 3, 5 and 7 the cosines differ in last bits on
   * some processors.
   */
  @Test
  void theFirstTrainRowsWinOfEqualCosines() {
    LabelledFeatures train =
        new LabelledFeatures(
            2, new float[] {0, 1, 1, 0, 4, 0, 0, 2, 2, 0, 8, 0}, new int[] {0, 1, 2, 3, 4, 5});
    for (int part : new int[] {1, 2, 6}) {
      try (NearestNeighbours knn = new NearestNeighbours(2, 3, 6, 16, 16)) {
        Neighbours found = knn.search(new float[] {9, 0, 0, 4}, inPartsOf(part, train));
        assertArrayEquals(new int[] {1, 2, 4, 0, 3, 1}, found.labels());
        assertArrayEquals(new float[] {1, 1, 1, 1, 1, 0}, found.similarities(), 1e-6f);
      }
    }
  }

  /** Checks train rows that point away from the query: a padding of zeros would be nearer. */
  @Test
  void paddingNeverWins() {
    LabelledFeatures train =
        new LabelledFeatures(2, new float[] {-1, 0, -1, -0.1f, -2, 0.1f}, new int[] {2, 1, 2});
    try (NearestNeighbours knn = new NearestNeighbours(2, 2, 3)) {
      Neighbours found = knn.search(new float[] {1, 0.01f}, inPartsOf(3, train));
      assertArrayEquals(new int[] {1, 2}, found.labels());
      assertTrue(found.similarities()[0] < -0.99);
    }
  }

  @Test
  void fewerTrainRowsThanNeighbours() {
    LabelledFeatures train = new LabelledFeatures(2, new float[] {1, 0, 0, 1}, new int[] {1, 0});
    try (NearestNeighbours knn = new NearestNeighbours(2, 40, 3, 16, 16)) {
      Neighbours found = knn.search(new float[] {2, 0}, inPartsOf(1, train));
      assertArrayEquals(new int[] {1, 0, -1}, Arrays.copyOf(found.labels(), 3));
      assertArrayEquals(
          new float[] {1, 0, INFINITE}, Arrays.copyOf(found.similarities(), 3), 1e-6f);
      assertEquals(-1, found.labels()[39]);
      // The vote of the found cosine, whose last bit is 0.01 of it.
      float vote = (float) Math.exp(found.similarities()[0] / 0.1);
      assertArrayEquals(new float[] {1, vote, 0}, knn.vote(found, 0.1).values(), 0.05f);

      Neighbours none = knn.search(new float[] {2, 0}, List.<LabelledFeatures>of().iterator());
      assertArrayEquals(new float[3], knn.vote(none, 0.1).values());
    }
  }

  @Test
  void votesAreWeightedByTemperature() {
    Neighbours neighbours =
        new Neighbours(
            3, new float[] {0.9f, 0.8f, 0.8f, 0.5f, 0.4f, 0.3f}, new int[] {0, 1, 1, 2, 2, 0});
    try (NearestNeighbours knn = new NearestNeighbours(2, 5, 3, 16, 16)) {
      assertArrayEquals(new int[] {1, 2}, knn.vote(neighbours, 1).predicted());
      assertArrayEquals(new int[] {0, 2}, knn.vote(neighbours, 0.05).predicted());
      float[] votes = knn.vote(neighbours, 0.5).values();
      float[] expected = {
        (float) Math.exp(1.8),
        (float) (2 * Math.exp(1.6)),
        0,
        (float) Math.exp(0.6),
        0,
        (float) (Math.exp(1) + Math.exp(0.8))
      };
      assertArrayEquals(expected, votes, 1e-5f);
      assertArrayEquals(new int[] {0, 2}, knn.vote(neighbours.nearest(1), 1).predicted());
    }
  }

  /** Checks more queries than a block, in the vote too. */
  @Test
  void everyQueryIsAnswered() {
    LabelledFeatures train = numbered(20, 5, 3);
    try (NearestNeighbours knn = new NearestNeighbours(5, 3, 20, 16, 16)) {
      Neighbours found = knn.search(train.values(), inPartsOf(20, train));
      assertArrayEquals(train.labels(), knn.vote(found, 0.02).predicted());
    }
  }

  /** With more classes than neighbours, votes are summed by the neighbours' own classes. */
  @Test
  void thousandsOfClassesVoteAsFewDo() {
    Neighbours few =
        new Neighbours(
            3,
            new float[] {0.9f, 0.8f, 0.8f, 0.5f, 0.5f, 0.3f, 0.7f, -1, Float.NEGATIVE_INFINITY},
            new int[] {2, 1, 1, 2, 0, 0, 1, 0, Neighbours.NO_LABEL});
    int[] classOf = {7, 8_000, 999_999};
    int[] labels = IntStream.of(few.labels()).map(c -> c < 0 ? c : classOf[c]).toArray();
    Neighbours many = new Neighbours(3, few.similarities(), labels);
    try (NearestNeighbours three = new NearestNeighbours(2, 3, 3, 16, 16);
        NearestNeighbours million = new NearestNeighbours(2, 3, 1_000_000, 16, 16)) {
      for (double temperature : new double[] {1, 0.05}) {
        int[] predicted = three.vote(few, temperature).predicted();
        assertArrayEquals(predicted, three.predict(few, temperature));
        assertArrayEquals(
            IntStream.of(predicted).map(c -> classOf[c]).toArray(),
            million.predict(many, temperature));
      }
      ClassScores votes = three.vote(few, 0.5);
      ClassScores sparse = million.vote(many, 0.5);
      for (int query = 0; query < 3; query++) {
        for (int c = 0; c < 3; c++) {
          assertEquals(
              votes.values()[query * 3 + c], sparse.values()[query * 1_000_000 + classOf[c]]);
        }
      }
    }
  }

  @Test
  void rejectsFeaturesWithoutAnOrder() {
    LabelledFeatures train =
        new LabelledFeatures(2, new float[] {1, 0, Float.NaN, 1}, new int[] {1, 0});
    LabelledFeatures unknown = new LabelledFeatures(2, new float[] {1, 0}, new int[] {3});
    try (NearestNeighbours knn = new NearestNeighbours(2, 1, 3)) {
      assertThrows(UserError.class, () -> knn.search(new float[] {1, 1}, inPartsOf(2, train)));
      UserError error =
          assertThrows(
              UserError.class, () -> knn.search(new float[] {1, 1}, inPartsOf(1, unknown)));
      assertTrue(error.getMessage().contains("label is 3, must be 0 to 2"), error.getMessage());
      assertThrows(IllegalArgumentException.class, () -> knn.vote(Neighbours.none(1, 1), 0.001));
    }
  }
}
