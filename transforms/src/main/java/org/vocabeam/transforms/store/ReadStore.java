package org.vocabeam.transforms.store;

import java.io.IOException;
import java.util.List;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * All rows of complete stores, read in parallel by row group.
 *
 * <pre>{@code
 * PCollection<ImageRecord> images =
 *     pipeline.apply(ReadStore.from(ImageRecord.TYPE, "runs/mine/images"));
 * }</pre>
 */
public final class ReadStore<T> extends PTransform<PBegin, PCollection<T>> {
  private static final long serialVersionUID = 1L;

  private final RecordType<T> type;
  private final List<String> directories;

  private ReadStore(RecordType<T> type, List<String> directories) {
    this.type = type;
    this.directories = directories;
  }

  /**
   * Reads a store, opened when the pipeline is built; its errors are {@link StoreReader#open}'s.
   */
  public static <T> ReadStore<T> from(RecordType<T> type, String directory) {
    return from(type, List.of(directory));
  }

  /** Reads several stores, or none. */
  public static <T> ReadStore<T> from(RecordType<T> type, List<String> directories) {
    return new ReadStore<>(type, List.copyOf(directories));
  }

  @Override
  public PCollection<T> expand(PBegin begin) {
    return begin
        .apply(
            "RowGroups",
            Create.of(
                    directories.stream()
                        .flatMap(d -> StoreReader.open(type, d).rowGroups().stream())
                        .toList())
                .withCoder(SerializableCoder.of(RowGroup.class)))
        .apply("Spread", Reshuffle.viaRandomKey())
        .apply("ReadRows", ParDo.of(new ReadRows<>(type)))
        .setCoder(type.coder());
  }

  private static final class ReadRows<T> extends DoFn<RowGroup, T> {
    private static final long serialVersionUID = 1L;

    private final RecordType<T> type;

    ReadRows(RecordType<T> type) {
      this.type = type;
    }

    @ProcessElement
    public void read(@Element RowGroup group, OutputReceiver<T> out) throws IOException {
      try (RowReader<T> rows = RowReader.of(type, group)) {
        rows.forEachRemaining(out::output);
      }
    }
  }
}
