package org.vocabeam.models.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Golden.Tensor;

/** Checks k-means from given centroids against scikit-learn. */
class KmeansGoldenTest {
  private static final JsonNode GOLDEN = Golden.load("kmeans");
  private static final JsonNode EXPECTED = GOLDEN.get("expected");
  private static final Tensor POINTS = Golden.tensor(GOLDEN.get("inputs").get("points"));
  private static final Tensor INITIAL =
      Golden.tensor(GOLDEN.get("inputs").get("initial_centroids"));
  private static final int ROWS = POINTS.dim(0);
  private static final int CHANNELS = POINTS.dim(1);
  private static final int WORDS = INITIAL.dim(0);
  private static final double MAGNITUDE =
      Arrays.stream(POINTS.values()).map(Math::abs).max().orElseThrow();
  private static final FixedPoint VALUES = FixedPoint.forSum(ROWS, MAGNITUDE);
  private static final FixedPoint DISTANCES =
      FixedPoint.forSum(ROWS, 4 * CHANNELS * MAGNITUDE * MAGNITUDE);

  /** Labels of an assignment to words, and the words after the move. */
  private record Iteration(int[] labels, MovedWords moved) {}

  private static Iteration iterate(NearestWord nearest, float[] words) {
    nearest.setWords(words);
    int[] labels = new int[ROWS];
    double[] distances = new double[ROWS];
    float[] points = POINTS.floats();
    nearest.assign(points, ROWS, labels, distances);
    WordSums sums = WordSums.zero(WORDS, CHANNELS);
    sums.add(points, ROWS, labels, distances, VALUES, DISTANCES);
    Outliers outliers = new Outliers(1);
    outliers.offer(points, ROWS, distances, CHANNELS);
    return new Iteration(labels, MovedWords.of(words, sums, outliers.list(), VALUES, DISTANCES));
  }

  @Test
  void iterationsGiveTheirCentroids() {
    try (NearestWord nearest = new NearestWord(WORDS, CHANNELS)) {
      for (String name : Golden.names(EXPECTED)) {
        JsonNode expected = EXPECTED.get(name);
        float[] words = INITIAL.floats();
        int iterations = expected.get("iterations_run").asInt();
        for (int i = 0; i < iterations; i++) {
          MovedWords moved = iterate(nearest, words).moved();
          assertEquals(0, moved.empty());
          words = moved.words();
        }
        Iteration after = iterate(nearest, words);
        assertArrayEquals(Golden.tensor(expected.get("labels")).ints(), after.labels(), name);
        Golden.assertClose(
            name, Golden.tensor(expected.get("centroids")).values(), words, Golden.FLOAT32);
        double inertia = expected.get("inertia").asDouble();
        assertEquals(inertia, after.moved().inertia(), 2e-5 * inertia, name);
        if (name.equals("converged")) {
          assertEquals(0, after.moved().shift(), "nothing is left to move");
        }
      }
    }
    assertTrue(EXPECTED.size() > 0);
  }
}
