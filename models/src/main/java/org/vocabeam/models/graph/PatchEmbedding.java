package org.vocabeam.models.graph;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Tokens of the patches of images (Dosovitskiy et al. 2021, eq. 1).
 *
 * <pre>{@code
 * Operand<TFloat32> tokens = PatchEmbedding.of(layers, images, "patch_embed.proj", 384, 16);
 * }</pre>
 */
public final class PatchEmbedding {
  private PatchEmbedding() {}

  /**
   * Adds a convolution of patches that do not overlap, with bias. What is left of an image behind
   * its last whole patch is not seen.
   *
   * @param x {@code [B, H, W, C]}
   * @param patch side of a patch, in pixels
   * @return a token for each patch, row by row, {@code [B, h w, outputs]}
   */
  public static <T extends TFloating> Operand<T> of(
      Layers layers, Operand<T> x, String name, int outputs, int patch) {
    return embedded(layers, pixels(layers.ops(), x, patch), name, outputs, patch);
  }

  /**
   * Adds the convolution at some patches of every image alone.
   *
   * @param x {@code [B, H, W, C]}, to which no gradient flows
   * @param places row-major numbers of the patches, {@code [B, T]}
   * @return a token for each of these patches, {@code [B, T, outputs]}
   */
  public static <T extends TFloating> Operand<T> of(
      Layers layers, Operand<T> x, String name, int outputs, int patch, Operand<TInt32> places) {
    Ops tf = layers.ops();
    Operand<T> some = tf.gather(pixels(tf, x, patch), places, tf.constant(1), Gather.batchDims(1L));
    return embedded(layers, some, name, outputs, patch);
  }

  /** Returns the pixels of every patch in the order of a kernel's, {@code [B, h w, inputs]}. */
  private static <T extends TFloating> Operand<T> pixels(Ops tf, Operand<T> x, int patch) {
    int channels = (int) Layers.dim(x, 3);
    int rows = (int) Layers.dim(x, 1) / patch;
    int columns = (int) Layers.dim(x, 2) / patch;
    Operand<T> whole = x;
    if (Layers.dim(x, 1) % patch > 0 || Layers.dim(x, 2) % patch > 0) {
      whole =
          tf.slice(
              x,
              tf.constant(new int[4]),
              tf.constant(new int[] {-1, rows * patch, columns * patch, channels}));
    }
    return tf.reshape(
        tf.nn.spaceToDepth(whole, (long) patch),
        tf.constant(new int[] {-1, rows * columns, channels * patch * patch}));
  }

  private static <T extends TFloating> Operand<T> embedded(
      Layers layers, Operand<T> pixels, String name, int outputs, int patch) {
    Ops tf = layers.ops();
    int inputs = (int) Layers.dim(pixels, 2);
    Operand<TFloat32> kernel =
        layers.parameter(
            name + ".weight",
            Initializer.linear(inputs),
            patch,
            patch,
            inputs / (patch * patch),
            outputs);
    Operand<TFloat32> bias = layers.parameter(name + ".bias", Initializer.linear(inputs), outputs);
    Operand<T> weight =
        layers.cast(tf.reshape(kernel, tf.constant(new int[] {inputs, outputs})), pixels.type());
    Operand<T> rows = tf.reshape(pixels, tf.constant(new int[] {-1, inputs}));
    Operand<T> y = tf.nn.biasAdd(tf.linalg.matMul(rows, weight), layers.cast(bias, pixels.type()));
    return tf.reshape(y, tf.constant(new long[] {-1, Layers.dim(pixels, 1), outputs}));
  }
}
