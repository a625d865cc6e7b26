package org.vocabeam.transforms.source;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;

/**
 * IDX files of grey images, the format of MNIST: a big-endian header of magic number, count, height
 * and width, then the pixels. Labels are in the file beside it, if there is one. The id is the
 * file's name without {@code .gz}, {@code #} and the row: {@code train-images-idx3-ubyte#00042}.
 */
final class IdxFormat implements SourceFormat {
  private static final Pattern IMAGES =
      Pattern.compile("((?:.*/)?)([^/]*?)[-.]?images[-.]idx3-ubyte(\\.gz)?");
  private static final int IMAGES_MAGIC = 0x803;
  private static final int LABELS_MAGIC = 0x801;
  private static final int MAX_ROWS = 10_000;
  private static final int PART_BYTES = 16 << 20;

  /** Most parts of a gzipped file, because each decompresses all that is before it. */
  private static final int MAX_GZIP_PARTS = 8;

  @Override
  public String name() {
    return "IDX";
  }

  @Override
  public Optional<ImageSource> open(SourceFiles files) throws IOException {
    List<StoreFiles.Listed> listed = files.named(IMAGES.asMatchPredicate());
    if (listed.isEmpty()) {
      return Optional.empty();
    }
    List<Rows> parts = new ArrayList<>();
    long images = 0;
    long bytes = 0;
    for (StoreFiles.Listed file : listed) {
      Header header = header(file, IMAGES_MAGIC);
      parts.addAll(list(file, header, files.decode().maxPixels()));
      images += header.count;
      bytes += header.count * header.pixels();
    }
    return Optional.of(
        ImageSource.of(
            name(), parts, new SourceSize(images, bytes, 1, true), files, withLabels(listed)));
  }

  private static List<StoreFiles.Listed> withLabels(List<StoreFiles.Listed> images)
      throws IOException {
    List<StoreFiles.Listed> read = new ArrayList<>(images);
    for (StoreFiles.Listed file : images) {
      StoreFiles.Listed labels = labels(file.path());
      if (labels != null) {
        read.add(labels);
      }
    }
    return read;
  }

  /** Number and size of the images of a file. */
  private record Header(int count, int height, int width) {
    long pixels() {
      return (long) width * height;
    }
  }

  private static List<Rows> list(StoreFiles.Listed file, Header header, long maxPixels)
      throws IOException {
    long pixels = header.pixels();
    if (pixels < 1 || pixels > maxPixels) {
      throw new UserError(
          String.format(
              "%s holds images of %d x %d pixels; 1 to maxPixels (%d) are allowed",
              file.path(), header.width, header.height, maxPixels));
    }
    checkLength(file, 16 + header.count * pixels);
    StoreFiles.Listed labels = labels(file.path());
    if (labels != null) {
      int count = header(labels, LABELS_MAGIC).count;
      if (count != header.count) {
        throw new UserError(
            String.format(
                "%s has %d labels for the %d images of %s; the two files must be of one data set",
                labels.path(), count, header.count, file.path()));
      }
      checkLength(labels, 8 + (long) count);
    }
    int rows = (int) Math.max(1, Math.min(MAX_ROWS, PART_BYTES / pixels));
    if (Compression.isCompressed(file.path())) {
      rows = Math.max(rows, header.count / MAX_GZIP_PARTS + 1);
    }
    List<Rows> parts = new ArrayList<>();
    for (int from = 0; from < header.count; from += rows) {
      parts.add(
          new Rows(
              file.path(),
              labels == null ? null : labels.path(),
              file.name().replaceFirst("\\.gz$", ""),
              split(file.name()),
              header.width,
              header.height,
              from,
              Math.min(header.count, from + rows)));
    }
    return parts;
  }

  /** Returns the split in a file's name; MNIST calls its test set t10k. */
  private static String split(String name) {
    Matcher matcher = IMAGES.matcher(name);
    String prefix = matcher.matches() ? matcher.group(2) : "";
    if (prefix.isEmpty()) {
      return ImageRecord.NO_SPLIT;
    }
    if (prefix.endsWith("t10k") || prefix.endsWith("test")) {
      return "test";
    }
    return prefix.endsWith("train") ? "train" : prefix;
  }

  private static StoreFiles.@Nullable Listed labels(String images) throws IOException {
    int slash = images.lastIndexOf('/') + 1;
    String name = images.substring(slash).replaceFirst("\\.gz$", "");
    String labels =
        images.substring(0, slash) + name.replace("images", "labels").replace("idx3", "idx1");
    for (String candidate : List.of(labels, labels + ".gz")) {
      List<StoreFiles.Listed> found = StoreFiles.list(candidate);
      if (!found.isEmpty()) {
        return found.get(0);
      }
    }
    return null;
  }

  private static Header header(StoreFiles.Listed file, int magic) {
    try (DataInputStream in = new DataInputStream(Compression.open(file.path()))) {
      int actual = in.readInt();
      int count = in.readInt();
      if (actual != magic || count < 0) {
        throw new UserError(
            String.format(
                "%s begins with %08x; an IDX file of %s begins with %08x: fetch it again",
                file.path(), actual, magic == IMAGES_MAGIC ? "images" : "labels", magic));
      }
      return magic == IMAGES_MAGIC
          ? new Header(count, in.readInt(), in.readInt())
          : new Header(count, 1, 1);
    } catch (IOException e) {
      throw damaged(file.path(), e);
    }
  }

  /** Rejects a short file; a gzipped one shows its length only when it is read. */
  private static void checkLength(StoreFiles.Listed file, long promised) throws IOException {
    if (file.bytes() < promised && !Compression.isCompressed(file.path())) {
      throw tooShort(file.path(), null);
    }
  }

  private static UserError tooShort(String file, @Nullable Exception cause) {
    return new UserError(file + " ends before the last row of its header; fetch it again", cause);
  }

  private static UserError damaged(String file, IOException e) {
    return e instanceof EOFException
        ? tooShort(file, e)
        : new UserError("cannot read " + file + ": " + e.getMessage() + "; fetch it again", e);
  }

  /**
   * A range of rows of a file.
   *
   * @param name part of the id before {@code #}
   * @param from first row
   * @param to after the last row
   */
  private record Rows(
      String images,
      @Nullable String labels,
      String name,
      String split,
      int width,
      int height,
      int from,
      int to)
      implements WorkItem.Part {
    @Override
    public void read(int maxBytes, Consumer<SourceImage> out) {
      byte[] classes = labels == null ? null : readLabels(labels);
      try (DataInputStream in = new DataInputStream(Compression.open(images))) {
        in.skipNBytes(16 + (long) from * width * height);
        for (int row = from; row < to; row++) {
          byte[] pixels = new byte[width * height];
          in.readFully(pixels);
          out.accept(
              new SourceImage(
                  SourceImage.rowId(name, row),
                  classes == null ? null : String.valueOf(classes[row - from] & 0xFF),
                  split,
                  width,
                  height,
                  1,
                  pixels,
                  null));
        }
        in.read(); // makes gzip check its checksum at the end of the file
      } catch (IOException e) {
        throw damaged(images, e);
      }
    }

    private byte[] readLabels(String file) {
      try (DataInputStream in = new DataInputStream(Compression.open(file))) {
        in.skipNBytes(8 + (long) from);
        byte[] classes = new byte[to - from];
        in.readFully(classes);
        return classes;
      } catch (IOException e) {
        throw damaged(file, e);
      }
    }
  }
}
