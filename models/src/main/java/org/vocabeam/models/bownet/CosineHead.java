package org.vocabeam.models.bownet;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Parameters;

/**
 * Prediction layer of the student (BoWNet section 3.3, eq. 5): {@code gamma f . w_k / |w_k|}, no
 * bias. Words are unevenly frequent and free norms would learn the frequency, so the weights are
 * normalised in the graph, at every step. The feature is not normalised.
 */
final class CosineHead {
  static final String WEIGHT = "weight";
  static final String GAMMA = "gamma";

  private CosineHead() {}

  /**
   * Authors the logits.
   *
   * @param features {@code [R, D]}
   * @param words K
   * @param firstGamma first value of gamma, which is trained
   * @return {@code [R, K]}
   */
  static Operand<TFloat32> logits(
      Ops tf, Parameters parameters, Operand<TFloat32> features, int words, double firstGamma) {
    Layers layers = new Layers(tf, parameters, Mode.TRAINING);
    int width = (int) features.shape().get(1);
    // A copy of the variable: the native gradient of its square aborts on a reference.
    Operand<TFloat32> weight =
        tf.identity(parameters.trained(WEIGHT, Initializer.linear(width), words, width));
    Operand<TFloat32> gamma = parameters.trained(GAMMA, Initializer.constant((float) firstGamma));
    return tf.math.mul(layers.timesTransposed(features, Layers.l2Normalize(tf, weight)), gamma);
  }

  /** Authors {@code -sum_k y_k log softmax_k(logits)}, averaged over rows. */
  static Operand<TFloat32> softCrossEntropy(
      Ops tf, Operand<TFloat32> logits, Operand<TFloat32> targets) {
    return Layers.meanOfAll(tf, Layers.crossEntropy(tf, logits, tf.stopGradient(targets)));
  }
}
