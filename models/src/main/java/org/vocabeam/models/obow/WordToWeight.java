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
    Operand<TFloat32> unit = Layers.l2Normalize(tf, words);
    return Layers.l2Normalize(tf, hidden(layers, unit, 2 * width, width));
  }

  /**
   * Authors the weights of MOCA (Gidaris et al. 2024, section 3; reference code {@code ResWGEN}):
   * the generator adds to the word, or to a linear map of it where the widths differ.
   *
   * @param words {@code [K, C]}
   * @param hiddenWidth of the hidden layer
   * @param width D of the features that the weights classify
   * @return {@code [K, D]}
   */
  public static Operand<TFloat32> generateResidual(
      Layers layers, Operand<TFloat32> words, int hiddenWidth, int width) {
    Ops tf = layers.ops();
    Operand<TFloat32> unit = Layers.l2Normalize(tf, words);
    Operand<TFloat32> skip =
        unit.shape().get(1) == width ? unit : layers.linear(unit, "skip", width, true);
    return Layers.l2Normalize(tf, tf.math.add(hidden(layers, unit, hiddenWidth, width), skip));
  }

  /** Authors linear without bias, batch norm over the K words, ReLU, linear. */
  private static Operand<TFloat32> hidden(
      Layers layers, Operand<TFloat32> words, int hiddenWidth, int width) {
    Operand<TFloat32> h = layers.linear(words, "fc", hiddenWidth, false);
    return layers.linear(layers.relu(layers.batchNorm(h, "bn")), "last", width, true);
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
