package org.vocabeam.models.views;

/**
 * A part of an image that is scaled with a filter, mirrored and turned: the geometry of a view.
 *
 * <pre>{@code
 * Cut cut = Cut.centre(375, 500, 256, 224);
 * ByteBuffer view = ByteBuffer.allocateDirect(cut.bytes(3));
 * new Resampler().render(cut, new Raster(pixels, 375, 500, 3), view, 0);
 * }</pre>
 *
 * @param rows of the image
 * @param columns of the image
 * @param turned mirrored and turned after it was scaled
 */
public record Cut(Axis rows, Axis columns, Orientation.Drawn turned) {
  private static final int LARGEST_DENOMINATOR = 8;

  /** Makes an upright cut. */
  public Cut(Axis rows, Axis columns) {
    this(rows, columns, Orientation.Drawn.UPRIGHT);
  }

  /**
   * Returns the centre of an image whose short side is scaled; torchvision's {@code Resize} and
   * {@code CenterCrop}.
   *
   * @param height of the image, in pixels
   * @param width of the image, in pixels
   * @param resize short side of the scaled image, at least the size
   * @param size side of the square that is cut out
   */
  public static Cut centre(int height, int width, int resize, int size) {
    int shortSide = Math.min(height, width);
    int resizedHeight = Math.toIntExact((long) resize * height / shortSide);
    int resizedWidth = Math.toIntExact((long) resize * width / shortSide);
    return new Cut(
        Axis.centre(height, resizedHeight, size), Axis.centre(width, resizedWidth, size));
  }

  /**
   * Returns the image as it is shown whole to an encoder: an image of that shape as it is, any
   * other scaled so that it just covers the shape times 256 / 224, of which the centre is taken.
   * Torchvision evaluates so at 224 pixels, and so do the papers.
   *
   * @param height of the image, in pixels
   * @param width of the image, in pixels
   * @param toHeight of the result
   * @param toWidth of the result
   */
  public static Cut whole(int height, int width, int toHeight, int toWidth) {
    if (height == toHeight && width == toWidth) {
      return new Cut(Axis.of(0, height, height), Axis.of(0, width, width));
    }
    long coveredHeight = covered(toHeight);
    long coveredWidth = covered(toWidth);
    // The axis that has less to spare is scaled to exactly what is covered.
    boolean tall = coveredHeight * width <= coveredWidth * height;
    long scaledHeight = tall ? coveredWidth * height / width : coveredHeight;
    long scaledWidth = tall ? coveredWidth : coveredHeight * width / height;
    return new Cut(
        Axis.centre(height, Math.toIntExact(scaledHeight), toHeight),
        Axis.centre(width, Math.toIntExact(scaledWidth), toWidth));
  }

  /**
   * Returns the pixels that an image is scaled to on one axis, of which {@code shown} are shown.
   */
  public static long covered(int shown) {
    return Math.round(shown * 256 / 224.0);
  }

  /** Returns true for the whole of an image of that size, as it is. */
  public boolean isWhole(int height, int width) {
    return equals(new Cut(Axis.of(0, height, height), Axis.of(0, width, width)));
  }

  /** Returns the rows of the result. */
  public int height() {
    return turned.transposes() ? columns.count() : rows.count();
  }

  /** Returns the columns of the result. */
  public int width() {
    return turned.transposes() ? rows.count() : columns.count();
  }

  /** Returns the bytes of the result. */
  public int bytes(int channels) {
    return rows.count() * columns.count() * channels;
  }

  /**
   * Returns the largest number of 1, 2, 4 and 8 by which the image may be scaled down before, so
   * that it still has as many pixels as the cut has samples, on both axes.
   */
  public int denominator() {
    int denominator = 1;
    while (denominator < LARGEST_DENOMINATOR
        && rows.scale(2 * denominator) >= 1
        && columns.scale(2 * denominator) >= 1) {
      denominator *= 2;
    }
    return denominator;
  }
}
