package org.vocabeam.transforms.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.evaluate.LabelShare;

/** {@link EvaluateLinear}: exact records. */
class EvaluateLinearTest extends EmbeddingStores {
  /**
   * Training labels are true for the rows that a quarter of the labels has, and exchanged for the
   * three quarters of others: a probe that sees a quarter is right, one that sees all is wrong.
   */
  @Test
  void aProbeSeesItsShareOfTheLabels() throws IOException {
    LabelShare quarter = new LabelShare(0.25, 9);
    List<String> ids = IntStream.range(0, 80).mapToObj(i -> String.format("i%05d", i)).toList();
    int[] labels = IntStream.range(0, 80).map(i -> i % 2).toArray();
    Set<Integer> seen = new HashSet<>();
    IntStream.of(quarter.rows(ids, labels)).forEach(seen::add);
    assertEquals(20, seen.size());
    for (int i = 0; i < 80; i++) {
      boolean left = seen.contains(i) == (i % 2 == 0);
      add(TWO.get(i % 2), "train", 1, left ? -1 : 1, (i % 7) * 0.01f);
    }
    add("a", "test", 3, -1, 0);
    add("b", "test", 2, 1, 0);
    add("b", "test", 1, -1, 0);
    assertGives(
        List.of(
            new MetricRecord("f", "linear", 0.25, 5 / 6.0, 0),
            new MetricRecord("f", "linear", 1, 1 / 6.0, 0)),
        EvaluateLinear.of(embeddings(TWO), List.of(0.25, 1.0), 9));
  }

  @Test
  void noSharesGiveNoProbes() throws IOException {
    add("a", "train", 2, 1, 0);
    assertGives(List.of(), EvaluateLinear.of(embeddings(TWO), List.of(), 9));
  }
}
