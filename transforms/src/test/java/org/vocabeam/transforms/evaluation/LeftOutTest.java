package org.vocabeam.transforms.evaluation;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Measures of features and labels that do not allow them, and of some that barely do. */
class LeftOutTest extends EmbeddingStores {
  private static final String NOT_FINITE =
      "a feature is NaN or infinite, must be finite; check the encoder or the file that it comes"
          + " from";

  private static MetricRecord leftOut(String metric, double share, String reason) {
    return MetricRecord.leftOut("f", metric, share, reason);
  }

  private void assertNothing(List<String> classes, String reason) throws IOException {
    LabelledEmbeddings embeddings = embeddings(classes);
    assertGives(
        List.of(leftOut("knn20", 1, reason), leftOut("knn200", 1, reason)),
        EvaluateNeighbours.of(embeddings));
    assertGives(
        List.of(leftOut("linear", 0.5, reason), leftOut("linear", 1, reason)),
        EvaluateLinear.of(embeddings, List.of(0.5, 1.0), 1));
  }

  /** In one of several blocks and row groups. */
  @Test
  void aTestFeatureThatIsNotFinite() throws IOException {
    add("a", "train", 50, 1, 0);
    add("b", "train", 50, 0, 1);
    add("a", "test", 50, 1, 0);
    add("b", "test", 1, Float.NaN, 1);
    assertNothing(TWO, NOT_FINITE);
  }

  @Test
  void aTrainingFeatureThatIsNotFinite() throws IOException {
    add("a", "train", 2, 1, 0);
    add("a", "train", 1, Float.NEGATIVE_INFINITY, 0);
    add("b", "train", 2, 0, 1);
    add("b", "test", 1, 0, 1);
    assertNothing(TWO, NOT_FINITE);
  }

  @Test
  void featuresOfDifferentWidths() throws IOException {
    add("a", "train", 200, 1, 0);
    add("b", "train", 200, 0, 1);
    add("b", "test", 1, 0, 1, 2);
    assertNothing(
        TWO, "the images have 2 and 3 features, must all have as many; give images of one size");
  }

  @Test
  void fewShotHasItsReasonToo() throws IOException {
    for (String label : List.of("a", "b", "c", "d", "e")) {
      add(label, "test", 16, 1, label.equals("a") ? Float.NaN : 2);
    }
    assertGives(
        List.of(
            leftOut("few-shot-5way-1shot", 1, NOT_FINITE),
            leftOut(
                "few-shot-5way-5shot",
                1,
                "only 0 classes have 5 + 15 rows, few-shot episodes need 5; use more labelled"
                    + " rows, or fewer ways, shots or queries")),
        EvaluateFewShot.of(embeddings(List.of("a", "b", "c", "d", "e")), 1));
  }

  /** One test image, two training images, both measures. */
  @Test
  void theFewestRows() throws IOException {
    add("a", "train", 1, 1, 0);
    add("b", "train", 1, 0, 1);
    add("b", "test", 1, 0, 2);
    LabelledEmbeddings embeddings = embeddings(TWO);
    assertGives(
        List.of(metric("knn20", 1), metric("knn200", 1)), EvaluateNeighbours.of(embeddings));
    assertGives(
        List.of(
            new MetricRecord("f", "linear", 0.01, 1, 0), new MetricRecord("f", "linear", 1, 1, 0)),
        EvaluateLinear.of(embeddings, List.of(0.01, 1.0), 1));
  }

  /** Every image has a class of its own, on a circle: the nearest image tells it. */
  @Test
  void thousandsOfClasses() throws IOException {
    List<String> classes =
        IntStream.range(0, 3000).mapToObj(i -> String.format("c%04d", i)).toList();
    for (int i = 0; i < 3000; i++) {
      double angle = 2 * Math.PI * i / 3000;
      float[] place = {(float) Math.cos(angle), (float) Math.sin(angle), 0};
      add(classes.get(i), "train", 1, place);
      if (i % 100 == 0) {
        add(classes.get(i), "test", 1, place);
      }
    }
    add(classes.get(1), "test", 30, 0, 0, 1); // as far from all: the first class wins
    assertGives(
        List.of(metric("knn20", 0.5), metric("knn200", 0.5)),
        EvaluateNeighbours.of(embeddings(classes)));
  }
}
