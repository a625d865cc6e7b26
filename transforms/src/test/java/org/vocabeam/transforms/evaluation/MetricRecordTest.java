package org.vocabeam.transforms.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WrittenStore;

class MetricRecordTest {
  @TempDir private Path directory;

  /** Row of a store of metrics before measures could be left out. */
  record Earlier(String features, String metric, double labelShare, double value, double interval) {
    static final RecordType<Earlier> TYPE =
        RecordType.of(Earlier.class, "metrics", row -> row.features + row.metric);
  }

  @Test
  void earlierStoresOpen() throws IOException {
    Earlier row = new Earlier("trained", "knn20", 1, 0.25, 0.5);
    WrittenStore.of(Earlier.TYPE, directory, List.of(row), 1024, Map.of());
    assertEquals(
        List.of(new MetricRecord("trained", "knn20", 1, 0.25, 0.5)),
        StoreReader.open(MetricRecord.TYPE, directory.toString()).rows());
  }

  @Test
  void aMeasureThatWasLeftOutIsReadBack() throws IOException {
    List<MetricRecord> rows =
        List.of(
            MetricRecord.leftOut("random", "linear", 0.1, "there is no labelled image"),
            new MetricRecord("trained", "linear", 0.1, 0, 0));
    WrittenStore.of(MetricRecord.TYPE, directory, rows, 1024, Map.of());
    assertEquals(
        Set.copyOf(rows),
        Set.copyOf(StoreReader.open(MetricRecord.TYPE, directory.toString()).rows()));
  }

  @Test
  void aMeasureHasAValueOrAReason() {
    assertThrows(
        IllegalArgumentException.class, () -> new MetricRecord("f", "m", 1, null, 0, null));
    assertThrows(IllegalArgumentException.class, () -> new MetricRecord("f", "m", 1, 0.5, 0, "r"));
  }
}
