package org.vocabeam.transforms.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/** Complete stores for tests, written by a pipeline as all stores are. */
public final class WrittenStore {
  private WrittenStore() {}

  /** Writes the rows as one shard. */
  public static <T> StoreReader<T> of(
      RecordType<T> type,
      Path directory,
      List<T> rows,
      long rowGroupBytes,
      Map<String, String> provenance)
      throws IOException {
    return of(type, directory, rows, 1, rowGroupBytes, provenance);
  }

  /** Writes the rows. */
  public static <T> StoreReader<T> of(
      RecordType<T> type,
      Path directory,
      List<T> rows,
      int shards,
      long rowGroupBytes,
      Map<String, String> provenance)
      throws IOException {
    WriteStore<T> write =
        WriteStore.to(type, directory.toString())
            .withShards(shards)
            .withRowGroupBytes(rowGroupBytes)
            .withProvenance(provenance);
    write.prepare(true);
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(Create.of(rows).withCoder(type.coder())).apply(write);
    pipeline.run().waitUntilFinish();
    write.commit();
    return StoreReader.open(type, directory.toString());
  }

  /** All rows in the store's order. */
  public static <T> List<T> rows(StoreReader<T> store) throws IOException {
    List<T> rows = new ArrayList<>();
    for (RowGroup group : store.rowGroups()) {
      try (RowReader<T> reader = store.read(group)) {
        reader.forEachRemaining(rows::add);
      }
    }
    return rows;
  }
}
