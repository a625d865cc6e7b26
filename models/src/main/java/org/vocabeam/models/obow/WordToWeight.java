package org.vocabeam.models.obow;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Layers;

/**
 * Generator G of the student's classifier (OBoW section 3.4, eq. 6; reference code {@code
 * BoWPredictor}): the words change at every step, so the weights of the classifier are computed
 * from them.
 */
public final class WordToWeight {
  private WordToWeight() {}

  /**
   * Authors the weights: L2-normalised word, linear to 2 D without bias, batch norm over the K
   * words, ReLU, linear to D, L2-normalised.
   *
   * @param words {@code [K, C]}
   * @param width D, the width of the student's pooled feature
   * @return {@code [K, D]}
   */
  public static Operand<TFloat32> generate(Layers layers, Operand<TFloat32> words, int width) {
    Ops tf = layers.ops();
    Operand<TFloat32> h = layers.linear(Layers.l2Normalize(tf, words), "fc", 2 * width, false);
    h = layers.relu(layers.batchNorm(h, "bn"));
    return Layers.l2Normalize(tf, layers.linear(h, "last", width, true));
  }

  /**
   * Authors kappa f W^T; the feature is not normalised.
   *
   * @param features {@code [R, D]}
   * @param weights {@code [K, D]}
   * @return {@code [R, K]}
   */
  public static Operand<TFloat32> logits(
      Layers layers, Operand<TFloat32> features, Operand<TFloat32> weights, double kappa) {
    Ops tf = layers.ops();
    return layers.timesTransposed(tf.math.mul(features, tf.constant((float) kappa)), weights);
  }
}
