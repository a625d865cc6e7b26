package org.vocabeam.models.pretext;

import static org.vocabeam.models.graph.Layers.meanOfAll;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.vocabeam.models.training.EmbeddingSpread;
import org.vocabeam.models.training.Method.Loss;

/** What the pretext tasks that are a classification end with. */
final class Classification {
  private Classification() {}

  /**
   * Cross-entropy, mean over the rows.
   *
   * @param logits {@code [R, K]}
   * @param classes one-hot, {@code [R, K]}
   * @param features of the encoder, for the monitor of collapse
   */
  static Loss loss(
      Ops tf, Operand<TFloat32> logits, Operand<TFloat32> classes, Operand<TFloat32> features) {
    Operand<TFloat32> loss =
        meanOfAll(tf, tf.nn.softmaxCrossEntropyWithLogits(logits, classes).loss());
    Operand<TInt64> said = tf.math.argMax(logits, tf.constant(1));
    Operand<TInt64> right = tf.math.argMax(classes, tf.constant(1));

    Map<String, Operand<TFloat32>> metrics = new LinkedHashMap<>();
    metrics.put("loss", loss);
    metrics.put("embedding_std", EmbeddingSpread.of(tf, features));
    metrics.put(
        "accuracy", meanOfAll(tf, tf.dtypes.cast(tf.math.equal(said, right), TFloat32.class)));
    return new Loss(loss, metrics, after -> {});
  }
}
