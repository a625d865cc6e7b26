package org.vocabeam.models.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Result of multi-head self-attention (Vaswani et al. 2017, section 3.2).
 *
 * <pre>{@code
 * Operand<TFloat32> mixed = Attention.of(block.in("attn"), tokens, 6).tokens();
 * }</pre>
 *
 * @param tokens {@code [B, T, C]}
 * @param weights share of every token (last axis) in every token, {@code [B, heads, T, T]}
 */
public record Attention<T extends TFloating>(Operand<T> tokens, Operand<TFloat32> weights) {
  /**
   * Rotation of the queries and keys of every token (Su et al. 2021, eq. 34), in pairs of channels
   * that are half of a head's apart.
   *
   * @param cosines of the angles, {@code [T, C / heads]}
   * @param sines of the angles, negative in the first half of the channels, {@code [T, C / heads]}
   */
  public record Rotation(Operand<TFloat32> cosines, Operand<TFloat32> sines) {}

  /**
   * Adds multi-head self-attention (Vaswani et al. 2017, section 3.2): {@code softmax(q k^T /
   * sqrt(C / heads)) v}, between the linear layers {@code qkv} (outputs in the order q, k, v, each
   * split into heads of consecutive channels) and {@code proj}. Products are in the type of {@code
   * x}, the softmax is in float32; so are the products inside of it for float16, for which their
   * gradient has no kernel on CPUs.
   *
   * @param x tokens {@code [B, T, C]}
   */
  public static <T extends TFloating> Attention<T> of(Layers layers, Operand<T> x, int heads) {
    return of(layers, x, heads, Optional.empty());
  }

  /**
   * Adds {@link #of(Layers, Operand, int)} with queries and keys that are rotated; then keys have
   * no bias, which would tell places apart by itself.
   *
   * @param x tokens {@code [B, T, C]}
   */
  public static <T extends TFloating> Attention<T> of(
      Layers layers, Operand<T> x, int heads, Optional<Rotation> rotation) {
    Ops tf = layers.ops();
    long tokens = Layers.dim(x, 1);
    int width = Math.toIntExact(Layers.dim(x, 2));
    long channels = width / heads;
    Operand<T> qkv =
        rotation.isEmpty()
            ? layers.tokenwise(x, "qkv", 3 * width)
            : layers.tokenwise(x, "qkv", 3 * width, bias -> withoutSecondThird(tf, bias, width));
    List<Output<T>> parts =
        tf.unstack(
                tf.linalg.transpose(
                    tf.reshape(qkv, tf.constant(new long[] {-1, tokens, 3, heads, channels})),
                    tf.constant(new int[] {2, 0, 3, 1, 4})),
                3L)
            .output();
    Attention<? extends TFloating> mixed =
        x.type() == TFloat16.class
            ? mixed(layers, parts, TFloat32.class, rotation)
            : mixed(layers, parts, x.type(), rotation);
    Operand<T> rows =
        tf.reshape(
            tf.linalg.transpose(
                layers.cast(mixed.tokens(), x.type()), tf.constant(new int[] {0, 2, 1, 3})),
            tf.constant(new long[] {-1, tokens, width}));
    return new Attention<>(layers.tokenwise(rows, "proj", width), mixed.weights());
  }

  private static Operand<TFloat32> withoutSecondThird(Ops tf, Operand<TFloat32> bias, int third) {
    float[] kept = new float[3 * third];
    Arrays.fill(kept, 1);
    Arrays.fill(kept, third, 2 * third, 0);
    return tf.math.mul(bias, tf.constant(kept));
  }

  /** Authors {@code softmax(q k^T / sqrt(c)) v} of parts {@code [B, heads, T, c]}. */
  private static <T extends TFloating> Attention<T> mixed(
      Layers layers,
      List<? extends Operand<? extends TFloating>> qkv,
      Class<T> type,
      Optional<Rotation> rotation) {
    Ops tf = layers.ops();
    long channels = qkv.get(0).shape().get(3);
    Operand<T> query = rotated(layers, layers.cast(qkv.get(0), type), rotation);
    Operand<T> scaled = tf.math.mul(query, layers.constant(1 / Math.sqrt((double) channels), type));
    Operand<T> key = rotated(layers, layers.cast(qkv.get(1), type), rotation);
    Operand<TFloat32> weights = tf.nn.softmax(layers.float32(products(tf, scaled, key, true)));
    return new Attention<>(
        products(tf, layers.cast(weights, type), layers.cast(qkv.get(2), type), false), weights);
  }

  private static <T extends TFloating> Operand<T> rotated(
      Layers layers, Operand<T> x, Optional<Rotation> rotation) {
    if (rotation.isEmpty()) {
      return x;
    }
    Ops tf = layers.ops();
    List<? extends Operand<T>> halves = tf.split(tf.constant(3), x, 2L).output();
    Operand<T> turned = tf.concat(List.of(halves.get(1), halves.get(0)), tf.constant(3));
    return tf.math.add(
        tf.math.mul(x, layers.cast(rotation.get().cosines(), x.type())),
        tf.math.mul(turned, layers.cast(rotation.get().sines(), x.type())));
  }

  /**
   * Returns matrix products of the last two axes. It is the first version of the operation, which
   * Java's API does not have: oneDNN computes it, and its gradient has no broadcasting to undo.
   *
   * @param transposed true to transpose {@code b} before
   */
  private static <T extends TFloating> Operand<T> products(
      Ops tf, Operand<T> a, Operand<T> b, boolean transposed) {
    return tf.scope()
        .opBuilder("BatchMatMul", "BatchMatMul")
        .addInput(a.asOutput())
        .addInput(b.asOutput())
        .setAttr("adj_y", transposed)
        .build()
        .output(0);
  }
}
