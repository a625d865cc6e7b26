package org.vocabeam.models.training;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Parameters;

/** Linear layer that scores the classes of an embedding. */
public final class Classifier {
  private static final String LAYER = "fc";

  private Classifier() {}

  /**
   * Authors a logit for every class.
   *
   * @param parameters of {@link Method#CLASSIFIER}
   * @param embedding {@code [B, D]}
   * @return {@code [B, classes]}
   */
  public static Operand<TFloat32> logits(
      Ops tf, Parameters parameters, Operand<TFloat32> embedding, int classes) {
    return new Layers(tf, parameters, Mode.INFERENCE).linear(embedding, LAYER, classes, true);
  }
}
