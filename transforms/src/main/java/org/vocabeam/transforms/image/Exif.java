package org.vocabeam.transforms.image;

import java.util.Arrays;
import java.util.Optional;

/** EXIF metadata, a TIFF structure within an image file. */
final class Exif {
  private static final int ORIENTATION = 0x112;

  private static final int[] MARK = {'E', 'x', 'i', 'f', 0, 0};

  private Exif() {}

  /**
   * Returns the orientation of a TIFF structure in {@code [from, to)}, 1 to 8; 1 when it has none
   * or is broken.
   */
  static int orientation(byte[] bytes, int from, int to) {
    return tagged(bytes, from, to).orElse(1);
  }

  /** Returns the same, and nothing when the structure has no orientation at all. */
  static Optional<Integer> tagged(byte[] bytes, int from, int to) {
    return TiffDirectory.first(bytes, from, to)
        .filter(directory -> directory.numbers(ORIENTATION).length > 0)
        .map(Exif::orientation);
  }

  /** Returns EXIF as a TIFF structure, without the mark that JPEG puts before it. */
  static byte[] withoutHeader(byte[] exif) {
    return Bytes.match(exif, 0, MARK) ? Arrays.copyOfRange(exif, MARK.length, exif.length) : exif;
  }

  /** Returns the orientation that a directory tells, 1 to 8; 1 when it tells none. */
  static int orientation(TiffDirectory directory) {
    long[] values = directory.numbers(ORIENTATION);
    return values.length != 1 || values[0] < 1 || values[0] > 8 ? 1 : (int) values[0];
  }
}
