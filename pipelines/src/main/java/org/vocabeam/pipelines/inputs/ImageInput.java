package org.vocabeam.pipelines.inputs;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.runner.TypedCommand;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.files.Unread;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.ShortSide;
import org.vocabeam.transforms.source.ImageSource;
import org.vocabeam.transforms.source.SourceOptions;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.statistics.NamedCount;
import org.vocabeam.transforms.store.WriteStore;

/**
 * Images that a store is made of: where they are, how they are read, and how they are stored.
 *
 * <pre>{@code
 * ImageInput photos = ImageInput.of("photos").decoded(new DecodeOptions(64, 50_000_000, "rgb"));
 * }</pre>
 *
 * @param input folder or file
 * @param source what the input does not say itself
 * @param decode what is made of an image
 * @param shards files of the images store; 0 chooses by size
 * @param shardMegabytes size of a file, about, where {@code shards} is 0
 * @param rowGroupBytes size of a row group before compression, at least 1024
 * @param strict refuses to complete a store that lacks a file of the input
 */
public record ImageInput(
    String input,
    SourceOptions source,
    DecodeOptions decode,
    int shards,
    int shardMegabytes,
    long rowGroupBytes,
    boolean strict) {

  public ImageInput {
    // The store's own limits, before anything is read or waited for.
    WriteStore.to(ImageRecord.TYPE, input)
        .withShards(shards == 0 ? 1 : shards)
        .withRowGroupBytes(rowGroupBytes);
    WriteStore.shardsFor(0, shardMegabytes);
  }

  /** Returns an input that is read and stored by the defaults. */
  public static ImageInput of(String input) {
    return new ImageInput(
        input,
        SourceOptions.usual(),
        DecodeOptions.keep(),
        0,
        WriteStore.SHARD_MEGABYTES,
        WriteStore.ROW_GROUP_BYTES,
        false);
  }

  /** Returns the same input, of whose images something else is made. */
  public ImageInput decoded(DecodeOptions other) {
    return new ImageInput(input, source, other, shards, shardMegabytes, rowGroupBytes, strict);
  }

  /** Lists the input. */
  public ImageSource open() {
    ImageSource opened = ImageSource.open(input, source, decode);
    System.err.printf("Reading %s (%s)%n", input, opened.kind());
    return opened;
  }

  /**
   * Returns the number of files of the images store.
   *
   * @param known images of the source that are not stored again
   */
  public int files(ImageSource opened, long known) {
    return shards == 0
        ? WriteStore.shardsFor(opened.storedBytes(decode, known), shardMegabytes)
        : shards;
  }

  /** Returns what decides the rows of a store: entries of its provenance. */
  public Map<String, String> reading() {
    Map<String, String> entries = new TreeMap<>();
    entries.put("layout", source.layout());
    if (source.fileColumn() != null) {
      entries.put("fileColumn", source.fileColumn());
    }
    entries.put("resize", Integer.toString(decode.resize()));
    entries.put(Provenance.SHORT_SIDE, decode.shortSide().provenance());
    entries.put("colour", decode.colour());
    entries.put(Provenance.BACKGROUND, decode.background().word());
    entries.put("maxPixels", Long.toString(decode.maxPixels()));
    entries.put("imageColumn", Objects.toString(source.imageColumn(), ""));
    entries.put("labelColumn", Objects.toString(source.labelColumn(), ""));
    entries.put("splitColumn", Objects.toString(source.splitColumn(), ""));
    return entries;
  }

  /**
   * Returns the provenance of a store: what decides its bytes. {@code shardMegabytes} does so by
   * the number of files alone.
   *
   * @param content what decides the images
   */
  public Map<String, String> provenance(String content, int files) {
    Map<String, String> provenance = reading();
    provenance.put("command", "ingest");
    provenance.put(Provenance.VERSION, Version.read());
    provenance.put(Provenance.INPUT, content);
    provenance.put(Provenance.SHARDS, Integer.toString(files));
    provenance.put(Provenance.ROW_GROUP_BYTES, Long.toString(rowGroupBytes));
    return provenance;
  }

  /** Returns {@code --input} and the options that differ from their defaults. */
  public List<String> options() {
    ImageInput usual = of(input);
    return TypedCommand.of("")
        .with("input", input)
        .unless(usual.source.layout(), "layout", source.layout())
        .ifGiven("labels", source.labels())
        .unless(usual.decode.resize(), "resize", decode.resize())
        .unless(usual.decode.shortSide().pixels(), "shortSide", decode.shortSide().pixels())
        .unless(usual.decode.shortSide().encoding(), "encoding", decode.shortSide().encoding())
        .unless(usual.decode.shortSide().quality(), "quality", quality())
        .unless(usual.decode.colour(), "colour", decode.colour())
        .unless(usual.decode.background().word(), "background", decode.background().word())
        .unless(usual.decode.maxPixels(), "maxPixels", decode.maxPixels())
        .ifGiven("imageColumn", source.imageColumn())
        .ifGiven("fileColumn", source.fileColumn())
        .ifGiven("labelColumn", source.labelColumn())
        .ifGiven("splitColumn", source.splitColumn())
        .unless(usual.shards, "shards", shards)
        .unless(usual.shardMegabytes, "shardMegabytes", shardMegabytes)
        .unless(usual.rowGroupBytes, "rowGroupBytes", rowGroupBytes)
        .flag("strict", strict)
        .options();
  }

  /**
   * Refuses to complete a store of a strict input that lacks some of its files.
   *
   * @param statistics of the images
   * @param store rejected store
   */
  public void refuseLost(ImageStatistics statistics, String store) {
    if (!strict) {
      return;
    }
    RejectedFiles rejected = RejectedFiles.read(store);
    SortedMap<String, RejectedFiles.Reason> lost = new TreeMap<>(rejected.reasons());
    for (Unread reason : Unread.values()) {
      NamedCount unread = statistics.unread().get(reason.reason());
      if (unread != null && !reason.isMeant()) {
        lost.put(reason.reason(), new RejectedFiles.Reason(unread.count(), unread.names()));
      }
    }
    RejectedFiles files = new RejectedFiles(lost);
    if (files.count() > 0) {
      throw new UserError(
          String.format(
              "files of %s are no images: %s; mend or remove them, or leave out --strict",
              input, files.text()));
    }
  }

  /** Returns the quality of scaled images, or null when they are stored without loss. */
  private @Nullable Integer quality() {
    ShortSide shortSide = decode.shortSide();
    return shortSide.encoding().equals(ImageRecord.JPEG) ? shortSide.quality() : null;
  }
}
