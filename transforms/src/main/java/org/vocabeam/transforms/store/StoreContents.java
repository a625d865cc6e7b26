package org.vocabeam.transforms.store;

import com.google.common.hash.Funnels;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.ByteStreams;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.parquet.ColumnMatch;
import org.vocabeam.transforms.parquet.ParquetFooter;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowGroup;

/**
 * Files of a complete store and their footers, whatever its type and whoever wrote it.
 *
 * @param path the directory; of a single file, that file
 * @param manifest of {@code _SUCCESS}; for files of another engine it is made from their footers,
 *     and names no store
 * @param files paths, in the order of their names; at least one
 * @param footers of the files
 */
public record StoreContents(
    String path, StoreManifest manifest, List<String> files, List<ParquetFooter> footers) {
  private static final String PARQUET = ".parquet";

  /**
   * Opens a directory with a {@code _SUCCESS} file.
   *
   * @param what the expected kind, for the message: {@code store of images}
   * @throws UserError when it is no complete store, or its files are not those that were committed
   */
  public static StoreContents open(String directory, String what) {
    StoreManifest manifest = manifest(directory, what);
    return manifest.isForeign() ? foreign(directory) : committed(directory, manifest);
  }

  /** Returns what {@code _SUCCESS} holds, as {@link #open}, and opens no other file. */
  static StoreManifest manifest(String directory, String what) {
    return StoreManifest.find(directory)
        .orElseThrow(
            () -> new UserError(directory + " is not a complete " + what + why(directory)));
  }

  /** Returns a Parquet file by itself. */
  public static StoreContents ofFile(String file) {
    String name = file.substring(file.lastIndexOf('/') + 1);
    return foreign(file, List.of(new StoreFiles.Listed(file, name, 0, 0)));
  }

  private static String why(String directory) {
    List<String> tables = tables(directory).map(StoreFiles.Listed::name).toList();
    if (tables.isEmpty() || tables.stream().anyMatch(t -> StoreFiles.PART.matcher(t).matches())) {
      return " (it has no _SUCCESS file); run the command that writes it";
    }
    return String.format(
        " (it has no _SUCCESS file); if another engine has written its files to the end, say so"
            + " with: touch %s",
        StoreFiles.resolve(directory, StoreManifest.FILE));
  }

  private static Stream<StoreFiles.Listed> tables(String directory) {
    try {
      return StoreFiles.list(directory).stream().filter(f -> f.name().endsWith(PARQUET));
    } catch (IOException e) {
      throw new UserError("cannot list " + directory + ": " + e.getMessage(), e);
    }
  }

  private static StoreContents committed(String directory, StoreManifest manifest) {
    List<String> files = new ArrayList<>();
    List<ParquetFooter> footers = new ArrayList<>();
    long rows = 0;
    for (StoreManifest.Shard shard : manifest.shards()) {
      String file = StoreFiles.resolve(directory, shard.file());
      ParquetFooter footer = footer(file, rows);
      if (!shard.content().equals(footer.metadata().get(WriteStore.CONTENT))) {
        throw new UserError(file + " is not the file that was committed; write the store again");
      }
      files.add(file);
      footers.add(footer);
      rows += footer.rows();
    }
    return new StoreContents(directory, manifest, List.copyOf(files), List.copyOf(footers));
  }

  private static StoreContents foreign(String directory) {
    List<StoreFiles.Listed> files = tables(directory).toList();
    if (files.isEmpty()) {
      throw new UserError(
          directory + " has a _SUCCESS file but no .parquet file; write the store again");
    }
    for (StoreFiles.Listed file : files) {
      if (file.name().contains("/")) {
        throw new UserError(
            file.path()
                + " is in a subdirectory; partitioned tables are not read: write all files of the"
                + " store into one directory");
      }
    }
    return foreign(directory, files);
  }

  private static StoreContents foreign(String path, List<StoreFiles.Listed> files) {
    List<ParquetFooter> footers = new ArrayList<>();
    List<StoreManifest.Shard> shards = new ArrayList<>();
    long rows = 0;
    for (StoreFiles.Listed file : files) {
      ParquetFooter footer = footer(file.path(), rows);
      footers.add(footer);
      shards.add(new StoreManifest.Shard(file.name(), footer.rows(), ""));
      rows += footer.rows();
    }
    return new StoreContents(
        path,
        new StoreManifest("", rows, List.copyOf(shards), Map.of()),
        files.stream().map(StoreFiles.Listed::path).toList(),
        List.copyOf(footers));
  }

  private static ParquetFooter footer(String file, long firstRow) {
    try {
      return ParquetFooter.read(file, firstRow);
    } catch (UserError e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new UserError(file + " is missing or damaged; write the store again", e);
    }
  }

  /** Returns the type of the store by its manifest or its files; empty when they do not tell. */
  public String type() {
    return manifest.isForeign() ? metadata().getOrDefault(WriteStore.STORE, "") : manifest.store();
  }

  /** Returns the key-value metadata of the first file: provenance, schema, hash of its rows. */
  public Map<String, String> metadata() {
    return footers.get(0).metadata();
  }

  /** Returns all row groups in file order; {@code firstRow} counts through the whole store. */
  public List<RowGroup> rowGroups() {
    return footers.stream().flatMap(footer -> footer.rowGroups().stream()).toList();
  }

  /**
   * Checks that the rows can be read as records of a type.
   *
   * @throws UserError naming the column that is missing or of another type
   */
  void check(RecordType<?> type) {
    for (int i = 0; i < files.size(); i++) {
      try {
        ColumnMatch.project(type.schema(), footers.get(i).schema());
      } catch (ColumnMatch.MismatchException e) {
        throw new UserError(
            String.format(
                "%s is no file of a store of %s: it %s; %s",
                files.get(i), type.store(), e.getMessage(), remedy()),
            e);
      }
    }
  }

  private String remedy() {
    String version = metadata().get("version");
    return manifest.isForeign()
        ? "write the files with that column"
        : "it is of another version"
            + (version == null ? "" : " (" + version + ")")
            + ": write the store again with this one";
  }

  /** Returns true when the rows can be read as records of a type. */
  public boolean matches(RecordType<?> type) {
    try {
      for (ParquetFooter footer : footers) {
        ColumnMatch.project(type.schema(), footer.schema());
      }
      return true;
    } catch (ColumnMatch.MismatchException e) {
      return false;
    }
  }

  /**
   * Returns 32 hexadecimal digits that change with the rows, their order or the schema. All bytes
   * of another engine's files are read for it: their footers need not change with a pixel.
   */
  public String fingerprint() {
    Hasher hasher = Hashing.murmur3_128().newHasher();
    hasher.putString(footers.get(0).schema().toString(), StandardCharsets.UTF_8);
    for (int i = 0; i < files.size(); i++) {
      StoreManifest.Shard shard = manifest.shards().get(i);
      String content = manifest.isForeign() ? contentHash(files.get(i)) : shard.content();
      hasher.putLong(shard.rows()).putString(content, StandardCharsets.UTF_8);
    }
    return hasher.hash().toString();
  }

  private static String contentHash(String file) {
    Hasher hasher = Hashing.murmur3_128().newHasher();
    try (InputStream in = StoreFiles.open(file);
        OutputStream out = Funnels.asOutputStream(hasher)) {
      ByteStreams.copy(in, out);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
    }
    return hasher.hash().toString();
  }
}
