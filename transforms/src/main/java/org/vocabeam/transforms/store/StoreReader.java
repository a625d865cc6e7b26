package org.vocabeam.transforms.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.parquet.ParquetFooter;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * A complete store of one type, ours or of another engine.
 *
 * <pre>{@code
 * StoreReader<ImageRecord> images = StoreReader.open(ImageRecord.TYPE, "runs/mine/images");
 * for (RowGroup group : images.rowGroups()) {
 *   try (RowReader<ImageRecord> rows = images.read(group)) {
 *     rows.forEachRemaining(image -> System.out.println(image.id()));
 *   }
 * }
 * }</pre>
 */
public final class StoreReader<T> {
  private final RecordType<T> type;
  private final StoreContents contents;

  private StoreReader(RecordType<T> type, StoreContents contents) {
    this.type = type;
    this.contents = contents;
  }

  /**
   * Opens a store.
   *
   * @throws UserError when the directory holds no complete store of this type, its files are not
   *     those that were committed, or they lack a column or have it with another type
   */
  public static <T> StoreReader<T> open(RecordType<T> type, String directory) {
    return of(type, StoreContents.open(directory, "store of " + type.store()));
  }

  /**
   * Reads the manifest of a store, and no other file of it.
   *
   * @throws UserError when the directory holds no complete store of this type
   */
  public static StoreManifest readManifest(RecordType<?> type, String directory) {
    StoreManifest manifest = StoreContents.manifest(directory, "store of " + type.store());
    check(type, directory, manifest.store());
    return manifest;
  }

  /** Returns a reader of files that are open already; errors as {@link #open}. */
  public static <T> StoreReader<T> of(RecordType<T> type, StoreContents contents) {
    check(type, contents.path(), contents.type());
    contents.check(type);
    return new StoreReader<>(type, contents);
  }

  /**
   * @param found name of the store's type; empty when it is not known
   */
  private static void check(RecordType<?> type, String path, String found) {
    if (!found.isEmpty() && !found.equals(type.store())) {
      throw new UserError(
          String.format("%s is a store of %s; a store of %s is needed", path, found, type.store()));
    }
  }

  /** Checks that the directory holds a complete store. */
  public static boolean isComplete(String directory) {
    return StoreManifest.find(directory).isPresent();
  }

  /**
   * Returns the content of {@code _SUCCESS}; for files of another engine, made from their footers.
   */
  public StoreManifest manifest() {
    return contents.manifest();
  }

  /** Returns the key-value metadata of the first file: provenance, schema, hash of its rows. */
  public Map<String, String> metadata() {
    return contents.metadata();
  }

  /** Returns all row groups in file order; {@code firstRow} counts through the whole store. */
  public List<RowGroup> rowGroups() {
    return contents.rowGroups();
  }

  /** Returns the name of the row group's file in the manifest: unique in the store. */
  public String nameOf(RowGroup group) {
    return manifest().shards().get(contents.files().indexOf(group.file())).file();
  }

  /**
   * Counts the rows of every row group by the value of a column of text, in the order of {@link
   * #rowGroups}. No row is read where the footer tells: of a row group with a single value in its
   * statistics, and of our files whose type is {@linkplain RecordType#tallied tallied}.
   */
  public List<Map<String, Long>> tallies(String column) throws IOException {
    List<Map<String, Long>> tallies = new ArrayList<>();
    for (ParquetFooter footer : contents.footers()) {
      // Engines copy metadata from a file to another one with other rows.
      List<? extends Map<String, Long>> written =
          manifest().isForeign() ? List.of() : RowGroupTally.of(footer.metadata(), column);
      boolean isComplete = written.size() == footer.rowGroups().size();
      for (RowGroup group : footer.rowGroups()) {
        String constant = footer.constants().get(group.index()).get(column);
        if (constant != null) {
          tallies.add(Map.of(constant, group.rows()));
        } else if (isComplete && sum(written.get(group.index())) == group.rows()) {
          tallies.add(written.get(group.index()));
        } else {
          tallies.add(count(column, group));
        }
      }
    }
    return tallies;
  }

  private static long sum(Map<String, Long> tally) {
    return tally.values().stream().mapToLong(Long::longValue).sum();
  }

  private static Map<String, Long> count(String column, RowGroup group) throws IOException {
    Map<String, Long> counts = new TreeMap<>();
    try (RowReader<String> values = RowReader.ofText(column, group)) {
      values.forEachRemaining(value -> counts.merge(value, 1L, Long::sum));
    }
    return counts;
  }

  /** Returns the rows of one row group, in file order. The caller closes them. */
  public RowReader<T> read(RowGroup group) throws IOException {
    return RowReader.of(type, group);
  }

  /** Returns all rows of a small store, in its order. */
  public List<T> rows() {
    List<T> rows = new ArrayList<>();
    for (RowGroup group : rowGroups()) {
      try (RowReader<T> reader = read(group)) {
        reader.forEachRemaining(rows::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return rows;
  }

  /** Returns 32 hexadecimal digits that change with the rows, their order or the schema. */
  public String fingerprint() {
    return contents.fingerprint();
  }
}
