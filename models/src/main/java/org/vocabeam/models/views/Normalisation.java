package org.vocabeam.models.views;

import java.io.Serializable;
import java.util.Arrays;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.vocabeam.models.UserError;

/**
 * Mean and standard deviation of a data set's pixels, which normalise the input of an encoder.
 *
 * @param mean of each channel, in [0, 1]
 * @param std of each channel, in (0, 1]
 */
public record Normalisation(float[] mean, float[] std) implements Serializable {

  public Normalisation {
    if (mean.length != std.length || (mean.length != 1 && mean.length != 3)) {
      throw new UserError(
          "normalisation has %d means and %d deviations: give one of each per channel, 1 or 3"
              .formatted(mean.length, std.length));
    }
    for (int channel = 0; channel < mean.length; channel++) {
      if (!(mean[channel] >= 0 && mean[channel] <= 1)) {
        throw new UserError(
            "normalisation: the mean of channel %d is %s, must be in 0 to 1, to which pixels are scaled"
                .formatted(channel, mean[channel]));
      }
      if (!(std[channel] > 0 && std[channel] <= 1)) {
        throw new UserError(
            "normalisation: the deviation of channel %d is %s, must be above 0 and at most 1: are all images of one colour?"
                .formatted(channel, std[channel]));
      }
    }
  }

  /**
   * Returns {@code (pixel / 255 - mean) / std}.
   *
   * @param images 8 bits, {@code [..., C]}
   */
  public Operand<TFloat32> apply(Ops tf, Operand<TUint8> images) {
    long channels = images.shape().get(images.shape().numDimensions() - 1);
    if (channels != mean.length) {
      throw new IllegalArgumentException(
          "images are %s, must have the normalisation's %d channels"
              .formatted(images.shape(), mean.length));
    }
    float[] scale = new float[mean.length];
    float[] shift = new float[mean.length];
    for (int channel = 0; channel < mean.length; channel++) {
      scale[channel] = 1 / (255 * std[channel]);
      shift[channel] = mean[channel] / std[channel];
    }
    Operand<TFloat32> pixels = tf.dtypes.cast(images, TFloat32.class);
    return tf.math.sub(tf.math.mul(pixels, tf.constant(scale)), tf.constant(shift));
  }

  /**
   * Returns {@code (pixel - mean) / std}.
   *
   * @param images in 0..1, {@code [..., C]}
   */
  public Operand<TFloat32> applyToShares(Ops tf, Operand<TFloat32> images) {
    return tf.math.div(tf.math.sub(images, tf.constant(mean)), tf.constant(std));
  }

  /** Returns the pixels in 0..1 of normalised images. */
  public Operand<TFloat32> invert(Ops tf, Operand<TFloat32> normalised) {
    return tf.math.add(tf.math.mul(normalised, tf.constant(std)), tf.constant(mean));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Normalisation that
        && Arrays.equals(mean, that.mean)
        && Arrays.equals(std, that.std);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(mean) + Arrays.hashCode(std);
  }
}
