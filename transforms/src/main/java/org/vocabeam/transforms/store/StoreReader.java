package org.vocabeam.transforms.store;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vocabeam.models.UserError;

/** A complete store: its manifest and the footers of its files. */
public final class StoreReader<T> {
  private final RecordType<T> type;
  private final StoreManifest manifest;
  private final List<ParquetFooter> footers;

  private StoreReader(RecordType<T> type, StoreManifest manifest, List<ParquetFooter> footers) {
    this.type = type;
    this.manifest = manifest;
    this.footers = footers;
  }

  /**
   * Opens a store.
   *
   * @throws UserError when the directory holds no complete store of this type, or its files are not
   *     those that were committed
   */
  public static <T> StoreReader<T> open(RecordType<T> type, String directory) {
    StoreManifest manifest =
        StoreManifest.find(directory)
            .orElseThrow(
                () ->
                    new UserError(
                        directory
                            + " is not a complete store of "
                            + type.store()
                            + " (it has no _SUCCESS file); run the command that writes it"));
    if (!manifest.store().equals(type.store())) {
      throw new UserError(
          String.format(
              "%s is a store of %s; a store of %s is needed",
              directory, manifest.store(), type.store()));
    }
    List<ParquetFooter> footers = new ArrayList<>();
    long rows = 0;
    for (StoreManifest.Shard shard : manifest.shards()) {
      String file = StoreFiles.resolve(directory, shard.file());
      ParquetFooter footer;
      try {
        footer = ParquetFooter.read(file, rows);
      } catch (IOException | RuntimeException e) {
        throw new UserError(file + " is missing or damaged; write the store again", e);
      }
      if (!shard.content().equals(footer.metadata().get(WriteStore.CONTENT))) {
        throw new UserError(file + " is not the file that was committed; write the store again");
      }
      footers.add(footer);
      rows += footer.rows();
    }
    return new StoreReader<>(type, manifest, footers);
  }

  /** Whether the directory holds a complete store. */
  public static boolean isComplete(String directory) {
    return StoreManifest.find(directory).isPresent();
  }

  /** The content of {@code _SUCCESS}. */
  public StoreManifest manifest() {
    return manifest;
  }

  /** The key-value metadata of the first file: provenance, schema, hash of its rows. */
  public Map<String, String> metadata() {
    return footers.get(0).metadata();
  }

  /** All row groups in file order; {@code firstRow} counts through the whole store. */
  public List<RowGroup> rowGroups() {
    return footers.stream().flatMap(footer -> footer.rowGroups().stream()).toList();
  }

  /** The rows of one row group, in file order. */
  public RowReader<T> read(RowGroup group) throws IOException {
    return RowReader.of(type, group);
  }

  /** All rows of a small store, in its order. */
  public List<T> rows() {
    List<T> all = new ArrayList<>();
    for (RowGroup group : rowGroups()) {
      try (RowReader<T> rows = read(group)) {
        rows.forEachRemaining(all::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all;
  }

  /** 32 hexadecimal digits that change with the rows, their order or the schema. */
  public String fingerprint() {
    Hasher hasher = Hashing.murmur3_128().newHasher();
    hasher.putString(footers.get(0).schema().toString(), StandardCharsets.UTF_8);
    for (StoreManifest.Shard shard : manifest.shards()) {
      hasher.putLong(shard.rows()).putString(shard.content(), StandardCharsets.UTF_8);
    }
    return hasher.hash().toString();
  }
}
