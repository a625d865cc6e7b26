package org.vocabeam.transforms.source;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;

/**
 * IDX files of images, the format of MNIST: a big-endian header of magic number, count, height and
 * width, then the pixels. Images of four dimensions have one or three channels, before or after
 * their height and width. Labels are in the file beside it, if there is one: numbers of any type;
 * of several an image, as in QMNIST, the first is its class. The id is the file's name without
 * {@code .gz}, {@code #} and the row: {@code train-images-idx3-ubyte#00042}.
 */
final class IdxFormat implements SourceFormat {
  private static final Pattern IMAGES =
      Pattern.compile(
          "(?<directory>(?:.*/)?)(?<prefix>[^/]*?)(?<dash>[-_.]?)images?[-_.]idx[34]"
              + "(?:[-_.]ubyte)?(?:\\.(?:gz|bz2|xz|zst))?",
          Pattern.CASE_INSENSITIVE);

  private static final String LABELS = "labels?[-_.]idx[12](?:[-_.](?:ubyte|byte|short|int))?";
  private static final String COMPRESSED = "(\\.(gz|bz2|xz|zst))?$";

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
    List<StoreFiles.Listed> beside = beside(files);
    List<Rows> parts = new ArrayList<>();
    List<StoreFiles.Listed> read = new ArrayList<>(listed);
    List<String> warnings = new ArrayList<>();
    long images = 0;
    long bytes = 0;
    int channels = 1;
    for (StoreFiles.Listed file : listed) {
      Pixels pixels = Pixels.of(header(file), file.path());
      Optional<StoreFiles.Listed> labels = labels(file, beside);
      labels.ifPresent(read::add);
      if (labels.isEmpty()) {
        warnings.add(
            String.format(
                "there is no file of labels beside %s: its images have none", file.name()));
      }
      parts.addAll(list(file, pixels, labels.orElse(null), files.decode().maxPixels()));
      images += pixels.count;
      bytes += pixels.count * pixels.bytes();
      channels = Math.max(channels, pixels.channels);
    }
    return Optional.of(
        ImageSource.of(
                name(),
                parts,
                new SourceSize(images, bytes, channels, true),
                files,
                read,
                List.of())
            .from(
                new Origin(
                    "the files of labels", "the names of the files", List.copyOf(warnings))));
  }

  /** Returns the files among which labels may be. */
  private static List<StoreFiles.Listed> beside(SourceFiles files) throws IOException {
    if (!files.isFile()) {
      return files.listed();
    }
    String path = files.listed().get(0).path();
    return StoreFiles.list(path.substring(0, path.lastIndexOf('/') + 1));
  }

  /**
   * Header of an IDX file.
   *
   * @param type of the values, by its code in the file
   */
  private record Header(int type, int[] shape) {
    int offset() {
      return 4 + 4 * shape.length;
    }

    /** Returns the number of bytes of a value, or 0 for a type that is none. */
    int valueBytes() {
      return switch (type) {
        case 0x08, 0x09 -> 1;
        case 0x0B -> 2;
        case 0x0C, 0x0D -> 4;
        case 0x0E -> 8;
        default -> 0;
      };
    }
  }

  /**
   * Number and size of the images of a file.
   *
   * @param planes true if an image is stored channel by channel
   */
  private record Pixels(int offset, int count, int height, int width, int channels, boolean planes)
      implements Serializable {

    static Pixels of(Header header, String file) {
      int[] shape = header.shape;
      if (header.type == 0x08 && shape.length == 3) {
        return new Pixels(header.offset(), shape[0], shape[1], shape[2], 1, false);
      }
      if (header.type == 0x08 && shape.length == 4) {
        if (isChannels(shape[3])) {
          return new Pixels(header.offset(), shape[0], shape[1], shape[2], shape[3], false);
        }
        if (isChannels(shape[1])) {
          return new Pixels(header.offset(), shape[0], shape[2], shape[3], shape[1], true);
        }
      }
      throw new UserError(
          String.format(
              "%s begins with 0000%02x%02x and holds %s; images are bytes (00000803 or 00000804) of"
                  + " height x width, with 1 or 3 channels before or after: write it so",
              file,
              header.type,
              shape.length,
              Arrays.stream(shape).mapToObj(String::valueOf).collect(Collectors.joining(" x "))));
    }

    private static boolean isChannels(int size) {
      return size == 1 || size == 3;
    }

    long bytes() {
      return (long) width * height * channels;
    }

    /** Returns the values of an image with its channels together. */
    byte[] interleaved(byte[] values) {
      if (!planes || channels == 1) {
        return values;
      }
      byte[] pixels = new byte[values.length];
      int plane = width * height;
      for (int i = 0; i < values.length; i++) {
        pixels[i % plane * channels + i / plane] = values[i];
      }
      return pixels;
    }
  }

  private static List<Rows> list(
      StoreFiles.Listed file, Pixels pixels, StoreFiles.@Nullable Listed labels, long maxPixels)
      throws IOException {
    long area = (long) pixels.width * pixels.height;
    if (area < 1 || area > maxPixels) {
      throw new UserError(
          String.format(
              "%s holds images of %d x %d pixels; 1 to maxPixels (%d) are allowed",
              file.path(), pixels.width, pixels.height, maxPixels));
    }
    checkLength(file, pixels.offset + pixels.count * pixels.bytes());
    Classes classes = labels == null ? null : classes(labels, file, pixels.count);
    int rows = (int) Math.max(1, Math.min(MAX_ROWS, PART_BYTES / pixels.bytes()));
    if (Compression.isCompressed(file.path())) {
      rows = Math.max(rows, pixels.count / MAX_GZIP_PARTS + 1);
    }
    List<Rows> parts = new ArrayList<>();
    for (int from = 0; from < pixels.count; from += rows) {
      parts.add(
          new Rows(
              file.path(),
              classes,
              file.name().replaceFirst(COMPRESSED, ""),
              split(file.name()),
              pixels,
              from,
              Math.min(pixels.count, from + rows)));
    }
    return parts;
  }

  private static Classes classes(StoreFiles.Listed labels, StoreFiles.Listed images, int count)
      throws IOException {
    Header header = header(labels);
    if (header.valueBytes() == 0 || header.shape.length < 1 || header.shape.length > 2) {
      throw new UserError(
          String.format(
              "%s begins with 0000%02x%02x; labels are numbers, one or one row an image (00000801,"
                  + " 00000c02): fetch it again",
              labels.path(), header.type, header.shape.length));
    }
    if (header.shape[0] != count) {
      throw new UserError(
          String.format(
              "%s has %d labels for the %d images of %s; the two files must be of one data set",
              labels.path(), header.shape[0], count, images.path()));
    }
    int columns = header.shape.length == 1 ? 1 : header.shape[1];
    checkLength(labels, header.offset() + (long) count * columns * header.valueBytes());
    return new Classes(labels.path(), header.offset(), header.type, header.valueBytes(), columns);
  }

  /** Returns the split in a file's name; MNIST calls its test set t10k. */
  private static String split(String name) {
    Matcher matcher = IMAGES.matcher(name);
    String prefix = matcher.matches() ? matcher.group("prefix") : "";
    if (prefix.isEmpty()) {
      return ImageRecord.NO_SPLIT;
    }
    return prefix.endsWith("t10k") ? "test" : Splits.ofFile(prefix).orElse(prefix);
  }

  /** Returns the file of labels of a file of images. */
  private static Optional<StoreFiles.Listed> labels(
      StoreFiles.Listed images, List<StoreFiles.Listed> beside) {
    Matcher name = IMAGES.matcher(images.path());
    if (!name.matches()) {
      return Optional.empty();
    }
    Pattern labels =
        Pattern.compile(
            Pattern.quote(name.group("directory") + name.group("prefix") + name.group("dash"))
                + LABELS
                + COMPRESSED,
            Pattern.CASE_INSENSITIVE);
    return beside.stream().filter(file -> labels.matcher(file.path()).matches()).findFirst();
  }

  private static Header header(StoreFiles.Listed file) {
    try (DataInputStream in = new DataInputStream(Compression.open(file.path()))) {
      int magic = in.readInt();
      int dimensions = magic & 0xFF;
      if (magic >>> 16 != 0 || dimensions == 0 || dimensions > 4) {
        throw new UserError(
            String.format(
                "%s begins with %08x; an IDX file begins with 0000, the type of its values and the"
                    + " number of its dimensions, as 00000803: fetch it again",
                file.path(), magic));
      }
      int[] shape = new int[dimensions];
      for (int i = 0; i < dimensions; i++) {
        shape[i] = in.readInt();
        if (shape[i] < 0) {
          throw new UserError(
              String.format("%s has the negative size %d; fetch it again", file.path(), shape[i]));
        }
      }
      return new Header(magic >> 8, shape);
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
   * File of labels.
   *
   * @param offset of the first
   * @param columns values of an image, of which the first is the class
   */
  private record Classes(String file, int offset, int type, int valueBytes, int columns)
      implements Serializable {
    /** Reads the labels of a range of rows. */
    List<String> read(int from, int to) {
      int rowBytes = valueBytes * columns;
      try (DataInputStream in = new DataInputStream(Compression.open(file))) {
        in.skipNBytes(offset + (long) from * rowBytes);
        ByteBuffer values = ByteBuffer.allocate((to - from) * rowBytes);
        in.readFully(values.array());
        List<String> labels = new ArrayList<>();
        for (int row = 0; row < to - from; row++) {
          labels.add(Labels.of(text(values, row * rowBytes)));
        }
        return labels;
      } catch (IOException e) {
        throw damaged(file, e);
      }
    }

    private String text(ByteBuffer values, int at) {
      return switch (type) {
        case 0x08 -> Integer.toString(values.get(at) & 0xFF);
        case 0x09 -> Integer.toString(values.get(at));
        case 0x0B -> Integer.toString(values.getShort(at));
        case 0x0C -> Integer.toString(values.getInt(at));
        case 0x0D -> Float.toString(values.getFloat(at));
        default -> Double.toString(values.getDouble(at));
      };
    }
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
      @Nullable Classes classes,
      String name,
      String split,
      Pixels pixels,
      int from,
      int to)
      implements WorkItem.Part {
    @Override
    public void read(int maxBytes, Consumer<SourceImage> out) {
      List<String> labels = classes == null ? null : classes.read(from, to);
      try (DataInputStream in = new DataInputStream(Compression.open(images))) {
        in.skipNBytes(pixels.offset + from * pixels.bytes());
        for (int row = from; row < to; row++) {
          byte[] values = new byte[(int) pixels.bytes()];
          in.readFully(values);
          out.accept(
              new SourceImage(
                  SourceImage.rowId(name, row),
                  labels == null ? null : labels.get(row - from),
                  split,
                  pixels.width,
                  pixels.height,
                  pixels.channels,
                  pixels.interleaved(values),
                  null));
        }
        in.read(); // makes gzip check its checksum at the end of the file
      } catch (IOException e) {
        throw damaged(images, e);
      }
    }
  }
}
