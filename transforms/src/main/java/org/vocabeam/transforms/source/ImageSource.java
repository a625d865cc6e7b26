package org.vocabeam.transforms.source;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.files.UnreadFile;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ImageFormat;

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
  private final Content content;
  private final List<UnreadFile> unread;
  private final Origin origin;

  /** Reader of the content of a source. */
  private interface Content {
    /** Returns the content, by what is written beside a store if that is as new. */
    SourceContent read(String store) throws IOException;
  }

  private ImageSource(
      String kind,
      List<WorkItem> parts,
      SourceSize size,
      boolean sequential,
      Content content,
      List<UnreadFile> unread,
      Origin origin) {
    this.kind = kind;
    this.parts = parts;
    this.size = size;
    this.sequential = sequential;
    this.content = content;
    this.unread = unread;
    this.origin = origin;
  }

  /**
   * Returns a source whose parts are small.
   *
   * @param kind name for users
   * @param read files that decide its images and labels; others of the input are counted as unread
   * @param tables of labels, which decide them too, and are counted as that
   */
  static ImageSource of(
      String kind,
      List<? extends WorkItem.Part> parts,
      SourceSize size,
      SourceFiles files,
      List<StoreFiles.Listed> read,
      List<LabelTable> tables) {
    List<StoreFiles.Listed> decisive = new ArrayList<>(read);
    tables.forEach(table -> decisive.add(table.file()));
    return new ImageSource(
        kind,
        items(parts),
        size,
        false,
        store -> SourceContent.of(decisive, store),
        files.unreadBeside(read, tables),
        Origin.NONE);
  }

  /** Returns a source of the tables of a store, whose parts are small. */
  static ImageSource ofStore(
      String kind,
      List<? extends WorkItem.Part> parts,
      SourceSize size,
      List<StoreFiles.Listed> tables) {
    return new ImageSource(
        kind,
        items(parts),
        size,
        false,
        store -> SourceContent.of(tables, store),
        List.of(),
        Origin.of("the " + kind, "the " + kind));
  }

  /**
   * Returns a source of the tables of other stores, whose parts are small.
   *
   * @param fingerprint hash of its rows
   */
  static ImageSource ofView(
      String kind, List<? extends WorkItem.Part> parts, SourceSize size, String fingerprint) {
    return new ImageSource(
        kind,
        items(parts),
        size,
        false,
        store -> SourceContent.ofView(kind, fingerprint),
        List.of(),
        Origin.of("the " + kind, "the " + kind));
  }

  private static List<WorkItem> items(List<? extends WorkItem.Part> parts) {
    return parts.stream().map(WorkItem::new).toList();
  }

  /** Returns the same source with parts that may be large, so that decoding is spread. */
  ImageSource withSequentialParts() {
    return new ImageSource(kind, parts, size, true, content, unread, origin);
  }

  /** Returns the same source, whose labels and splits were found so. */
  ImageSource from(Origin other) {
    return new ImageSource(kind, parts, size, sequential, content, unread, other);
  }

  /**
   * Lists a file or directory and recognises its format. Any file named as an image ({@link
   * ImageFormat#hasFileName}) in a directory makes it an image folder; otherwise it is IDX files
   * ({@code *images-idx3-ubyte[.gz]}), archives (tar, also compressed, and zip) or Parquet files,
   * if it holds some; otherwise an image folder whose files have no extension. Parquet files with
   * the columns of an images store are read as one, unless {@code options} name columns. Hidden
   * files are left out.
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
        throw new UserError(
            String.format(
                "%s is empty or not there%s; give one of: %s",
                input, files.unread().isEmpty() ? "" : ", but for hidden files", formats));
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

  /** Name of the format for users: image folder, IDX, tar, zip, Parquet or images store. */
  public String kind() {
    return kind;
  }

  /**
   * Returns the content of the files that decide its images and labels. Local files are read to
   * their end, unless none has been touched since their content was written beside a store.
   *
   * @param store directory of the store; there may be none
   */
  public SourceContent content(String store) {
    try {
      return content.read(store);
    } catch (IOException e) {
      throw new UserError("cannot read the " + kind + ": " + e.getMessage(), e);
    }
  }

  /** Returns the places where labels and splits were found. */
  public Origin origin() {
    return origin;
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

  /** Files of the input that are not read, as far as listing tells; archives hold more. */
  public List<UnreadFile> unread() {
    return unread;
  }

  public List<WorkItem> parts() {
    return parts;
  }

  /** Returns true if one worker reads a part however large it is, so that decoding is spread. */
  public boolean sequential() {
    return sequential;
  }
}
