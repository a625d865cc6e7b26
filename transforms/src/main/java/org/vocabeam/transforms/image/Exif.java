package org.vocabeam.transforms.image;

/** EXIF metadata, a TIFF structure within an image file. */
final class Exif {
  private static final int ORIENTATION = 0x112;

  private Exif() {}

  /**
   * Returns the orientation of a TIFF structure in {@code [from, to)}, 1 to 8; 1 when it has none
   * or is broken.
   */
  static int orientation(byte[] bytes, int from, int to) {
    return TiffDirectory.first(bytes, from, to).map(Exif::orientation).orElse(1);
  }

  /** Returns the orientation that a directory tells, 1 to 8; 1 when it tells none. */
  static int orientation(TiffDirectory directory) {
    long[] values = directory.numbers(ORIENTATION);
    return values.length != 1 || values[0] < 1 || values[0] > 8 ? 1 : (int) values[0];
  }
}
