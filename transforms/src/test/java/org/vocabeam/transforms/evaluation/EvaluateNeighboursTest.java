package org.vocabeam.transforms.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.vocabeam.transforms.features.EmbeddingRecord;

/** {@link EvaluateNeighbours}: exact records. */
class EvaluateNeighboursTest extends EmbeddingStores {
  /**
   * One row of class a at cosine 1 and 199 of class b at cosine 1/2 vote for a test row. Of 20
   * neighbours a wins: exp(1 / 0.07) = 1.6e6 against 19 exp(1 / 0.14) = 2.4e4; of 200 b wins: exp(1
   * / 0.1) = 2.2e4 against 199 exp(1 / 0.2) = 3.0e4.
   */
  @Test
  void fewNeighboursAndManyNeighboursVote() throws IOException {
    float height = (float) Math.sqrt(0.75);
    add("a", "train", 1, 1, 0);
    add("b", "train", 199, 0.5f, height);
    add(null, "train", 50, 1, 0);
    add("b", "valid", 50, 1, 0);
    add("a", "test", 2, 7, 0);
    add("b", "test", 1, 7, 0);
    add("b", "test", 1, 0.5f, height);
    add(null, "test", 9, 1, 0);
    LabelledEmbeddings embeddings = embeddings(TWO);
    assertTrue(embeddings.groups().size() > 1, embeddings.groups().toString());
    assertGives(
        List.of(metric("knn20", 3 / 4.0), metric("knn200", 2 / 4.0)),
        EvaluateNeighbours.of(embeddings));
    assertEquals(List.of("knn20", "knn200"), EvaluateNeighbours.metrics());
  }

  /** Random rows, against a vote in plain Java. */
  @Test
  void neighboursVoteByTheirCosines() throws IOException {
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 350; i++) {
      float[] features = new float[8];
      for (int d = 0; d < features.length; d++) {
        features[d] = (float) (random.nextDouble(-1, 1) + (d == i % 3 ? 0.4 : 0));
      }
      add("abc".substring(i % 3, i % 3 + 1), i < 250 ? "train" : "test", 1, features);
    }
    List<EmbeddingRecord> train = rows.subList(0, 250);
    List<EmbeddingRecord> test = rows.subList(250, 350);
    double few = accuracy(train, test, 20, 0.07);
    double many = accuracy(train, test, 200, 0.1);
    assertTrue(few > 0.4 && many > 0.4 && few != many, few + " " + many);
    assertGives(
        List.of(metric("knn20", few), metric("knn200", many)),
        EvaluateNeighbours.of(embeddings(List.of("a", "b", "c"))));
  }

  private static double accuracy(
      List<EmbeddingRecord> train, List<EmbeddingRecord> test, int k, double temperature) {
    long right = 0;
    for (EmbeddingRecord query : test) {
      Map<String, Double> votes = new LinkedHashMap<>();
      train.stream()
          .map(row -> Map.entry(row.label(), cosine(row.embedding(), query.embedding())))
          .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
          .limit(k)
          .forEach(
              vote ->
                  votes.merge(vote.getKey(), Math.exp(vote.getValue() / temperature), Double::sum));
      String winner =
          votes.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
      right += winner.equals(query.label()) ? 1 : 0;
    }
    return (double) right / test.size();
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double lengthA = 0;
    double lengthB = 0;
    for (int d = 0; d < a.length; d++) {
      product += (double) a[d] * b[d];
      lengthA += (double) a[d] * a[d];
      lengthB += (double) b[d] * b[d];
    }
    return product / Math.sqrt(lengthA * lengthB);
  }

  @Test
  void fewerTrainingRowsThanNeighboursAreEnough() throws IOException {
    add("a", "train", 1, 1, 0);
    add("b", "train", 1, 0, 1);
    add("b", "test", 3, 1, 2);
    assertGives(
        List.of(metric("knn20", 1), metric("knn200", 1)), EvaluateNeighbours.of(embeddings(TWO)));
  }

  @Test
  void withoutTestRowsThereIsNoAccuracyOfNeighbours() throws IOException {
    add("a", "train", 1, 1, 0);
    add(null, "test", 1, 1, 0);
    assertGives(List.of(), EvaluateNeighbours.of(embeddings(TWO)));
  }
}
