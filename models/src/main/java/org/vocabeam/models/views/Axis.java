package org.vocabeam.models.views;

/**
 * Rows or columns of an image that become those of a cut: the interval from {@code start}, of
 * {@code length}, is scaled to {@code to} samples, of which {@code count} from {@code offset} on
 * are kept. Pixel {@code i} covers the interval from i to i + 1.
 *
 * @param start in pixels of the image
 * @param length in pixels of the image, above 0
 * @param to samples of the whole interval
 * @param offset first sample that is kept
 * @param count samples that are kept
 * @param low first pixel that a filter may use
 * @param high end of the pixels that a filter may use, exclusive
 */
public record Axis(double start, double length, int to, int offset, int count, int low, int high) {
  public Axis {
    if (!(length > 0) || to < 1 || offset < 0 || count < 1 || count > to - offset) {
      throw new IllegalArgumentException(
          "samples %d to %d of %d of %s pixels".formatted(offset, offset + count, to, length));
    }
    if (low < 0 || start < low || start + length > high) {
      throw new IllegalArgumentException(
          "pixels %s to %s of %d to %d".formatted(start, start + length, low, high));
    }
  }

  /** Returns the axis that scales whole pixels to all of {@code to} samples, and uses no others. */
  public static Axis of(int start, int length, int to) {
    return new Axis(start, length, to, 0, to, start, start + length);
  }

  /**
   * Returns the axis that scales all pixels and keeps samples of the middle, like torchvision's
   * {@code Resize} and {@code CenterCrop}.
   *
   * @param from pixels of the image
   * @param to samples of the whole image
   * @param count samples that are kept
   */
  public static Axis centre(int from, int to, int count) {
    return new Axis(0, from, to, (int) Math.rint((to - count) / 2.0), count, 0, from);
  }

  /** Returns the pixels of an image scaled by 1 / denominator that become one sample. */
  double scale(int denominator) {
    return length / to / denominator;
  }

  /** Returns the middle of a sample that is kept, in pixels of the scaled image. */
  double middle(int sample, int denominator) {
    return start / denominator + (offset + sample + 0.5) * scale(denominator);
  }

  /** Returns the reach of the filter to each side, in pixels of the scaled image. */
  double support(int denominator) {
    return Math.max(1, scale(denominator));
  }

  /** Returns the first pixel of the scaled image that a sample uses. */
  int first(int sample, int denominator) {
    int first = (int) (middle(sample, denominator) - support(denominator) + 0.5);
    return Math.max(low / denominator, first);
  }

  /** Returns the end of the pixels of the scaled image that a sample uses, exclusive. */
  int end(int sample, int denominator) {
    int end = (int) (middle(sample, denominator) + support(denominator) + 0.5);
    return Math.min((high + denominator - 1) / denominator, end);
  }

  /** Returns the first pixel of an image scaled by 1 / denominator that is needed. */
  public int first(int denominator) {
    return first(0, denominator);
  }

  /** Returns the end of the pixels of the scaled image that are needed, exclusive. */
  public int end(int denominator) {
    return end(count - 1, denominator);
  }
}
