package org.vocabeam.transforms.image;

/**
 * Header of an image file, read before any pixel is decoded. Reading it also proves that the file
 * has its end, and that the checksums of a PNG are right.
 *
 * @param encoding {@link ImageRecord#JPEG}, {@link ImageRecord#PNG}, or the name of a format that
 *     is never stored
 * @param width as stored, before orientation
 * @param height as stored, before orientation
 * @param channels of the decoded image: 1 or 3
 * @param orientation EXIF orientation, 1 to 8
 * @param plain true if every decoder of 8-bit images gives the same {@code channels}: no alpha, no
 *     palette, no 16 bits, no CMYK, and nothing that only some decoders forgive
 */
public record ImageHeader(
    String encoding, int width, int height, int channels, int orientation, boolean plain) {

  /**
   * Reads the header of a whole file.
   *
   * @param maxPixels allowed width times height
   */
  public static ImageHeader read(byte[] file, long maxPixels) throws RejectedException {
    ImageFormat format =
        ImageFormat.of(file).orElseThrow(() -> new RejectedException(Rejection.NOT_AN_IMAGE));
    try {
      return format.readHeader(file, maxPixels);
    } catch (RuntimeException e) { // a number of the file that leads beyond it
      throw new RejectedException(format.corrupt(), e);
    }
  }

  /** Returns true for pixels of this size and number of channels. */
  boolean isOf(Pixels pixels) {
    return pixels.width() == width && pixels.height() == height && pixels.channels() == channels;
  }

  /** Rejects sizes below 1 x 1, which are corrupt, and above {@code maxPixels}. */
  static void checkSize(long width, long height, long maxPixels, Rejection corrupt)
      throws RejectedException {
    if (width < 1 || height < 1) {
      throw new RejectedException(corrupt);
    }
    if (width > maxPixels || height > maxPixels || width * height > maxPixels) {
      throw new RejectedException(Rejection.TOO_MANY_PIXELS);
    }
  }
}
