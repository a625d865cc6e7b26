package org.vocabeam.transforms.image;

import java.io.IOException;

/**
 * Decoder of image files to 8-bit grey or RGB.
 *
 * <pre>{@code
 * ImageHeader header = ImageHeader.read(file, maxPixels);
 * Pixels upright =
 *     ImageDecoder.decode(file, header, Background.WHITE).orient(header.orientation());
 * }</pre>
 *
 * <p>Sample values are taken as they are stored. Colour profiles and gamma are ignored, as in other
 * image libraries for training; Java's own conversions would treat grey as linear light and change
 * its values. Samples of 16 bits are scaled to 8 by 255/65535 with rounding. Of several images in a
 * file the first counts.
 */
public final class ImageDecoder {
  private ImageDecoder() {}

  /** Decodes a file with white behind transparent pixels, before orientation. */
  public static Pixels decode(byte[] bytes, ImageHeader header) throws RejectedException {
    return decode(bytes, header, Background.WHITE);
  }

  /**
   * Returns the pixels as the file has them, before orientation.
   *
   * @param bytes a whole file
   * @param header of the same file
   * @throws RejectedException when the pixels are damaged, or not those of the header
   */
  public static Pixels decode(byte[] bytes, ImageHeader header, Background background)
      throws RejectedException {
    ImageFormat format = ImageFormat.of(bytes).orElseThrow();
    try {
      Pixels pixels = format.decode(bytes, header, background);
      if (!header.isOf(pixels)) {
        throw new RejectedException(format.corrupt());
      }
      return pixels;
    } catch (IOException | RuntimeException e) { // decoders throw both for damaged files
      throw new RejectedException(format.corrupt(), e);
    }
  }
}
