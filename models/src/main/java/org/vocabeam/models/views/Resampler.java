package org.vocabeam.models.views;

import java.nio.ByteBuffer;

/**
 * Renderer of cuts, with memory of its own that it uses again: one for a thread. The triangle
 * filter is that of Pillow and torchvision (antialiased bilinear), in float, rounded to 8 bits once
 * at the end (Pillow also rounds between the axes, so its pixels may differ by 1). {@link Cut} has
 * an example.
 *
 * <p>Rows are scaled first, as whole lines, which the compiler turns into vector instructions; then
 * the columns of the few rows that are left. Every operation is of one float at a time in a fixed
 * order, so pixels are the same on every machine.
 */
public final class Resampler {
  /** Lines of the image as floats, of which line n stands at n modulo the number of lines. */
  private float[][] lines = new float[0][];

  /** A line of the result before its columns are scaled. */
  private float[] sums = new float[0];

  private byte[] view = new byte[0];

  /**
   * Renders a cut.
   *
   * @param raster of the image, with all pixels that the cut needs
   * @param out gets {@code [height, width, channels]} of the cut; its position and limit stay
   * @param at index in {@code out} of the first byte
   */
  public void render(Cut cut, Raster raster, ByteBuffer out, int at) {
    int bytes = cut.bytes(raster.channels());
    if (view.length < bytes) {
      view = new byte[bytes];
    }
    render(cut, raster);
    out.put(at, view, 0, bytes);
  }

  private void render(Cut cut, Raster raster) {
    int denominator = raster.denominator();
    int channels = raster.channels();
    int left = cut.columns().first(denominator);
    int right = cut.columns().end(denominator);
    check(cut, raster, left, right);
    Resampling rows = Resampling.triangle(cut.rows(), denominator);
    Resampling columns = Resampling.triangle(cut.columns(), denominator);
    int length = (right - left) * channels;
    prepare(rows.taps(), length);

    Orientation.Drawn turned = cut.turned();
    boolean transposes = turned.transposes();
    int pixel = transposes ? cut.width() * channels : channels; // between columns before the turn
    int line = transposes ? channels : cut.width() * channels;
    int firstColumn = turned.mirrorsX() ? (columns.count() - 1) * pixel : 0;
    int firstRow = turned.mirrorsY() ? (rows.count() - 1) * line : 0;
    pixel = turned.mirrorsX() ? -pixel : pixel;
    line = turned.mirrorsY() ? -line : line;

    int start = (left - raster.left()) * channels;
    int converted = 0; // end of the lines of the raster that are floats
    for (int y = 0; y < rows.count(); y++) {
      int first = rows.first(y) - raster.top();
      for (int row = Math.max(converted, first); row < first + rows.taps(); row++) {
        toFloats(
            raster.values(),
            row * raster.width() * channels + start,
            lines[row % rows.taps()],
            length);
      }
      converted = first + rows.taps();
      sum(rows, y, first, length);
      int to = firstRow + y * line + firstColumn;
      if (channels == 1) {
        scaleGrey(sums, left, columns, view, to, pixel);
      } else {
        scaleRgb(sums, left, columns, view, to, pixel);
      }
    }
  }

  private static void check(Cut cut, Raster raster, int left, int right) {
    int top = cut.rows().first(raster.denominator());
    int bottom = cut.rows().end(raster.denominator());
    if (top < raster.top()
        || left < raster.left()
        || bottom > raster.top() + raster.height()
        || right > raster.left() + raster.width()) {
      throw new IllegalArgumentException(
          "rows %d to %d and columns %d to %d are needed of %d x %d pixels at %d, %d"
              .formatted(
                  top,
                  bottom,
                  left,
                  right,
                  raster.height(),
                  raster.width(),
                  raster.top(),
                  raster.left()));
    }
  }

  private void prepare(int taps, int length) {
    if (sums.length < length || lines.length < taps) {
      sums = new float[Math.max(length, sums.length)];
      lines = new float[Math.max(taps, lines.length)][sums.length];
    }
  }

  /** Adds up the lines of one sample. */
  private void sum(Resampling rows, int y, int first, int length) {
    int taps = rows.taps();
    scale(sums, lines[first % taps], rows.weight(y, 0), length);
    for (int tap = 1; tap < taps; tap++) {
      float weight = rows.weight(y, tap);
      if (weight != 0) {
        add(sums, lines[(first + tap) % taps], weight, length);
      }
    }
  }

  private static void toFloats(byte[] from, int start, float[] to, int length) {
    for (int x = 0; x < length; x++) {
      to[x] = from[start + x] & 0xFF;
    }
  }

  private static void scale(float[] sums, float[] line, float weight, int length) {
    for (int x = 0; x < length; x++) {
      sums[x] = weight * line[x];
    }
  }

  private static void add(float[] sums, float[] line, float weight, int length) {
    for (int x = 0; x < length; x++) {
      sums[x] += weight * line[x];
    }
  }

  private static void scaleGrey(
      float[] line, int left, Resampling columns, byte[] to, int start, int step) {
    float[] weights = columns.weights();
    int taps = columns.taps();
    int weight = 0;
    int at = start;
    for (int x = 0; x < columns.count(); x++) {
      int from = columns.first(x) - left;
      float grey = 0.5f; // rounds to the nearest
      for (int tap = 0; tap < taps; tap++) {
        grey += weights[weight++] * line[from + tap];
      }
      to[at] = (byte) (int) grey;
      at += step;
    }
  }

  private static void scaleRgb(
      float[] line, int left, Resampling columns, byte[] to, int start, int step) {
    float[] weights = columns.weights();
    int taps = columns.taps();
    int weight = 0;
    int at = start;
    for (int x = 0; x < columns.count(); x++) {
      int from = 3 * (columns.first(x) - left);
      float red = 0.5f;
      float green = 0.5f;
      float blue = 0.5f;
      for (int tap = 0; tap < taps; tap++) {
        float w = weights[weight++];
        red += w * line[from];
        green += w * line[from + 1];
        blue += w * line[from + 2];
        from += 3;
      }
      to[at] = (byte) (int) red;
      to[at + 1] = (byte) (int) green;
      to[at + 2] = (byte) (int) blue;
      at += step;
    }
  }
}
