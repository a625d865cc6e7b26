package org.vocabeam.transforms.image;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.imageio.ImageReader;

/**
 * File format of images. A new one is a class and a line in {@link #ALL}; {@link Rejection} names
 * the formats for users.
 *
 * <p>Only {@link ImageRecord#JPEG} and {@link ImageRecord#PNG} are stored as they are. A header of
 * any other format is not {@linkplain ImageHeader#plain() plain}, so that its images are stored as
 * PNG.
 */
public interface ImageFormat {
  /** Formats in the order in which they are tried. */
  List<ImageFormat> ALL = List.of(new JpegFormat(), new PngFormat());

  /** Bytes at the start of a file that {@link #of} needs, or all of a shorter file. */
  int SIGNATURE = 12;

  /** Pattern of the file names of this format, which matches a whole name in any case. */
  Pattern fileNames();

  /** Returns true if a file that starts with these bytes has this format. */
  boolean recognises(byte[] start);

  /**
   * Reads the structure of a whole file and checks it, without decoding pixels.
   *
   * @param maxPixels allowed width times height
   * @throws RejectedException when the file is damaged, too large or of an unsupported kind
   */
  ImageHeader readHeader(byte[] file, long maxPixels) throws RejectedException;

  /** Returns a new decoder, to be disposed of after one image. */
  ImageReader newReader() throws IOException;

  /** Returns the format of a file that starts with these bytes, or empty when it has none. */
  static Optional<ImageFormat> of(byte[] start) {
    return ALL.stream().filter(format -> format.recognises(start)).findFirst();
  }

  /** Returns true for a file name with the extension of an image. */
  static boolean hasFileName(String name) {
    return ALL.stream().anyMatch(format -> format.fileNames().matcher(name).matches());
  }
}
