package org.vocabeam.models.pretext;

import java.util.Arrays;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Colours of a grid on a and b of CIE Lab (D65): the cells that contain a colour of sRGB.
 *
 * @param step side of a cell
 * @param colourOf cell, row-major in a, to the number of its colour; -1 outside the gamut
 */
record ColourGrid(double step, int[] colourOf) {
  /** Bound of |a| and |b| in sRGB, where a is in [-87, 99] and b in [-108, 95]. */
  private static final int REACH = 110;

  private static final double[][] TO_XYZ = {
    {0.412453, 0.357580, 0.180423}, {0.212671, 0.715160, 0.072169}, {0.019334, 0.119193, 0.950227}
  };
  private static final double[] WHITE = {0.950456, 1, 1.088754};
  private static final double DELTA = 6.0 / 29;

  static ColourGrid of(double step) {
    int side = side(step);
    boolean[] seen = new boolean[side * side];
    // The surface of the cube of all colours is enough: a colour inside has the a and b of one on
    // the surface, lighter or darker.
    for (int red = 0; red <= 255; red++) {
      for (int green = 0; green <= 255; green++) {
        boolean edge = red % 255 == 0 || green % 255 == 0;
        for (int blue = 0; blue <= 255; blue += edge ? 1 : 255) {
          double[] lab = lab(red / 255.0, green / 255.0, blue / 255.0);
          seen[cell(lab[1], step) * side + cell(lab[2], step)] = true;
        }
      }
    }
    int[] colourOf = new int[seen.length];
    int colours = 0;
    for (int cell = 0; cell < seen.length; cell++) {
      colourOf[cell] = seen[cell] ? colours++ : -1;
    }
    return new ColourGrid(step, colourOf);
  }

  private static int side(double step) {
    return 2 * (int) Math.ceil(REACH / step) + 1;
  }

  private static int cell(double value, double step) {
    return (int) (Math.rint(value / step) + Math.ceil(REACH / step));
  }

  /** Returns Q, the number of colours. */
  int colours() {
    return Arrays.stream(colourOf).max().orElse(-1) + 1;
  }

  /** Returns L, a, b of a colour with sRGB values in 0..1. */
  static double[] lab(double red, double green, double blue) {
    double[] linear = {linear(red), linear(green), linear(blue)};
    double[] f = new double[3];
    for (int i = 0; i < 3; i++) {
      double sum = 0;
      for (int j = 0; j < 3; j++) {
        sum += TO_XYZ[i][j] * linear[j];
      }
      double t = sum / WHITE[i];
      f[i] = t > DELTA * DELTA * DELTA ? Math.cbrt(t) : t / (3 * DELTA * DELTA) + 4.0 / 29;
    }
    return new double[] {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
  }

  private static double linear(double value) {
    return value > 0.04045 ? Math.pow((value + 0.055) / 1.055, 2.4) : value / 12.92;
  }

  /**
   * Authors L, a and b of images.
   *
   * @param rgb {@code [B, S, S, 3]} in 0..1
   * @return L, a and b, {@code [B, S, S]} each
   */
  static List<Operand<TFloat32>> lab(Ops tf, Operand<TFloat32> rgb) {
    Operand<TFloat32> bent =
        tf.math.pow(
            tf.math.div(tf.math.add(rgb, tf.constant(0.055f)), tf.constant(1.055f)),
            tf.constant(2.4f));
    Operand<TFloat32> linear =
        choose(
            tf,
            tf.math.greater(rgb, tf.constant(0.04045f)),
            bent,
            tf.math.div(rgb, tf.constant(12.92f)));
    List<Operand<TFloat32>> planes = List.copyOf(tf.unstack(linear, 3L, Unstack.axis(3L)).output());
    Operand<TFloat32> fx = root(tf, planes, 0);
    Operand<TFloat32> fy = root(tf, planes, 1);
    Operand<TFloat32> fz = root(tf, planes, 2);
    return List.of(
        tf.math.sub(tf.math.mul(fy, tf.constant(116f)), tf.constant(16f)),
        tf.math.mul(tf.math.sub(fx, fy), tf.constant(500f)),
        tf.math.mul(tf.math.sub(fy, fz), tf.constant(200f)));
  }

  private static Operand<TFloat32> root(Ops tf, List<Operand<TFloat32>> rgb, int axis) {
    Operand<TFloat32> t = tf.constant(0f);
    for (int i = 0; i < 3; i++) {
      float share = (float) (TO_XYZ[axis][i] / WHITE[axis]);
      t = tf.math.add(t, tf.math.mul(rgb.get(i), tf.constant(share)));
    }
    Operand<TFloat32> root =
        tf.math.pow(tf.math.maximum(t, tf.constant(1e-12f)), tf.constant(1f / 3));
    Operand<TFloat32> straight =
        tf.math.add(
            tf.math.mul(t, tf.constant((float) (1 / (3 * DELTA * DELTA)))), tf.constant(4f / 29));
    return choose(
        tf, tf.math.greater(t, tf.constant((float) (DELTA * DELTA * DELTA))), root, straight);
  }

  private static Operand<TFloat32> choose(
      Ops tf, Operand<TBool> which, Operand<TFloat32> yes, Operand<TFloat32> no) {
    Operand<TFloat32> share = tf.dtypes.cast(which, TFloat32.class);
    return tf.math.add(no, tf.math.mul(share, tf.math.sub(yes, no)));
  }

  /**
   * Authors an image of three equal channels in 0..1 from lightness {@code [B, S, S]} in 0..100.
   */
  static Operand<TFloat32> grey(Ops tf, Operand<TFloat32> lightness) {
    Operand<TFloat32> plane = tf.math.div(lightness, tf.constant(100f));
    return tf.stack(List.of(plane, plane, plane), Stack.axis(3L));
  }

  /**
   * Authors the colour of every part of an image, from its mean a and b.
   *
   * @param a {@code [B, S, S]}
   * @param b {@code [B, S, S]}
   * @param side parts of an image's side
   * @return one-hot, {@code [B side side, Q]}; zeros where the cell of the mean has no colour
   */
  Operand<TFloat32> nearest(Ops tf, Operand<TFloat32> a, Operand<TFloat32> b, int side) {
    Operand<TFloat32> parts = means(tf, tf.stack(List.of(a, b), Stack.axis(3L)), side);
    Operand<TFloat32> offset = tf.constant((float) Math.ceil(REACH / step));
    Operand<TInt32> cells =
        tf.dtypes.cast(
            tf.math.add(tf.math.rint(tf.math.div(parts, tf.constant((float) step))), offset),
            TInt32.class);
    List<Operand<TInt32>> ab = List.copyOf(tf.unstack(cells, 2L, Unstack.axis(3L)).output());
    Operand<TInt32> cell = tf.math.add(tf.math.mul(ab.get(0), tf.constant(side(step))), ab.get(1));
    long count = cells.shape().get(0) * side * side;
    Operand<TInt32> colour =
        tf.gather(
            tf.constant(colourOf),
            tf.reshape(cell, tf.constant(new long[] {count})),
            tf.constant(0));
    return tf.oneHot(colour, tf.constant(colours()), tf.constant(1f), tf.constant(0f));
  }

  /**
   * Authors the mean of every part of an image, {@code [B, S, S, C] -> [B, side, side, C]}. A pixel
   * on the border of two parts belongs to both by its share, as in ResizeArea, which has no kernel
   * for GPUs.
   */
  static Operand<TFloat32> means(Ops tf, Operand<TFloat32> images, int side) {
    int pixels = (int) images.shape().get(1);
    if (pixels % side == 0) {
      List<Long> part = List.of(1L, (long) pixels / side, (long) pixels / side, 1L);
      return tf.nn.avgPool(images, part, part, "VALID");
    }
    float[][] shares = new float[side][pixels];
    double width = (double) pixels / side;
    for (int i = 0; i < side; i++) {
      for (int j = 0; j < pixels; j++) {
        double common = Math.min((i + 1) * width, j + 1) - Math.max(i * width, j);
        shares[i][j] = (float) (Math.max(0, common) / width);
      }
    }
    Operand<TFloat32> matrix = tf.constant(shares);
    Operand<TFloat32> rows = tf.linalg.einsum(List.of(matrix, images), "ih,bhwc->biwc");
    return tf.linalg.einsum(List.of(matrix, rows), "jw,biwc->bijc");
  }
}
