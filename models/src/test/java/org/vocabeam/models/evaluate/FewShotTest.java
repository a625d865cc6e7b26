package org.vocabeam.models.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.UserError;

class FewShotTest {
  private static final int WIDTH = 8;

  /** Makes rows of 6 classes. All features are noise; feature c of class c has the signal too. */
  private static LabelledFeatures features(double signal) {
    SplittableRandom random = Seeds.random(1, "features");
    int[] labels = IntStream.range(0, 180).map(i -> i % 6).toArray();
    float[] values = new float[labels.length * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextDouble() - 0.5);
    }
    for (int row = 0; row < labels.length; row++) {
      values[row * WIDTH + labels[row]] += (float) signal;
    }
    return new LabelledFeatures(WIDTH, values, labels);
  }

  @Test
  void anEpisodeHasItsWaysShotsAndQueries() {
    FewShot fewShot = new FewShot(4, 3, 5, 2);
    int[] labels = features(0).labels();
    List<int[]> classes = fewShot.classes(labels);
    assertEquals(6, classes.size());
    Set<Set<Integer>> drawnClasses = new HashSet<>();
    for (int i = 0; i < 30; i++) {
      FewShot.Episode episode = fewShot.episode(classes, Seeds.random(7, i));
      int[] rows =
          IntStream.concat(Arrays.stream(episode.support()), Arrays.stream(episode.queries()))
              .toArray();
      assertEquals(4 * (3 + 5), Arrays.stream(rows).distinct().count());
      Set<Integer> episodeClasses = new HashSet<>();
      for (int c = 0; c < 4; c++) {
        int way = c;
        Set<Integer> original = new HashSet<>();
        int[] support = where(episode.support(), episode.supportLabels(), way);
        int[] queries = where(episode.queries(), episode.queryLabels(), way);
        assertEquals(3, support.length);
        assertEquals(5, queries.length);
        Arrays.stream(support).forEach(row -> original.add(labels[row]));
        Arrays.stream(queries).forEach(row -> original.add(labels[row]));
        assertEquals(1, original.size());
        episodeClasses.addAll(original);
      }
      assertEquals(4, episodeClasses.size());
      drawnClasses.add(episodeClasses);
    }
    assertTrue(drawnClasses.size() > 5, "of 15 choices of classes only " + drawnClasses);
  }

  private static int[] where(int[] rows, int[] labels, int label) {
    return IntStream.range(0, rows.length)
        .filter(i -> labels[i] == label)
        .map(i -> rows[i])
        .toArray();
  }

  @Test
  void tellsSignalFromNoise() {
    FewShot fewShot = new FewShot(4, 3, 5, 200);
    FewShot.Result clear = fewShot.evaluate(features(5), 1);
    assertEquals(new FewShot.Result(1, 0), clear);
    FewShot.Result noise = fewShot.evaluate(features(0), 1);
    assertEquals(0.25, noise.accuracy(), 2 * noise.interval());
    assertTrue(noise.interval() > 0.005 && noise.interval() < 0.03, noise.toString());
    FewShot.Result some = fewShot.evaluate(features(0.5), 1);
    assertTrue(some.accuracy() > 0.5 && some.accuracy() < 1, some.toString());
  }

  @Test
  void isAFunctionOfItsSeed() {
    FewShot fewShot = new FewShot(3, 1, 4, 20);
    LabelledFeatures features = features(0.4);
    assertEquals(fewShot.evaluate(features, 1), fewShot.evaluate(features, 1));
    assertNotEquals(fewShot.evaluate(features, 1), fewShot.evaluate(features, 2));
  }

  @Test
  void theIntervalIsThatOfTheMean() {
    FewShot.Result result = FewShot.Result.of(new double[] {0, 1, 0, 1});
    assertEquals(0.5, result.accuracy());
    assertEquals(1.96 * Math.sqrt(1 / 3.0) / 2, result.interval(), 1e-12);
  }

  @Test
  void leavesOutSmallClassesAndRefusesTooFew() {
    int[] labels = {0, 0, 0, 1, 1, 2, 2, 2};
    FewShot fewShot = new FewShot(2, 1, 2, 2);
    List<int[]> classes = fewShot.classes(labels);
    assertEquals(2, classes.size());
    assertArrayEquals(new int[] {0, 1, 2}, classes.get(0));
    assertArrayEquals(new int[] {5, 6, 7}, classes.get(1));
    UserError error = assertThrows(UserError.class, () -> new FewShot(3, 1, 2, 2).classes(labels));
    assertTrue(error.getMessage().startsWith("only 2 classes have 1 + 2 rows"));
  }
}
