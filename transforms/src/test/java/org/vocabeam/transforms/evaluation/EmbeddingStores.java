package org.vocabeam.transforms.evaluation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.store.WrittenStore;

/** Embeddings stores that tests write row by row, and the check of an evaluation of them. */
abstract class EmbeddingStores {
  static final List<String> TWO = List.of("a", "b");

  @TempDir Path directory;

  final List<EmbeddingRecord> rows = new ArrayList<>();

  void add(@Nullable String label, String split, int count, float... features) {
    for (int i = 0; i < count; i++) {
      rows.add(new EmbeddingRecord(String.format("i%05d", rows.size()), label, split, features));
    }
  }

  LabelledEmbeddings embeddings(List<String> classes) throws IOException {
    return embeddings(classes, 2048);
  }

  LabelledEmbeddings embeddings(List<String> classes, long rowGroupBytes) throws IOException {
    List<RowGroup> groups =
        WrittenStore.of(EmbeddingRecord.TYPE, directory, rows, rowGroupBytes, Map.of()).rowGroups();
    return new LabelledEmbeddings("f", groups, 0, classes, "train", "test");
  }

  static MetricRecord metric(String name, double value) {
    return new MetricRecord("f", name, 1, value, 0);
  }

  static void assertGives(
      List<MetricRecord> expected, PTransform<PBegin, PCollection<MetricRecord>> evaluation) {
    Pipeline pipeline = Pipeline.create();
    PAssert.that(pipeline.apply(evaluation)).containsInAnyOrder(expected);
    pipeline.run().waitUntilFinish();
  }
}
