package org.vocabeam.transforms.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.features.PixelTeacher;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.training.StepMetric;
import org.vocabeam.transforms.training.TrainingStopped;

/** Signals of a network whose features are sums of pixels, against sums made here. */
class MeasureSignalTest {
  private static final int IMAGES = 120;
  private static final int LEFT = 4; // pixels of the left column

  @TempDir static Path directory;
  private static List<VariableChunk> state;
  private static List<RowGroup> groups;

  @BeforeAll
  static void write() throws IOException {
    state =
        new ArrayList<>(
            StoreReader.open(
                    VariableChunk.TYPE, PixelTeacher.checkpoint(directory.resolve("checkpoint")))
                .rows());
    Collections.reverse(state);
    List<ImageRecord> images = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      images.add(image(i));
    }
    groups = PixelTeacher.store(directory.resolve("images"), images);
  }

  private static int grey(int number, boolean left) {
    return 1 + new SplittableRandom(2 * number + (left ? 1 : 0)).nextInt(255);
  }

  /** The left column has one grey, the rest another; the class says which is darker, not always. */
  private static int label(int number) {
    boolean isLeftDarker = grey(number, true) < grey(number, false);
    return isLeftDarker == (number % 5 != 0) ? 1 : 0;
  }

  private static ImageRecord image(int number) {
    ImageRecord image = PixelTeacher.plain("i" + number, "c" + label(number), "train", 0);
    for (int cell = 0; cell < PixelTeacher.CELLS; cell++) {
      image.bytes()[cell] = (byte) grey(number, cell % PixelTeacher.SIDE == 0);
    }
    return image;
  }

  /** Means of the pixels and of their right neighbours. */
  private static double[] features(String id) {
    int number = Integer.parseInt(id.substring(1));
    double left = LEFT * grey(number, true) / 255.0;
    double rest = (PixelTeacher.CELLS - LEFT) * grey(number, false) / 255.0;
    return new double[] {(left + rest) / PixelTeacher.CELLS, rest / PixelTeacher.CELLS};
  }

  private static double cosine(double[] a, double[] b) {
    return (a[0] * b[0] + a[1] * b[1]) / Math.hypot(a[0], a[1]) / Math.hypot(b[0], b[1]);
  }

  /** Weighted vote of the 20 nearest, one query after the other. */
  private static double neighbours(SignalSample sample) {
    int hits = 0;
    int queries = 0;
    for (int query = 1; query < sample.ids().size(); query += 2) {
      double[] features = features(sample.ids().get(query));
      Map<Integer, Double> cosines = new TreeMap<>();
      for (int voter = 0; voter < sample.ids().size(); voter += 2) {
        cosines.put(voter, cosine(features, features(sample.ids().get(voter))));
      }
      double[] votes = new double[2];
      cosines.entrySet().stream()
          .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
          .limit(20)
          .forEach(
              voter -> votes[sample.labels()[voter.getKey()]] += Math.exp(voter.getValue() / 0.07));
      hits += (votes[1] > votes[0] ? 1 : 0) == sample.labels()[query] ? 1 : 0;
      queries++;
    }
    return (double) hits / queries;
  }

  /** Equation 1, with the singular values of a matrix of two columns in closed form. */
  private static double rankme(SignalSample sample) {
    double a = 0;
    double b = 0;
    double c = 0;
    for (String id : sample.ids()) {
      double[] row = features(id);
      a += row[0] * row[0];
      b += row[0] * row[1];
      c += row[1] * row[1];
    }
    double root = Math.sqrt((a - c) * (a - c) + 4 * b * b);
    double[] singular = {Math.sqrt((a + c + root) / 2), Math.sqrt((a + c - root) / 2)};
    double sum = singular[0] + singular[1];
    return Math.exp(
        -Arrays.stream(singular).map(s -> s / sum + 1e-7).map(p -> p * Math.log(p)).sum());
  }

  private static void assertMeasures(SignalSample sample, Map<String, Double> expected) {
    Pipeline pipeline = Pipeline.create();
    PAssert.that(
            pipeline
                .apply(Create.of(state).withCoder(VariableChunk.TYPE.coder()))
                .apply(MeasureSignal.of(sample, PixelTeacher.RECIPE, 41)))
        .satisfies(
            rows -> {
              Map<String, Double> measured = new TreeMap<>();
              for (StepMetric row : rows) {
                assertEquals(41, row.step());
                assertEquals(0, row.replica());
                measured.put(row.metric(), (double) row.value());
              }
              assertEquals(expected.keySet(), measured.keySet());
              expected.forEach(
                  (name, value) -> assertEquals(value, measured.get(name), 1e-5, name));
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void neighboursAndRankAreThoseOfTheSample() {
    for (int count : new int[] {IMAGES, 77}) {
      SignalSample sample = SignalSample.draw(groups, "train", count);
      assertEquals(count, sample.ids().size());
      double neighbours = neighbours(sample);
      assertTrue(neighbours > 0.6 && neighbours < 0.95, "an easy number: " + neighbours);
      double rankme = rankme(sample);
      assertTrue(rankme > 1.1 && rankme < 1.9, "an easy number: " + rankme);
      assertMeasures(sample, new TreeMap<>(Map.of("neighbours", neighbours, "rankme", rankme)));
    }
  }

  @Test
  void withoutLabelsThereIsTheRankAlone() {
    SignalSample labelled = SignalSample.draw(groups, "train", 50);
    int[] none = IntStream.range(0, 50).map(i -> -1).toArray();
    SignalSample sample = new SignalSample(labelled.groups(), labelled.ids(), none, 0);
    assertMeasures(sample, new TreeMap<>(Map.of("rankme", rankme(sample))));
  }

  @Test
  void featuresThatAreNotFiniteStopTheRun() {
    List<VariableChunk> broken =
        state.stream()
            .map(
                chunk ->
                    chunk.variable().equals("student.bn1.weight")
                        ? chunk.withValues(new float[] {3e38f, 1})
                        : chunk)
            .toList();
    SignalSample sample = SignalSample.draw(groups, "train", 20);
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply(Create.of(broken).withCoder(VariableChunk.TYPE.coder()))
        .apply(MeasureSignal.of(sample, PixelTeacher.RECIPE, 41));
    Throwable failure = assertThrows(Throwable.class, () -> pipeline.run().waitUntilFinish());
    String message = TrainingStopped.in(failure).orElseThrow().getMessage();
    assertTrue(message.startsWith("the features after step 41 cannot be measured: "), message);
  }
}
