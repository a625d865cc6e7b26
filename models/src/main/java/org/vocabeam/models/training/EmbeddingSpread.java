package org.vocabeam.models.training;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Layers;

/**
 * Monitor of collapse (SimSiam section 4.1; lightly {@code std_of_l2_normalized}): the standard
 * deviation over a batch of every dimension of the L2-normalised embeddings, averaged over the
 * dimensions. About 1/sqrt(D) when healthy, 0 when all embeddings are equal.
 */
public final class EmbeddingSpread {
  /** Spread below which a run is stopped; healthy runs stay above 0.01. */
  public static final double COLLAPSED = 1e-4;

  private EmbeddingSpread() {}

  /**
   * Authors the spread of rows.
   *
   * @param embeddings {@code [R, D]}, R at least 2
   * @return a scalar
   */
  public static Operand<TFloat32> of(Ops tf, Operand<TFloat32> embeddings) {
    Operand<TFloat32> rows = Layers.l2Normalize(tf, embeddings);
    long count = rows.shape().get(0);
    Operand<TFloat32> centred = tf.math.sub(rows, tf.math.mean(rows, tf.constant(0)));
    Operand<TFloat32> variance =
        tf.math.div(
            tf.sum(tf.math.square(centred), tf.constant(0)), tf.constant((float) (count - 1)));
    return Layers.meanOfAll(tf, tf.math.sqrt(variance));
  }
}
