package org.vocabeam.models.views;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * The {@link Appearance} of crops. After the hue, a batch is a list of colour planes {@code [N, H,
 * W]}, each an unbroken block of memory: several times faster than broadcasting over an innermost
 * axis of three, and one channel is simply a list of one.
 */
final class Colours {
  private static final Set<ViewColumn> CHANGES =
      EnumSet.range(ViewColumn.HUE, ViewColumn.THRESHOLD);

  private Colours() {}

  /** Crops {@code [N, H, W, C]} in 0..255 to the same in 8 bits. */
  static Operand<TUint8> apply(Ops tf, Operand<TFloat32> crops, ViewParameters parameters) {
    if (parameters.columns().stream().noneMatch(CHANGES::contains)) {
      return tf.dtypes.cast(tf.math.rint(crops), TUint8.class);
    }
    int channels = Math.toIntExact(crops.shape().get(3));
    boolean colour = channels == 3;
    if (colour && parameters.has(ViewColumn.HUE)) {
      crops = shiftHue(tf, crops, parameters.perPlane(tf, ViewColumn.HUE));
    }
    List<Operand<TFloat32>> planes =
        new ArrayList<>(tf.unstack(crops, (long) channels, Unstack.axis(3L)).output());
    if (parameters.has(ViewColumn.BRIGHTNESS)) {
      Operand<TFloat32> factor = parameters.perPlane(tf, ViewColumn.BRIGHTNESS);
      planes.replaceAll(plane -> clip(tf, tf.math.mul(plane, factor)));
    }
    if (parameters.has(ViewColumn.CONTRAST)) {
      planes.replaceAll(contrast(tf, planes, parameters.perPlane(tf, ViewColumn.CONTRAST)));
    }
    if (colour && parameters.has(ViewColumn.SATURATION)) {
      planes.replaceAll(saturation(tf, planes, parameters.perPlane(tf, ViewColumn.SATURATION)));
    }
    planes.replaceAll(tf.math::rint);
    if (parameters.has(ViewColumn.SIGMA)) {
      planes.replaceAll(
          Blur.of(tf, planes.get(0).shape(), parameters.perPlane(tf, ViewColumn.SIGMA)));
    }
    if (parameters.has(ViewColumn.THRESHOLD)) {
      Operand<TFloat32> threshold = parameters.perPlane(tf, ViewColumn.THRESHOLD);
      planes.replaceAll(plane -> solarize(tf, plane, threshold));
    }
    List<Operand<TUint8>> bytes = new ArrayList<>();
    planes.forEach(plane -> bytes.add(tf.dtypes.cast(plane, TUint8.class)));
    return tf.stack(bytes, Stack.axis(3L));
  }

  /** {@code shift [N, 1, 1]} in turns of the colour circle. */
  private static Operand<TFloat32> shiftHue(
      Ops tf, Operand<TFloat32> images, Operand<TFloat32> shift) {
    // Hue and saturation are ratios, so the value may stay in 0..255.
    List<Operand<TFloat32>> hsv =
        new ArrayList<>(tf.unstack(tf.image.rgbToHsv(images), 3L, Unstack.axis(-1L)).output());
    Operand<TFloat32> hue = tf.math.add(hsv.get(0), shift);
    hsv.set(0, tf.math.sub(hue, tf.math.floor(hue)));
    return tf.image.hsvToRgb(tf.stack(hsv, Stack.axis(-1L)));
  }

  /**
   * Luminance 0.299 R + 0.587 G + 0.114 B (ITU-R 601, as Pillow's "L"), written so that equal
   * channels give exactly their value; of one channel, itself.
   */
  private static Operand<TFloat32> grey(Ops tf, List<Operand<TFloat32>> planes) {
    if (planes.size() == 1) {
      return planes.get(0);
    }
    Operand<TFloat32> blue = planes.get(2);
    Operand<TFloat32> red = tf.math.mul(tf.math.sub(planes.get(0), blue), tf.constant(0.299f));
    Operand<TFloat32> green = tf.math.mul(tf.math.sub(planes.get(1), blue), tf.constant(0.587f));
    return tf.math.add(blue, tf.math.add(red, green));
  }

  /** Away from the image's mean grey (a whole number, as in Pillow) by {@code factor}. */
  private static UnaryOperator<Operand<TFloat32>> contrast(
      Ops tf, List<Operand<TFloat32>> planes, Operand<TFloat32> factor) {
    long pixels = planes.get(0).shape().get(1) * planes.get(0).shape().get(2);
    // Whole numbers add up to the same sum in any order, so the batch and the threads cannot
    // matter.
    Operand<TInt32> levels = tf.dtypes.cast(tf.math.rint(grey(tf, planes)), TInt32.class);
    Operand<TInt32> sum = tf.reduceSum(levels, tf.constant(new int[] {1, 2}));
    Operand<TFloat32> mean =
        tf.math.rint(tf.math.div(tf.dtypes.cast(sum, TFloat32.class), tf.constant((float) pixels)));
    Operand<TFloat32> meanPart =
        tf.math.mul(
            tf.reshape(mean, tf.constant(new int[] {-1, 1, 1})),
            tf.math.sub(tf.constant(1f), factor));
    return plane -> clip(tf, tf.math.add(tf.math.mul(plane, factor), meanPart));
  }

  /** Away from the pixel's grey by {@code factor}; 0 is grey. */
  private static UnaryOperator<Operand<TFloat32>> saturation(
      Ops tf, List<Operand<TFloat32>> planes, Operand<TFloat32> factor) {
    Operand<TFloat32> grey = grey(tf, planes);
    return plane -> clip(tf, tf.math.add(grey, tf.math.mul(tf.math.sub(plane, grey), factor)));
  }

  /** {@code x -> 255 - x} where x is at least the threshold. */
  private static Operand<TFloat32> solarize(
      Ops tf, Operand<TFloat32> plane, Operand<TFloat32> threshold) {
    Operand<TFloat32> inverted =
        tf.dtypes.cast(tf.math.greaterEqual(plane, threshold), TFloat32.class);
    Operand<TFloat32> change = tf.math.sub(tf.constant(255f), tf.math.mul(plane, tf.constant(2f)));
    return tf.math.add(plane, tf.math.mul(inverted, change));
  }

  private static Operand<TFloat32> clip(Ops tf, Operand<TFloat32> plane) {
    return tf.clipByValue(plane, tf.constant(0f), tf.constant(255f));
  }
}
