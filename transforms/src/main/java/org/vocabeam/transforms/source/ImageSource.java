package org.vocabeam.transforms.source;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.image.DecodeOptions;

/**
 * Source of images, listed by the driver and cut into parts that workers read. The parts depend on
 * the files alone, not on the number of workers.
 *
 * <pre>{@code
 * ImageSource source = ImageSource.open("photos", SourceOptions.usual(), DecodeOptions.keep());
 * }</pre>
 */
public final class ImageSource {
  private final String kind;
  private final List<WorkItem> parts;
  private final SourceSize size;
  private final boolean sequential;
  private final String fingerprint;

  private ImageSource(
      String kind, List<WorkItem> parts, SourceSize size, boolean sequential, String fingerprint) {
    this.kind = kind;
    this.parts = parts;
    this.size = size;
    this.sequential = sequential;
    this.fingerprint = fingerprint;
  }

  /**
   * Returns a source whose parts are small.
   *
   * @param kind name for users
   * @param fingerprint hash of its files, the same wherever they are
   */
  static ImageSource of(
      String kind, List<? extends WorkItem.Part> parts, SourceSize size, String fingerprint) {
    return new ImageSource(
        kind, parts.stream().map(WorkItem::new).toList(), size, false, fingerprint);
  }

  /** Returns the same source with parts that may be large, so that decoding is spread. */
  ImageSource withSequentialParts() {
    return new ImageSource(kind, parts, size, true, fingerprint);
  }

  /**
   * Lists a file or directory and recognises its format. Any {@code .jpg}, {@code .jpeg} or {@code
   * .png} in a directory makes it an image folder; otherwise it is IDX files ({@code
   * *images-idx3-ubyte[.gz]}), tar archives ({@code .tar}, {@code .tar.gz}, {@code .tgz}) or
   * Parquet files, if it holds some; otherwise an image folder whose files have no extension.
   * Parquet files with the columns of an images store are read as one, unless {@code options} name
   * columns. Hidden files are left out.
   *
   * @throws UserError when there is no file, or an IDX or Parquet file is damaged or does not fit
   *     the options
   */
  public static ImageSource open(String input, SourceOptions options, DecodeOptions decode) {
    try {
      SourceFiles files = SourceFiles.list(input, options, decode);
      if (files.listed().isEmpty()) {
        String formats =
            SourceFormat.ALL.stream()
                .map(SourceFormat::name)
                .distinct()
                .collect(Collectors.joining(", "));
        throw new UserError(input + " is empty or not there; give one of: " + formats);
      }
      for (SourceFormat format : SourceFormat.ALL) {
        Optional<ImageSource> source = format.open(files);
        if (source.isPresent()) {
          return source.get();
        }
      }
      return FolderFormat.list(files);
    } catch (IOException e) {
      throw new UserError("cannot read " + input + ": " + e.getMessage(), e);
    }
  }

  /** Name of the format for users: image folder, IDX, tar, Parquet or images store. */
  public String kind() {
    return kind;
  }

  /** Hash of the names and lengths of its image files or archives, the same wherever they are. */
  public String fingerprint() {
    return fingerprint;
  }

  /** Returns about how many bytes the images store takes, for {@code WriteStore.shardsFor}. */
  public long storedBytes(DecodeOptions decode) {
    return size.storedBytes(decode);
  }

  /** Returns the same without {@code known} images that are stored already. */
  public long storedBytes(DecodeOptions decode, long known) {
    return known == 0
        ? storedBytes(decode)
        : Math.round((double) storedBytes(decode) * Math.max(0, images() - known) / images());
  }

  /** Number of images; a guess for archives. */
  public long images() {
    return size.images();
  }

  public List<WorkItem> parts() {
    return parts;
  }

  /** Returns true if one worker reads a part however large it is, so that decoding is spread. */
  public boolean sequential() {
    return sequential;
  }
}
