package org.vocabeam.models.jointembedding;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Layers;

/** Cosine similarity of rows. */
final class Cosine {
  private Cosine() {}

  /** Authors {@code [B, D] x [B, D] -> [B]}, the cosine of every pair of rows. */
  static Operand<TFloat32> ofRows(Ops tf, Operand<TFloat32> a, Operand<TFloat32> b) {
    return tf.sum(
        tf.math.mul(Layers.l2Normalize(tf, a), Layers.l2Normalize(tf, b)), tf.constant(1));
  }
}
