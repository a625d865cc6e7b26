package org.vocabeam.models.views;

import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * Square crops of a batch in a graph, with pixels in 0..255. The first change of a single channel
 * makes a list of planes {@code [N, S, S]} of them, each an unbroken block of memory: several times
 * faster than broadcasting over an innermost axis of three, and one channel is simply a list of
 * one.
 */
final class Planes {
  private final Ops tf;

  /** {@code [N, S, S, C]}; null where the crops are planes. */
  private final Operand<TFloat32> images;

  /** Null until somebody asks for them. */
  private List<Operand<TFloat32>> planes;

  /** All pixels are whole numbers. */
  private final boolean whole;

  private Planes(Ops tf, Operand<TFloat32> images, List<Operand<TFloat32>> planes, boolean whole) {
    this.tf = tf;
    this.images = images;
    this.planes = planes;
    this.whole = whole;
  }

  /** Makes crops of images {@code [N, S, S, C]}. */
  static Planes of(Ops tf, Operand<TFloat32> images) {
    return new Planes(tf, images, null, false);
  }

  /** Makes crops of 8-bit images {@code [N, S, S, C]}. */
  static Planes ofBytes(Ops tf, Operand<TUint8> images) {
    return new Planes(tf, tf.dtypes.cast(images, TFloat32.class), null, true);
  }

  Ops ops() {
    return tf;
  }

  int channels() {
    return images == null ? planes.size() : Math.toIntExact(images.shape().get(3));
  }

  /** Returns S, in pixels. */
  int side() {
    return Math.toIntExact((images == null ? planes.get(0) : images).shape().get(1));
  }

  /** Returns {@code [N, S, S, C]}. */
  Operand<TFloat32> images() {
    return images == null ? tf.stack(planes, Stack.axis(3L)) : images;
  }

  private List<Operand<TFloat32>> planes() {
    if (planes == null) {
      planes = List.copyOf(tf.unstack(images, (long) channels(), Unstack.axis(3L)).output());
    }
    return planes;
  }

  /**
   * Returns the luminance 0.299 R + 0.587 G + 0.114 B (ITU-R 601, as Pillow's "L"), {@code [N, S,
   * S]}, written so that equal channels give exactly their value; of one channel, itself.
   */
  Operand<TFloat32> grey() {
    List<Operand<TFloat32>> rgb = planes();
    if (rgb.size() == 1) {
      return rgb.get(0);
    }
    Operand<TFloat32> blue = rgb.get(2);
    Operand<TFloat32> red = tf.math.mul(tf.math.sub(rgb.get(0), blue), tf.constant(0.299f));
    Operand<TFloat32> green = tf.math.mul(tf.math.sub(rgb.get(1), blue), tf.constant(0.587f));
    return tf.math.add(blue, tf.math.add(red, green));
  }

  /** Changes each plane and cuts its values to 0..255. */
  Planes map(UnaryOperator<Operand<TFloat32>> change) {
    return with(
        plane -> tf.clipByValue(change.apply(plane), tf.constant(0f), tf.constant(255f)), false);
  }

  /**
   * Rounds each plane to 8 bits and changes it.
   *
   * @param change from whole numbers in 0..255 to the same
   */
  Planes mapWhole(UnaryOperator<Operand<TFloat32>> change) {
    return (whole ? this : with(tf.math::rint, true)).with(change, true);
  }

  private Planes with(UnaryOperator<Operand<TFloat32>> change, boolean wholeAfter) {
    return new Planes(tf, null, planes().stream().map(change).toList(), wholeAfter);
  }

  /** Returns the crops as whole numbers, {@code [N, S, S, C]}. */
  Operand<TFloat32> rounded() {
    return (whole ? this : with(tf.math::rint, true)).images();
  }
}
