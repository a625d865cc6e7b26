package org.vocabeam.models.generative;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;
import org.vocabeam.models.graph.Layers;

/**
 * Network from a code to an image: a small map, doubled until it has the image's size (Radford et
 * al. 2016, with nearest neighbours and a convolution instead of a transposed convolution).
 */
final class Decoder {
  /** Side up to which a first map is not halved. */
  private static final int LARGEST_START = 7;

  private Decoder() {}

  /**
   * Authors {@code [B, Z] -> [B, size, size, channels]}.
   *
   * @param width channels of the first map; halved with every doubling, at least 16
   */
  static Operand<TFloat32> images(
      Layers layers, Operand<TFloat32> code, int size, int channels, int width) {
    Ops tf = layers.ops();
    int doublings = 0;
    int side = size;
    while (side % 2 == 0 && side > LARGEST_START) {
      side /= 2;
      doublings++;
    }
    int rows = (int) code.shape().get(0);
    Operand<TFloat32> h =
        tf.reshape(
            layers.linear(code, "start", side * side * width, true),
            tf.constant(new int[] {rows, side, side, width}));
    return layers.cells(doubled(layers, layers.reduced(h), doublings, width), "pixels", channels);
  }

  private static <T extends TFloating> Operand<T> doubled(
      Layers layers, Operand<T> map, int doublings, int width) {
    Operand<T> h = layers.relu(layers.batchNorm(map, "start.bn"));
    int outputs = width;
    for (int i = 0; i < doublings; i++) {
      outputs = Math.max(16, outputs / 2);
      Layers in = layers.in("up" + i);
      h = in.relu(in.batchNorm(in.conv(in.upsample(h), "conv", outputs, 3, 1), "bn"));
    }
    return h;
  }
}
