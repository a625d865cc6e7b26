package org.vocabeam.transforms.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.store.WrittenStore;

/** {@link LabelledEmbeddings} and {@link NearestImages}, which no pipeline runs. */
class LabelledEmbeddingsTest extends EmbeddingStores {
  @Test
  void deviationIsThatOfUnitVectors() throws IOException {
    add("a", "test", 1, 3, 0);
    add("b", "test", 1, 0, 5);
    add("b", "train", 9, 1, 1);
    add(null, "test", 9, 1, 1);
    LabelledEmbeddings embeddings = embeddings(TWO);
    MetricRecord deviation = embeddings.deviation();
    assertEquals(
        new MetricRecord("f", "embedding-std", 1, deviation.value(), 0),
        deviation,
        "all but value");
    assertEquals(Math.sqrt(0.5), deviation.value(), 1e-15);
  }

  @Test
  void aSplitWithoutLabelsHasNoDeviation() throws IOException {
    add("a", "train", 2, 1, 0);
    assertEquals(
        MetricRecord.leftOut("f", "embedding-std", 1, "there is no labelled image in split 'test'"),
        embeddings(TWO).deviation());
  }

  @Test
  void oneRowOrInfinityHasNoDeviation() throws IOException {
    add("a", "test", 1, 3, 0);
    assertEquals("one row has no deviation, two are needed", embeddings(TWO).deviation().reason());
    add("b", "test", 1, Float.POSITIVE_INFINITY, 0);
    assertTrue(embeddings(TWO).deviation().reason().startsWith("a feature is NaN or infinite"));
  }

  @Test
  void pixelsOfAnImagesStoreAreFeatures() throws IOException {
    List<ImageRecord> images =
        List.of(
            new ImageRecord("1", "b", "train", 1, 1, 1, ImageRecord.RAW, new byte[] {51}),
            new ImageRecord("2", "a", "test", 1, 1, 1, ImageRecord.RAW, new byte[] {102}),
            new ImageRecord("3", null, "train", 1, 1, 1, ImageRecord.RAW, new byte[] {9}));
    List<RowGroup> groups =
        WrittenStore.of(ImageRecord.TYPE, directory, images, 1024, Map.of()).rowGroups();
    LabelledEmbeddings pixels = new LabelledEmbeddings("pixels", groups, 3, TWO, "train", "test");
    LabelledEmbeddings.Rows train = pixels.load(groups, "train");
    assertEquals(List.of("1"), train.ids());
    assertEquals(3, train.features().width());
    assertEquals(1, train.features().labels()[0]);
    assertEquals(0.2f, train.features().values()[2]);
    assertEquals(0.4f, pixels.load(groups, "test").features().values()[0]);
  }

  @Test
  void nearestImagesAreOrderedByCosine() throws IOException {
    add("a", "test", 1, 2, 0); // i00000
    add("b", "test", 1, 0, 3); // i00001
    add("a", "train", 1, 1, 1); // i00002
    add("b", "train", 1, 1, 9); // i00003
    add("a", "train", 1, 9, 1); // i00004
    add(null, "train", 1, 1, 0); // i00005, without label
    LabelledEmbeddings embeddings = embeddings(TWO);
    assertEquals(
        Map.of("i00000", List.of("i00004", "i00002"), "i00001", List.of("i00003", "i00002")),
        NearestImages.of(embeddings, Set.of("i00000", "i00001", "unknown"), 2));
    assertEquals(
        Map.of("i00000", List.of("i00004", "i00002", "i00003")),
        NearestImages.of(embeddings, Set.of("i00000"), 7));
    assertEquals(Map.of(), NearestImages.of(embeddings, Set.of("unknown"), 2));
  }

  @Test
  void metricsAreNamedWithTheirShare() {
    assertEquals("linear@0.1", MetricRecord.name("linear", 0.1));
    assertEquals("linear", MetricRecord.name("linear", 1));
  }
}
