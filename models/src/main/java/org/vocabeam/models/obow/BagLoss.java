package org.vocabeam.models.obow;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Layers;

/** Loss of a predicted bag of words (OBoW eq. 2; reference code {@code _bow_loss}). */
public final class BagLoss {
  private BagLoss() {}

  /**
   * Authors KL(y || softmax(logits)), summed over words, averaged over rows. Its gradient is that
   * of the cross-entropy; the term y log y, 0 for y = 0, moves the minimum to 0.
   *
   * @param logits {@code [B crops, K]}, rows image-major
   * @param targets {@code [B, K]}; an image's target serves all of its crops; no gradient
   * @return a scalar
   */
  public static Operand<TFloat32> divergence(
      Ops tf, Operand<TFloat32> logits, Operand<TFloat32> targets) {
    Operand<TFloat32> fixed = tf.stopGradient(targets);
    Operand<TFloat32> y = perCrop(tf, fixed, logits.shape().get(0) / fixed.shape().get(0));
    Operand<TFloat32> crossEntropy = Layers.meanOfAll(tf, Layers.crossEntropy(tf, logits, y));
    Operand<TFloat32> negativeEntropy =
        Layers.meanOfAll(tf, tf.sum(tf.math.xlogy(fixed, fixed), tf.constant(1)));
    return tf.math.add(crossEntropy, tf.stopGradient(negativeEntropy));
  }

  private static Operand<TFloat32> perCrop(Ops tf, Operand<TFloat32> targets, long crops) {
    if (crops == 1) {
      return targets;
    }
    long images = targets.shape().get(0);
    long words = targets.shape().get(1);
    Operand<TFloat32> repeated =
        tf.tile(
            tf.reshape(targets, tf.constant(new long[] {images, 1, words})),
            tf.constant(new long[] {1, crops, 1}));
    return tf.reshape(repeated, tf.constant(new long[] {images * crops, words}));
  }
}
