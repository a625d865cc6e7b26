package org.vocabeam.models.obow;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.backbone.SineCosine;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.Layers;

/**
 * Transformer of MOCA that gets the patches which the encoder has seen, and predicts the words of
 * these and of others.
 *
 * <pre>{@code
 * Operand<TFloat32> tokens =
 *     new PatchDecoder(512, 2, 16).tokens(layers, encoder, image, early, 14, places);
 * }</pre>
 *
 * @param width channels of a token
 * @param depth number of blocks
 * @param heads of the attention; a divisor of the width
 */
public record PatchDecoder(int width, int depth, int heads) implements Serializable {
  public PatchDecoder {
    checkArgument(
        width > 0 && width % 4 == 0, "width is %s, must be a positive multiple of 4", width);
    checkArgument(depth > 0, "depth is %s, must be positive", depth);
    checkArgument(
        heads > 0 && width % heads == 0,
        "heads is %s, must be a divisor of width, which is %s",
        heads,
        width);
  }

  /**
   * Authors the features of patches: those that the encoder has seen, and mask tokens in the places
   * of others, behind the feature of the image.
   *
   * @param image {@code [2 B, D]}
   * @param early patches that the encoder has seen, {@code [2 B, T, D]}
   * @param side patches of a view in a row
   * @param places of these and of others, {@code [2 B, P]}
   * @return {@code [2 B P, width]}
   */
  Operand<TFloat32> tokens(
      Layers layers,
      VisionTransformer encoder,
      Operand<TFloat32> image,
      Operand<TFloat32> early,
      int side,
      Operand<TInt32> places) {
    Ops tf = layers.ops();
    int seen = Math.toIntExact(early.shape().get(1));
    int hidden = Math.toIntExact(places.shape().get(1)) - seen;
    Operand<TFloat32> known =
        tf.concat(
            List.of(tf.expandDims(image, tf.constant(1)), layers.layerNorm(early, "early_norm")),
            tf.constant(1));
    Operand<TFloat32> narrow =
        layers.float32(layers.tokenwise(layers.reduced(known), "embed", width));
    Operand<TFloat32> mask = layers.parameter("mask_token", Initializer.normal(0.02), 1, 1, width);
    // The position of the image's feature is 0, and so is that of the table's first row.
    Operand<TFloat32> table =
        tf.reshape(
            tf.constant(SineCosine.table(side, side, width)), tf.constant(new int[] {-1, width}));
    Operand<TFloat32> positions =
        tf.gather(table, tf.math.add(places, tf.constant(1)), tf.constant(0));
    Operand<TFloat32> tokens =
        tf.concat(
            List.of(
                some(tf, narrow, 0, 1),
                tf.math.add(some(tf, narrow, 1, seen), some(tf, positions, 0, seen)),
                tf.math.add(some(tf, positions, seen, hidden), mask)),
            tf.constant(1));
    VisionTransformer network =
        new VisionTransformer(
            encoder.patch(),
            width,
            depth,
            heads,
            side,
            encoder.positions(),
            VisionTransformer.FeedForward.MLP,
            /* registers= */ 0,
            /* layerScale= */ null,
            encoder.feature(),
            /* dropPath= */ 0,
            encoder.expansion());
    List<Operand<TFloat32>> blocks = network.blocks(layers, tokens);
    Operand<TFloat32> normed = network.normed(layers, blocks.get(depth - 1));
    return tf.reshape(network.patches(tf, normed), tf.constant(new int[] {-1, width}));
  }

  private static Operand<TFloat32> some(Ops tf, Operand<TFloat32> tokens, int first, int count) {
    int width = Math.toIntExact(tokens.shape().get(2));
    return tf.slice(
        tokens, tf.constant(new int[] {0, first, 0}), tf.constant(new int[] {-1, count, width}));
  }
}
