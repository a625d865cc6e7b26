package org.vocabeam.transforms.image;

import com.drew.lang.ByteArrayReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import java.util.Arrays;

/** EXIF metadata, a TIFF structure within an image file. */
final class Exif {
  private Exif() {}

  /**
   * Returns the orientation of a TIFF structure in {@code [from, to)}, 1 to 8; 1 when it has none
   * or is broken.
   */
  static int orientation(byte[] bytes, int from, int to) {
    byte[] tiff = Arrays.copyOfRange(bytes, from, to);
    Metadata metadata = new Metadata();
    new ExifReader().extract(new ByteArrayReader(tiff), metadata);
    ExifIFD0Directory directory = metadata.getFirstDirectoryOfType(ExifIFD0Directory.class);
    Integer value =
        directory == null ? null : directory.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
    return value == null || value < 1 || value > 8 ? 1 : value;
  }
}
