package org.vocabeam.transforms.source;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;

/**
 * Where images come from, listed by the driver and cut into parts that workers read. The parts
 * depend on the files alone, not on the number of workers.
 */
public final class ImageSource {
  private static final Pattern IMAGE = Pattern.compile(".*\\.(jpe?g|png)");
  private static final Pattern TAR = Pattern.compile(".*\\.(tar|tar\\.gz|tgz)");
  private static final Pattern PARQUET = Pattern.compile(".*\\.parquet");

  /** Guess for archives, whose members are not counted before they are read. */
  private static final long TAR_MEMBER_BYTES = 32 << 10;

  private final String kind;
  private final List<WorkItem> parts;
  private final boolean sequential;
  private final long images;
  private final long bytes;
  private final int channels;
  private final boolean raw;
  private final String fingerprint;

  private ImageSource(
      String kind,
      List<WorkItem> parts,
      boolean sequential,
      long images,
      long bytes,
      int channels,
      boolean raw,
      String fingerprint) {
    this.kind = kind;
    this.parts = parts;
    this.sequential = sequential;
    this.images = images;
    this.bytes = bytes;
    this.channels = channels;
    this.raw = raw;
    this.fingerprint = fingerprint;
  }

  /**
   * Lists a file or directory and finds out what it is: any {@code .jpg}, {@code .jpeg} or {@code
   * .png} in it makes it an image folder; else it is IDX files ({@code *images-idx3-ubyte[.gz]}),
   * tar archives ({@code .tar}, {@code .tar.gz}, {@code .tgz}) or Parquet files, if it holds some;
   * else an image folder whose files have no extension. Parquet files with the columns of an images
   * store are read as one, unless {@code options} name columns. Hidden files are left out.
   *
   * @throws UserError when there is nothing, or an IDX or Parquet file is not what it should be
   */
  public static ImageSource open(String input, SourceOptions options, DecodeOptions decode) {
    try {
      List<StoreFiles.Listed> files =
          StoreFiles.list(input).stream().filter(file -> !Layout.isHidden(file.name())).toList();
      if (files.isEmpty()) {
        throw new UserError(
            input
                + " is empty or not there; give a folder of images, a tar, IDX files or Parquet"
                + " files with an image column");
      }
      return open(input, files, options, decode);
    } catch (IOException e) {
      throw new UserError("cannot read " + input + ": " + e.getMessage(), e);
    }
  }

  private static ImageSource open(
      String input, List<StoreFiles.Listed> files, SourceOptions options, DecodeOptions decode)
      throws IOException {
    if (!StoreFiles.isFile(input, files)
        && StoreManifest.find(input).filter(StoreManifest::isView).isPresent()) {
      StoreReader<ImageRecord> view = StoreReader.open(ImageRecord.TYPE, input);
      return store(view.rowGroups(), view.fingerprint());
    }
    if (matching(files, IMAGE).isEmpty()) {
      List<StoreFiles.Listed> idx =
          files.stream().filter(file -> IdxRows.isImages(file.name())).toList();
      if (!idx.isEmpty()) {
        return idx(idx, decode);
      }
      List<StoreFiles.Listed> archives = matching(files, TAR);
      if (!archives.isEmpty()) {
        return tar(archives, Layout.parse(options.layout()));
      }
      List<StoreFiles.Listed> tables = matching(files, PARQUET);
      if (!tables.isEmpty()) {
        return options.namesColumns() || !StoreRows.are(tables)
            ? parquet(tables, options)
            : store(StoreRows.list(input, tables), fingerprint(tables));
      }
    }
    return folder(input, files, Layout.parse(options.layout()));
  }

  private static ImageSource folder(String input, List<StoreFiles.Listed> files, Layout layout) {
    String first = files.get(0).path();
    String root =
        StoreFiles.isFile(input, files)
            ? first.substring(0, first.length() - files.get(0).name().length())
            : input;
    List<String> names = files.stream().map(StoreFiles.Listed::name).toList();
    List<WorkItem> parts = FolderFiles.list(root, names, layout);
    return new ImageSource(
        "image folder", parts, false, files.size(), bytes(files), 3, false, fingerprint(files));
  }

  private static ImageSource idx(List<StoreFiles.Listed> files, DecodeOptions decode)
      throws IOException {
    List<WorkItem> parts = new ArrayList<>();
    long images = 0;
    long bytes = 0;
    for (StoreFiles.Listed file : files) {
      parts.addAll(IdxRows.list(file, decode.maxPixels()));
      IdxRows.Header header = IdxRows.imagesHeader(file);
      images += header.count();
      bytes += (long) header.count() * header.height() * header.width();
    }
    return new ImageSource("IDX", parts, false, images, bytes, 1, true, fingerprint(files));
  }

  private static ImageSource tar(List<StoreFiles.Listed> files, Layout layout) {
    List<WorkItem> parts = new ArrayList<>();
    for (StoreFiles.Listed file : files) {
      String prefix = files.size() == 1 ? "" : file.name() + "/";
      parts.add(new WorkItem(new TarMembers(file.path(), prefix, layout)));
    }
    long bytes = bytes(files);
    long images = bytes / TAR_MEMBER_BYTES + 1;
    return new ImageSource("tar", parts, true, images, bytes, 3, false, fingerprint(files));
  }

  private static ImageSource parquet(List<StoreFiles.Listed> files, SourceOptions options) {
    List<ParquetRows> parts = new ArrayList<>();
    for (StoreFiles.Listed file : files) {
      parts.addAll(ParquetRows.list(file, options));
    }
    return new ImageSource(
        "Parquet",
        parts.stream().map(WorkItem::new).toList(),
        false,
        parts.stream().mapToLong(part -> part.group().rows()).sum(),
        bytes(files),
        3,
        false,
        fingerprint(files));
  }

  private static ImageSource store(List<RowGroup> groups, String fingerprint) {
    return new ImageSource(
        "images store",
        groups.stream().map(group -> new WorkItem(new StoreRows(group))).toList(),
        false,
        groups.stream().mapToLong(RowGroup::rows).sum(),
        groups.stream().mapToLong(RowGroup::bytes).sum(),
        3,
        false,
        fingerprint);
  }

  /** What it was taken for: image folder, IDX, tar, Parquet or images store. */
  public String kind() {
    return kind;
  }

  /** Hash of the names and lengths of its image files or archives, not of where they are. */
  public String fingerprint() {
    return fingerprint;
  }

  /** About how many bytes the {@code images} store takes, for {@code WriteStore.shardsFor}. */
  public long storedBytes(DecodeOptions decode) {
    long square = (long) decode.resize() * decode.resize();
    if (square > 0) {
      return images * square * decode.channelsFor(channels);
    }
    return raw ? bytes / channels * decode.channelsFor(channels) : bytes;
  }

  /** The same without so many images that are stored already. */
  public long storedBytes(DecodeOptions decode, long known) {
    return known == 0
        ? storedBytes(decode)
        : Math.round((double) storedBytes(decode) * Math.max(0, images - known) / images);
  }

  /** How many there are; of archives a guess. */
  public long images() {
    return images;
  }

  public List<WorkItem> parts() {
    return parts;
  }

  /** Whether a part is read by one worker however large it is, so that decoding must be spread. */
  public boolean sequential() {
    return sequential;
  }

  private static List<StoreFiles.Listed> matching(List<StoreFiles.Listed> files, Pattern name) {
    return files.stream()
        .filter(file -> name.matcher(file.name().toLowerCase(Locale.ROOT)).matches())
        .toList();
  }

  private static long bytes(List<StoreFiles.Listed> files) {
    return files.stream().mapToLong(StoreFiles.Listed::bytes).sum();
  }

  private static String fingerprint(List<StoreFiles.Listed> files) {
    Hasher hasher = Hashing.murmur3_128().newHasher();
    for (StoreFiles.Listed file : files) {
      hasher.putLong(file.bytes()).putString(file.name() + "\0", StandardCharsets.UTF_8);
    }
    return hasher.hash().toString();
  }
}
