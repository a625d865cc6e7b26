package org.vocabeam.models.views;

import java.util.Arrays;

/**
 * Linear map from the pixels of one axis to its samples: sample {@code i} is the sum of {@code
 * weights[i * taps + j] * pixel[first[i] + j]} over the taps, whose weights sum to 1.
 *
 * <pre>{@code
 * Resampling columns = Resampling.triangle(Axis.centre(500, 341, 224), 1);
 * Resampling rows = Resampling.triangle(Axis.centre(375, 256, 224), 1);
 * }</pre>
 */
public final class Resampling {
  private final int[] first;
  private final int taps;
  private final float[] weights;

  /** Takes weights of any number for each sample. */
  private Resampling(int[] first, double[][] weights, int end) {
    this.first = first;
    taps = Arrays.stream(weights).mapToInt(w -> w.length).max().orElseThrow();
    this.weights = new float[first.length * taps];
    for (int i = 0; i < first.length; i++) {
      // All samples have as many taps, within the axis; those added have no weight.
      int shift = Math.max(0, first[i] + taps - end);
      first[i] -= shift;
      for (int j = 0; j < weights[i].length; j++) {
        this.weights[i * taps + shift + j] = (float) weights[i][j];
      }
    }
  }

  /**
   * Returns the map with the triangle filter, which Pillow and torchvision call antialiased
   * bilinear. Its support grows when an image shrinks; enlarging interpolates between the two
   * nearest pixels.
   *
   * @param denominator of an image that was scaled by 1 / denominator before
   */
  public static Resampling triangle(Axis axis, int denominator) {
    int[] first = new int[axis.count()];
    double[][] weights = new double[axis.count()][];
    double support = axis.support(denominator);
    for (int i = 0; i < first.length; i++) {
      double middle = axis.middle(i, denominator);
      int from = axis.first(i, denominator);
      int to = axis.end(i, denominator);
      while (to - from > 1 && height(to - 1, middle, support) <= 0) {
        to--;
      }
      while (to - from > 1 && height(from, middle, support) <= 0) {
        from++;
      }
      first[i] = from;
      weights[i] = new double[to - from];
      double sum = 0;
      for (int j = 0; j < weights[i].length; j++) {
        weights[i][j] = height(from + j, middle, support);
        sum += weights[i][j];
      }
      for (int j = 0; j < weights[i].length; j++) {
        weights[i][j] /= sum;
      }
    }
    return new Resampling(first, weights, axis.end(denominator));
  }

  /** Returns the height of the triangle over a pixel. */
  private static double height(int pixel, double middle, double support) {
    return Math.max(0, 1 - Math.abs(pixel + 0.5 - middle) / support);
  }

  /**
   * Returns the map that scales {@code from} pixels to {@code to} samples and keeps {@code count}
   * of them from {@code offset} on. Shrinking averages the interval that a sample covers, with
   * fractions at both ends; enlarging interpolates between the two nearest pixels.
   */
  public static Resampling area(int from, int to, int offset, int count) {
    double scale = (double) from / to;
    int[] first = new int[count];
    double[][] weights = new double[count][];
    for (int i = 0; i < count; i++) {
      if (scale > 1) {
        double begin = (offset + i) * scale;
        double end = Math.min(from, begin + scale);
        first[i] = (int) begin;
        weights[i] = new double[(int) Math.ceil(end) - first[i]];
        for (int j = 0; j < weights[i].length; j++) {
          double covered =
              Math.min(end, first[i] + j + 1.0) - Math.max(begin, first[i] + (double) j);
          weights[i][j] = covered / (end - begin);
        }
      } else {
        double middle = Math.max(0, Math.min(from - 1, (offset + i + 0.5) * scale - 0.5));
        first[i] = (int) middle;
        float right = (float) (middle - first[i]);
        weights[i] = right == 0 ? new double[] {1} : new double[] {1 - right, right};
      }
    }
    return new Resampling(first, weights, from);
  }

  /** Returns the number of samples. */
  public int count() {
    return first.length;
  }

  int taps() {
    return taps;
  }

  /** Returns the first pixel of a sample. */
  int first(int sample) {
    return first[sample];
  }

  float weight(int sample, int tap) {
    return weights[sample * taps + tap];
  }

  float[] weights() {
    return weights;
  }

  /**
   * Resamples both axes of an image, columns first, and rounds once, at the end.
   *
   * @param pixels {@code [height, width, channels]}
   * @return {@code [rows, columns, channels]}
   */
  public static byte[] apply(
      byte[] pixels, int width, int channels, Resampling rows, Resampling columns) {
    int values = columns.count() * channels;
    byte[] to = new byte[rows.count() * values];
    float[] sums = new float[values];
    float[][] lines = new float[rows.taps][values]; // row n of the image at n modulo the taps
    int done = 0; // end of the rows that are lines
    for (int y = 0; y < rows.count(); y++) {
      int first = rows.first[y];
      for (int row = Math.max(done, first); row < first + rows.taps; row++) {
        columns.line(pixels, row * width * channels, channels, lines[row % rows.taps]);
      }
      done = first + rows.taps;
      scale(sums, lines[first % rows.taps], rows.weight(y, 0));
      for (int tap = 1; tap < rows.taps; tap++) {
        add(sums, lines[(first + tap) % rows.taps], rows.weight(y, tap));
      }
      round(sums, to, y * values);
    }
    return to;
  }

  private static void scale(float[] sums, float[] line, float weight) {
    for (int x = 0; x < sums.length; x++) {
      sums[x] = weight * line[x];
    }
  }

  private static void add(float[] sums, float[] line, float weight) {
    for (int x = 0; x < sums.length; x++) {
      sums[x] += weight * line[x];
    }
  }

  private static void round(float[] sums, byte[] to, int at) {
    for (int x = 0; x < sums.length; x++) {
      to[at + x] = (byte) Math.min(255, (int) (sums[x] + 0.5f));
    }
  }

  /** Resamples one row of pixels. */
  private void line(byte[] pixels, int start, int channels, float[] line) {
    if (channels == 3) {
      lineOfRgb(pixels, start, line);
    } else {
      lineOfGrey(pixels, start, line);
    }
  }

  private void lineOfGrey(byte[] pixels, int start, float[] line) {
    int weight = 0;
    for (int x = 0; x < first.length; x++) {
      int from = start + first[x];
      float grey = 0;
      for (int tap = 0; tap < taps; tap++) {
        grey += weights[weight++] * (pixels[from + tap] & 0xFF);
      }
      line[x] = grey;
    }
  }

  private void lineOfRgb(byte[] pixels, int start, float[] line) {
    int weight = 0;
    for (int x = 0; x < first.length; x++) {
      int from = start + 3 * first[x];
      float red = 0;
      float green = 0;
      float blue = 0;
      for (int tap = 0; tap < taps; tap++) {
        float w = weights[weight++];
        red += w * (pixels[from] & 0xFF);
        green += w * (pixels[from + 1] & 0xFF);
        blue += w * (pixels[from + 2] & 0xFF);
        from += 3;
      }
      line[3 * x] = red;
      line[3 * x + 1] = green;
      line[3 * x + 2] = blue;
    }
  }
}
