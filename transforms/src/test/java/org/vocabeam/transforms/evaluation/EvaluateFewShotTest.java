package org.vocabeam.transforms.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.Floats;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.evaluate.FewShot;
import org.vocabeam.models.evaluate.LabelledFeatures;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/** {@link EvaluateFewShot}: exact records. */
class EvaluateFewShotTest extends EmbeddingStores {
  private static final List<String> SIX = List.of("a", "b", "c", "d", "e", "f");

  /** Six classes of 20 rows, each on its own axis: no query is wrong. */
  @Test
  void episodesOfClassesApartAreRight() throws IOException {
    for (int i = 0; i < 6; i++) {
      float[] axis = new float[6];
      axis[i] = i + 1;
      add(SIX.get(i), "test", 20, axis);
      add(SIX.get((i + 1) % 6), "train", 20, axis);
    }
    assertGives(
        List.of(metric("few-shot-5way-1shot", 1), metric("few-shot-5way-5shot", 1)),
        EvaluateFewShot.of(embeddings(SIX), 3));
    assertEquals(List.of("few-shot-5way-1shot", "few-shot-5way-5shot"), EvaluateFewShot.metrics());
  }

  /** Episodes draw rows by their place in the store. */
  @Test
  void episodesAreThoseOfTheSeedOverTheTestRows() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    for (int row = 0; row < 6 * 25; row++) {
      float[] features = new float[4];
      for (int d = 0; d < 4; d++) {
        features[d] = (float) (random.nextDouble(-1, 1) + (row % 6 == d ? 1 : 0));
      }
      add(SIX.get(row % 6), "test", 1, features);
    }
    LabelledEmbeddings embeddings = embeddings(SIX);
    LabelledFeatures test = features(embeddings.groups());
    List<MetricRecord> expected = new ArrayList<>();
    for (int shot : new int[] {1, 5}) {
      FewShot.Result result = FewShot.fiveWay(shot).evaluate(test, 3);
      assertTrue(result.accuracy() > 0.25 && result.accuracy() < 0.75, result.toString());
      expected.add(
          new MetricRecord(
              "f", "few-shot-5way-" + shot + "shot", 1, result.accuracy(), result.interval()));
    }
    assertGives(expected, EvaluateFewShot.of(embeddings, 3));
  }

  private static LabelledFeatures features(List<RowGroup> groups) throws IOException {
    List<EmbeddingRecord> rows = new ArrayList<>();
    for (RowGroup group : groups) {
      try (RowReader<EmbeddingRecord> reader = RowReader.of(EmbeddingRecord.TYPE, group)) {
        reader.forEachRemaining(rows::add);
      }
    }
    return new LabelledFeatures(
        4,
        Floats.concat(rows.stream().map(EmbeddingRecord::embedding).toArray(float[][]::new)),
        rows.stream().mapToInt(row -> SIX.indexOf(row.label())).toArray());
  }
}
