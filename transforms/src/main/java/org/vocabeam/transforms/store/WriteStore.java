package org.vocabeam.transforms.store;

import com.google.common.collect.Iterables;
import com.google.common.math.LongMath;
import java.io.IOException;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.parquet.ParquetFooter;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Writes rows as a store. The driver calls {@link #prepare} before the pipeline runs and {@link
 * #commit} when it has finished:
 *
 * <pre>{@code
 * WriteStore<ImageRecord> write = WriteStore.to(ImageRecord.TYPE, directory).withShards(4);
 * write.prepare(false);
 * images.apply(write);
 * pipeline.run().waitUntilFinish();
 * write.commit();
 * }</pre>
 *
 * <p>The output is one (file name, rows) for every shard, when its file is in place.
 */
public final class WriteStore<T> extends PTransform<PCollection<T>, PCollection<KV<String, Long>>> {
  private static final long serialVersionUID = 1L;

  /** Key of the metadata that names the store's type. */
  public static final String STORE = "vocabeam.store";

  /** Key of the metadata that holds the hash of a file's rows. */
  public static final String CONTENT = "vocabeam.content";

  /** Usual size of a file. */
  public static final int SHARD_MEGABYTES = 128;

  /** Usual size of a row group. */
  public static final long ROW_GROUP_BYTES = 6L << 20;

  private static final int MAX_SHARDS = 99_999;

  private final RecordType<T> type;
  private final String directory;
  private final int shards;
  private final long rowGroupBytes;
  private final Map<String, String> provenance;

  private WriteStore(
      RecordType<T> type,
      String directory,
      int shards,
      long rowGroupBytes,
      Map<String, String> provenance) {
    this.type = type;
    this.directory = directory;
    this.shards = shards;
    this.rowGroupBytes = rowGroupBytes;
    this.provenance = provenance;
  }

  /** Writes one shard with row groups of 6 MB and no provenance. */
  public static <T> WriteStore<T> to(RecordType<T> type, String directory) {
    return new WriteStore<>(type, directory, 1, ROW_GROUP_BYTES, Map.of());
  }

  /**
   * Sets the number of files, 1 to 99999. A shard is sorted by one worker, on its local disk:
   * {@link #shardsFor} keeps it small.
   */
  public WriteStore<T> withShards(int count) {
    if (count < 1 || count > MAX_SHARDS) {
      throw new UserError(
          String.format("shards: %d, must be 1 to %d; 128 MB a shard is usual", count, MAX_SHARDS));
    }
    return new WriteStore<>(type, directory, count, rowGroupBytes, provenance);
  }

  /** Sets the size at which a row group is closed, in bytes before compression; at least 1024. */
  public WriteStore<T> withRowGroupBytes(long bytes) {
    if (bytes < 1024) {
      throw new UserError("row group bytes: " + bytes + ", must be at least 1024; 6 MB is usual");
    }
    return new WriteStore<>(type, directory, shards, bytes, provenance);
  }

  /**
   * Sets the origin of the rows, for every file's key-value metadata and {@code _SUCCESS}. It must
   * be the same when the same command runs again: no time, no path.
   */
  public WriteStore<T> withProvenance(Map<String, String> entries) {
    return new WriteStore<>(type, directory, shards, rowGroupBytes, new TreeMap<>(entries));
  }

  /** Returns the directory of the store. */
  public String directory() {
    return directory;
  }

  /** Returns the provenance that goes into every file and into {@code _SUCCESS}. */
  public Map<String, String> provenance() {
    return provenance;
  }

  /** Returns the number of shards of about 128 MB for a number of bytes of rows. */
  public static int shardsFor(long bytes) {
    return shardsFor(bytes, SHARD_MEGABYTES);
  }

  /** Returns the number of shards of about {@code megabytes} MB, at least 1. */
  public static int shardsFor(long bytes, int megabytes) {
    if (megabytes < 1) {
      throw new UserError(
          String.format(
              "shard megabytes: %d, must be at least 1; %d is usual", megabytes, SHARD_MEGABYTES));
    }
    long shards = LongMath.divide(bytes, (long) megabytes << 20, RoundingMode.CEILING);
    return (int) Math.max(1, Math.min(MAX_SHARDS, shards));
  }

  /**
   * Makes the directory ready, before the pipeline runs: removes what an interrupted run left, and
   * the old store when {@code overwrite}.
   *
   * @throws UserError when there is a complete store and {@code overwrite} is false
   */
  public void prepare(boolean overwrite) throws IOException {
    Optional<StoreManifest> existing = StoreManifest.find(directory);
    if (existing.isPresent() && !overwrite) {
      throw new UserError(
          String.format(
              "%s already holds %s; ask to overwrite it, or choose another directory",
              directory,
              existing.get().isForeign()
                  ? "files of another engine"
                  : existing.get().store() + " (" + existing.get().rows() + " rows)"));
    }
    // First the marker: a store that loses files must not look complete.
    StoreFiles.delete(StoreFiles.resolve(directory, StoreManifest.FILE));
    removeParts(name -> true);
  }

  /**
   * Writes {@code _SUCCESS}, after the pipeline has finished.
   *
   * @return its content
   */
  public StoreManifest commit() throws IOException {
    List<StoreManifest.Shard> files = new ArrayList<>();
    long rows = 0;
    for (int shard = 0; shard < shards; shard++) {
      String name = fileName(shard, shards);
      ParquetFooter footer = ParquetFooter.read(StoreFiles.resolve(directory, name), rows);
      files.add(
          new StoreManifest.Shard(
              name,
              footer.rows(),
              Objects.requireNonNull(footer.metadata().get(CONTENT), "not a shard of a store")));
      rows += footer.rows();
    }
    removeParts(StoreFiles::isTemporary);
    StoreManifest manifest = new StoreManifest(type.store(), rows, files, provenance);
    manifest.write(directory);
    return manifest;
  }

  /**
   * Moves a complete store, with the files beside its own, to another place, where it replaces a
   * store. Until the last file has moved, there is no complete store at that place.
   */
  public void moveTo(String place) {
    try {
      to(type, place).prepare(true);
      for (StoreFiles.Listed file : StoreFiles.list(directory)) {
        if (!file.name().equals(StoreManifest.FILE)) {
          StoreFiles.rename(file.path(), StoreFiles.resolve(place, file.name()));
        }
      }
      StoreFiles.rename(
          StoreFiles.resolve(directory, StoreManifest.FILE),
          StoreFiles.resolve(place, StoreManifest.FILE));
      StoreFiles.deleteEmptyDirectory(directory);
    } catch (IOException e) {
      throw new UserError("cannot move " + directory + " to " + place + ": " + e.getMessage(), e);
    }
  }

  private void removeParts(Predicate<String> wanted) throws IOException {
    for (StoreFiles.Listed file : StoreFiles.list(directory)) {
      if (StoreFiles.PART.matcher(file.name()).matches() && wanted.test(file.name())) {
        StoreFiles.delete(file.path());
      }
    }
  }

  static String fileName(int shard, int shards) {
    return String.format("part-%05d-of-%05d.parquet", shard, shards);
  }

  @Override
  public PCollection<KV<String, Long>> expand(PCollection<T> rows) {
    Coder<KV<Integer, @Nullable T>> coder =
        KvCoder.of(VarIntCoder.of(), NullableCoder.of(type.coder()));
    // A null row for every shard, so that a shard without rows has a file.
    List<KV<Integer, @Nullable T>> empty =
        IntStream.range(0, shards).mapToObj(s -> KV.<Integer, @Nullable T>of(s, null)).toList();
    ShardWriter<T> writer = shardWriter();
    return PCollectionList.of(
            rows.apply("AssignShard", ParDo.of(new AssignShard<>(writer))).setCoder(coder))
        .and(rows.getPipeline().apply("Shards", Create.of(empty).withCoder(coder)))
        .apply("Flatten", Flatten.pCollections())
        .apply("GroupByShard", GroupByKey.create())
        .apply("WriteShard", ParDo.of(new WriteShard<>(writer)));
  }

  /** Returns a writer of single files, for a transform that makes whole shards itself. */
  public ShardWriter<T> shardWriter() {
    // In one order: Parquet writes them as they come, and a hash map keeps that of equal hashes.
    Map<String, String> metadata = new TreeMap<>(provenance);
    metadata.put(STORE, type.store());
    return new ShardWriter<>(type, directory, shards, metadata, rowGroupBytes);
  }

  private static final class AssignShard<T> extends DoFn<T, KV<Integer, @Nullable T>> {
    private static final long serialVersionUID = 1L;

    private final ShardWriter<T> writer;

    AssignShard(ShardWriter<T> writer) {
      this.writer = writer;
    }

    @ProcessElement
    public void assign(@Element T row, OutputReceiver<KV<Integer, @Nullable T>> out) {
      out.output(KV.of(writer.shardOf(writer.type().id(row)), row));
    }
  }

  private static final class WriteShard<T>
      extends DoFn<KV<Integer, Iterable<@Nullable T>>, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    private final ShardWriter<T> writer;

    WriteShard(ShardWriter<T> writer) {
      this.writer = writer;
    }

    @ProcessElement
    public void write(
        @Element KV<Integer, Iterable<@Nullable T>> shard, OutputReceiver<KV<String, Long>> out)
        throws IOException {
      Iterable<T> rows = Iterables.filter(shard.getValue(), Objects::nonNull);
      out.output(KV.of(writer.fileName(shard.getKey()), writer.write(shard.getKey(), rows)));
    }
  }
}
