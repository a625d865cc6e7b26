package org.vocabeam.models.views;

/**
 * Pixels of an image in memory: all of it, or a part, of the upright image or of one that was
 * scaled by 1 / denominator while it was decoded.
 *
 * @param values uint8 {@code [height, width, channels]}, row-major. Not copied
 * @param channels 1 (grey) or 3 (RGB)
 * @param top row of the scaled image that is the first one here
 * @param left column of the scaled image that is the first one here
 * @param denominator 1, 2, 4 or 8
 */
public record Raster(
    byte[] values, int height, int width, int channels, int top, int left, int denominator) {
  public Raster {
    if (height < 1
        || width < 1
        || (channels != 1 && channels != 3)
        || values.length < (long) height * width * channels) {
      throw new IllegalArgumentException(
          "%d x %d x %d pixels in %d bytes".formatted(height, width, channels, values.length));
    }
    if (top < 0 || left < 0 || denominator < 1) {
      throw new IllegalArgumentException(
          "a part at %d, %d of an image scaled by 1 / %d".formatted(top, left, denominator));
    }
  }

  /** Makes the raster of a whole image at its full size. */
  public Raster(byte[] values, int height, int width, int channels) {
    this(values, height, width, channels, 0, 0, 1);
  }
}
