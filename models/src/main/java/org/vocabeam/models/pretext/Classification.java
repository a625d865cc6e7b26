package org.vocabeam.models.pretext;

import static org.vocabeam.models.graph.Layers.crossEntropy;
import static org.vocabeam.models.graph.Layers.meanOfAll;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.vocabeam.models.training.Loss;

/** Loss of the pretext tasks that are classifications. */
final class Classification {
  private Classification() {}

  /**
   * Authors the cross-entropy, mean over the rows, and the accuracy.
   *
   * @param logits {@code [R, K]}
   * @param classes one-hot, {@code [R, K]}
   * @param features {@code [R, D]} of the encoder, which are watched for collapse
   */
  static Loss loss(
      Ops tf, Operand<TFloat32> logits, Operand<TFloat32> classes, Operand<TFloat32> features) {
    Operand<TFloat32> loss = meanOfAll(tf, crossEntropy(tf, logits, classes));
    Operand<TInt64> predicted = tf.math.argMax(logits, tf.constant(1));
    Operand<TInt64> correct = tf.math.argMax(classes, tf.constant(1));
    return Loss.of(loss, features)
        .with(
            "accuracy",
            meanOfAll(tf, tf.dtypes.cast(tf.math.equal(predicted, correct), TFloat32.class)));
  }
}
