package org.vocabeam.transforms.image;

import java.util.Arrays;

/**
 * Linear map from the positions of a source axis to those of a target axis: target {@code i} is the
 * sum of {@code weights[i][j] * source[first[i] + j]}.
 *
 * @param first first source position of each target
 * @param weights of the source positions of each target, with sum 1
 */
record Resampling(int[] first, float[][] weights) {

  /**
   * Returns the map that scales {@code from} positions to {@code to} and keeps {@code count} of
   * them from {@code offset} on. Shrinking averages the interval that a target covers, with
   * fractions at both ends; enlarging interpolates between the two nearest centres.
   */
  static Resampling of(int from, int to, int offset, int count) {
    double scale = (double) from / to;
    int[] first = new int[count];
    float[][] weights = new float[count][];
    for (int i = 0; i < count; i++) {
      if (scale > 1) {
        double begin = (offset + i) * scale;
        double end = Math.min(from, begin + scale);
        first[i] = (int) begin;
        weights[i] = new float[(int) Math.ceil(end) - first[i]];
        for (int j = 0; j < weights[i].length; j++) {
          double covered =
              Math.min(end, first[i] + j + 1.0) - Math.max(begin, first[i] + (double) j);
          weights[i][j] = (float) (covered / (end - begin));
        }
      } else {
        double centre = Math.max(0, Math.min(from - 1, (offset + i + 0.5) * scale - 0.5));
        first[i] = (int) centre;
        float right = (float) (centre - first[i]);
        weights[i] = right == 0 ? new float[] {1} : new float[] {1 - right, right};
      }
    }
    return new Resampling(first, weights);
  }

  /** Resamples both axes to {@code [rows, columns, channels]}, and rounds once, at the end. */
  static byte[] apply(Pixels pixels, Resampling columns, Resampling rows) {
    int channels = pixels.channels();
    int width = columns.first.length;
    byte[] to = new byte[rows.first.length * width * channels];
    float[] sums = new float[width * channels];
    float[][] lines = new float[pixels.height()][];
    int done = 0;
    for (int y = 0; y < rows.first.length; y++) {
      Arrays.fill(sums, 0);
      for (int j = 0; j < rows.weights[y].length; j++) {
        int line = rows.first[y] + j;
        if (lines[line] == null) {
          lines[line] = line(pixels, line, columns);
        }
        float weight = rows.weights[y][j];
        for (int x = 0; x < sums.length; x++) {
          sums[x] += weight * lines[line][x];
        }
      }
      while (y + 1 < rows.first.length && done < rows.first[y + 1]) {
        lines[done++] = null; // no later row needs it
      }
      for (int x = 0; x < sums.length; x++) {
        to[y * sums.length + x] = (byte) Math.min(255, (int) (sums[x] + 0.5f));
      }
    }
    return to;
  }

  private static float[] line(Pixels pixels, int y, Resampling columns) {
    int channels = pixels.channels();
    byte[] values = pixels.values();
    float[] line = new float[columns.first.length * channels];
    for (int x = 0; x < columns.first.length; x++) {
      float[] weights = columns.weights[x];
      int from = (y * pixels.width() + columns.first[x]) * channels;
      for (int channel = 0; channel < channels; channel++) {
        float sum = 0;
        for (int j = 0; j < weights.length; j++) {
          sum += weights[j] * (values[from + j * channels + channel] & 0xFF);
        }
        line[x * channels + channel] = sum;
      }
    }
    return line;
  }
}
