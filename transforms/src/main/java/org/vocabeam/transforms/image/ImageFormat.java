package org.vocabeam.transforms.image;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

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
  List<ImageFormat> ALL =
      List.of(
          new JpegFormat(),
          new PngFormat(),
          new WebPFormat(),
          new TiffFormat(),
          new GifFormat(),
          new BmpFormat(),
          new PnmFormat(),
          new Jpeg2000Format(),
          UnsupportedFormat.ofBrands(Rejection.AVIF, names("avif"), "avif", "avis"),
          UnsupportedFormat.ofBrands(
              Rejection.HEIC,
              names("heic", "heif"),
              "heic",
              "heix",
              "heim",
              "heis",
              "hevc",
              "hevx",
              "mif1",
              "msf1"),
          new UnsupportedFormat(
              Rejection.JPEG_XL,
              names("jxl"),
              start ->
                  Bytes.match(start, 0, 0xFF, 0x0A)
                      || Bytes.match(start, 0, 0, 0, 0, 12, 'J', 'X', 'L', ' ', 13, 10, 0x87, 10)),
          new UnsupportedFormat(
              Rejection.DICOM,
              names("dcm", "dicom"),
              start -> Bytes.match(start, 128, 'D', 'I', 'C', 'M')));

  /** Bytes at the start of a file that {@link #of} needs, or all of a shorter file. */
  int SIGNATURE = 132;

  /** Pattern of the file names of this format, which matches a whole name in any case. */
  Pattern fileNames();

  /** Returns true if a file that starts with these bytes has this format. */
  boolean recognises(byte[] start);

  /**
   * Reads the structure of a whole file and checks it, without decoding pixels.
   *
   * @param maxPixels allowed width times height
   * @throws RejectedException when the file is damaged, too large or of an unsupported kind
   * @throws RuntimeException when it is damaged
   */
  ImageHeader readHeader(byte[] file, long maxPixels) throws RejectedException;

  /**
   * Decodes the pixels as the file has them, before orientation.
   *
   * @param header of the same file
   * @throws RejectedException when the pixels are damaged
   * @throws IOException when they are damaged
   * @throws RuntimeException when they are damaged
   */
  Pixels decode(byte[] file, ImageHeader header, Background background)
      throws RejectedException, IOException;

  /** Returns the reason for any other exception of {@link #readHeader} and {@link #decode}. */
  Rejection corrupt();

  /** Returns the format of a file that starts with these bytes, or empty when it has none. */
  static Optional<ImageFormat> of(byte[] start) {
    return ALL.stream().filter(format -> format.recognises(start)).findFirst();
  }

  /** Returns true for a file name with the extension of an image. */
  static boolean hasFileName(String name) {
    return ALL.stream().anyMatch(format -> format.fileNames().matcher(name).matches());
  }

  /** Returns a pattern of names with one of these extensions. */
  static Pattern names(String... extensions) {
    return Pattern.compile(
        ".*\\.(" + String.join("|", extensions) + ")", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  }
}
