package org.vocabeam.models.training;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Parameters;

/** The linear layer that says which class an embedding is of. */
public final class Classifier {
  private static final String LAYER = "fc";

  private Classifier() {}

  /**
   * One score for every class, whose softmax are probabilities.
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
