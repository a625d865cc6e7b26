package org.vocabeam.models.jointembedding;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Layers;

/**
 * Entropy of distributions over prototypes, in nats: 0 for one prototype, ln K for equal shares.
 */
final class Entropy {
  private Entropy() {}

  /** Authors the mean entropy of rows {@code [B, K]}. */
  static Operand<TFloat32> ofRows(Ops tf, Operand<TFloat32> probabilities) {
    Operand<TFloat32> logs = tf.math.log(tf.math.maximum(probabilities, tf.constant(1e-30f)));
    return tf.math.neg(
        Layers.meanOfAll(tf, tf.sum(tf.math.mul(probabilities, logs), tf.constant(1))));
  }

  /** Authors the entropy of the mean of rows {@code [B, K]}. */
  static Operand<TFloat32> ofMean(Ops tf, Operand<TFloat32> probabilities) {
    return ofRows(tf, tf.expandDims(tf.math.mean(probabilities, tf.constant(0)), tf.constant(0)));
  }
}
