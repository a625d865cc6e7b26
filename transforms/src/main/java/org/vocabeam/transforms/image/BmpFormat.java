package org.vocabeam.transforms.image;

import java.nio.ByteBuffer;
import java.util.Set;
import java.util.regex.Pattern;

/** BMP of Windows and OS/2: palettes, 16, 24 and 32 bits, masks, run lengths. */
final class BmpFormat implements ImageFormat {
  private static final Pattern FILE_NAMES = ImageFormat.names("bmp", "dib");

  /** Lengths of the known headers; without this check every text with "BM" would be a BMP. */
  private static final Set<Integer> HEADERS = Set.of(12, 40, 52, 56, 64, 108, 124);

  private static final int FILE_HEAD = 14;
  private static final int OS2 = 12;
  private static final int OS2_V2 = 64;
  private static final int WINDOWS = 40;
  private static final int MASKS = FILE_HEAD + WINDOWS;

  private static final int PLAIN = 0;
  private static final int RLE8 = 1;
  private static final int RLE4 = 2;
  private static final int BY_MASKS = 3;
  private static final int BY_MASKS_AND_OPACITY = 6;

  @Override
  public Pattern fileNames() {
    return FILE_NAMES;
  }

  @Override
  public boolean recognises(byte[] start) {
    return start.length >= 18
        && Bytes.match(start, 0, 'B', 'M')
        && HEADERS.contains(Bytes.littleEndian(start).getInt(FILE_HEAD));
  }

  @Override
  public Rejection corrupt() {
    return Rejection.CORRUPT_BMP;
  }

  @Override
  public ImageHeader readHeader(byte[] file, long maxPixels) throws RejectedException {
    Head head = Head.read(file);
    ImageHeader.checkSize(head.width, head.rows(), maxPixels, corrupt());
    if (!head.isSupported()) {
      throw new RejectedException(Rejection.UNSUPPORTED_BMP);
    }
    // The last row needs no padding.
    long needed = head.offset + head.rowBytes() * (head.rows() - 1) + head.usedBytes();
    if (!head.isRunLength() && needed > file.length) {
      throw new RejectedException(Rejection.TRUNCATED_BMP);
    }
    return new ImageHeader("bmp", head.width, (int) head.rows(), 3, 1, false);
  }

  @Override
  public Pixels decode(byte[] file, ImageHeader header, Background background)
      throws RejectedException {
    Head head = Head.read(file);
    int width = header.width();
    int height = header.height();
    if (head.bits <= 8) {
      byte[] indexes = new byte[width * height];
      if (head.isRunLength()) {
        runs(file, head, indexes);
      } else {
        indexes(file, head, indexes);
      }
      return Palette.pixels(width, height, indexes, head.colours(file));
    }
    byte[] values = new byte[Math.multiplyExact(width * height, 3)];
    Masks masks = Masks.of(head, file);
    ByteBuffer buffer = Bytes.littleEndian(file);
    int bytes = head.bits / 8;
    int to = 0;
    for (int y = 0; y < height; y++) {
      int at = head.row(y);
      for (int x = 0; x < width; x++, at += bytes, to += 3) {
        if (bytes == 3) {
          values[to] = file[at + 2];
          values[to + 1] = file[at + 1];
          values[to + 2] = file[at];
        } else {
          int pixel = bytes == 2 ? buffer.getShort(at) & 0xFFFF : buffer.getInt(at);
          masks.put(pixel, background, values, to);
        }
      }
    }
    return new Pixels(width, height, 3, values);
  }

  private static void indexes(byte[] file, Head head, byte[] indexes) {
    int perByte = 8 / head.bits;
    int mask = (1 << head.bits) - 1;
    int to = 0;
    for (int y = 0; y < head.rows(); y++) {
      int row = head.row(y);
      for (int x = 0; x < head.width; x++) {
        int shift = 8 - head.bits * (x % perByte + 1);
        indexes[to++] = (byte) (file[row + x / perByte] >> shift & mask);
      }
    }
  }

  /** Decodes runs, from the bottom row on; pixels that they leave out have the first colour. */
  private static void runs(byte[] file, Head head, byte[] indexes) throws RejectedException {
    boolean half = head.compression == RLE4;
    int width = head.width;
    int x = 0;
    int y = (int) head.rows() - 1;
    int at = head.offset;
    while (y >= 0) {
      if (at + 2 > file.length) {
        if (y == 0 && x >= width) {
          return;
        }
        throw new RejectedException(Rejection.TRUNCATED_BMP);
      }
      int count = file[at] & 0xFF;
      int value = file[at + 1] & 0xFF;
      at += 2;
      if (count > 0) {
        for (int i = 0; i < count && x < width; i++) {
          int index = !half ? value : i % 2 == 0 ? value >> 4 : value & 15;
          indexes[y * width + x++] = (byte) index;
        }
      } else if (value == 0) { // end of a row
        x = 0;
        y--;
      } else if (value == 1) { // end of the image
        return;
      } else if (value == 2) { // a step to the right and up
        x += file[at] & 0xFF;
        y -= file[at + 1] & 0xFF;
        at += 2;
      } else {
        for (int i = 0; i < value; i++) {
          int pair = file[at + (half ? i / 2 : i)] & 0xFF;
          int index = !half ? pair : i % 2 == 0 ? pair >> 4 : pair & 15;
          if (x < width) {
            indexes[y * width + x++] = (byte) index;
          }
        }
        int bytes = half ? (value + 1) / 2 : value;
        at += bytes + (bytes & 1);
      }
    }
  }

  /**
   * Header of a file.
   *
   * @param length of the part that tells the others
   * @param height negative if the top row is first
   * @param offset of the pixels
   * @param known number of colours in the palette; 0 for all that the bits allow
   */
  private record Head(
      int length, int width, int height, int bits, int compression, int offset, int known) {
    static Head read(byte[] file) throws RejectedException {
      ByteBuffer buffer = Bytes.littleEndian(file);
      int length = buffer.getInt(FILE_HEAD);
      if (FILE_HEAD + length > file.length) {
        throw new RejectedException(Rejection.TRUNCATED_BMP);
      }
      int offset = buffer.getInt(10);
      Head head =
          length == OS2
              ? new Head(
                  length,
                  buffer.getShort(18) & 0xFFFF,
                  buffer.getShort(20) & 0xFFFF,
                  buffer.getShort(24),
                  PLAIN,
                  offset,
                  0)
              : new Head(
                  length,
                  buffer.getInt(18),
                  buffer.getInt(22),
                  buffer.getShort(28),
                  buffer.getInt(30),
                  offset,
                  buffer.getInt(46));
      if (offset < FILE_HEAD + length) {
        throw new RejectedException(Rejection.CORRUPT_BMP);
      }
      return head;
    }

    boolean isSupported() {
      return switch (compression) {
        case PLAIN -> Set.of(1, 2, 4, 8, 16, 24, 32).contains(bits);
        case RLE8 -> bits == 8 && height > 0;
        case RLE4 -> bits == 4 && height > 0;
        case BY_MASKS, BY_MASKS_AND_OPACITY ->
            (bits == 16 || bits == 24 || bits == 32) && length != OS2_V2;
        default -> false;
      };
    }

    boolean isRunLength() {
      return compression == RLE8 || compression == RLE4;
    }

    long rows() {
      return Math.abs((long) height);
    }

    /** Returns the bytes of a row without its padding. */
    long usedBytes() {
      return ((long) width * bits + 7) / 8;
    }

    long rowBytes() {
      return (usedBytes() + 3) / 4 * 4;
    }

    /** Returns the position of a row, counted from the top. */
    int row(int y) {
      return (int) (offset + rowBytes() * (height < 0 ? y : height - 1 - y));
    }

    byte[] colours(byte[] file) {
      byte[] colours = Palette.grey(3);
      int bytes = length == OS2 ? 3 : 4;
      int from = FILE_HEAD + length;
      int count = known > 0 ? Math.min(known, Palette.COLOURS) : 1 << bits;
      count = Math.min(count, (Math.min(offset, file.length) - from) / bytes);
      for (int i = 0; i < count; i++) {
        for (int channel = 0; channel < 3; channel++) {
          colours[3 * i + channel] = file[from + i * bytes + 2 - channel];
        }
      }
      return colours;
    }
  }

  /** Bits of a pixel that are red, green, blue and opacity; 0 where there is none. */
  private record Masks(int red, int green, int blue, int opacity) {
    static Masks of(Head head, byte[] file) {
      if (head.compression == PLAIN) {
        return head.bits == 16
            ? new Masks(0x7C00, 0x3E0, 0x1F, 0)
            : new Masks(0xFF0000, 0xFF00, 0xFF, 0);
      }
      ByteBuffer masks = Bytes.littleEndian(file);
      boolean opaque = head.length < 56 && head.compression != BY_MASKS_AND_OPACITY;
      return new Masks(
          masks.getInt(MASKS),
          masks.getInt(MASKS + 4),
          masks.getInt(MASKS + 8),
          opaque ? 0 : masks.getInt(MASKS + 12));
    }

    void put(int pixel, Background background, byte[] values, int to) {
      int alpha = opacity == 0 ? 255 : eight(pixel, opacity);
      values[to] = (byte) background.behind(eight(pixel, red), alpha);
      values[to + 1] = (byte) background.behind(eight(pixel, green), alpha);
      values[to + 2] = (byte) background.behind(eight(pixel, blue), alpha);
    }

    /** Returns the bits of a mask as 0 to 255. */
    private static int eight(int pixel, int mask) {
      if (mask == 0) {
        return 0;
      }
      int shift = Integer.numberOfTrailingZeros(mask);
      long most = Integer.toUnsignedLong(mask) >>> shift;
      long value = Integer.toUnsignedLong(pixel & mask) >>> shift;
      return (int) ((value * 255 + most / 2) / most);
    }
  }
}
