package org.vocabeam.models.jointembedding;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Layers;

/** Projectors and predictors on an embedding. */
final class Mlp {
  private Mlp() {}

  /** Authors linear without bias, batch norm and ReLU, {@code [B, in] -> [B, width]}. */
  static Operand<TFloat32> hidden(Layers layers, Operand<TFloat32> x, int width) {
    return layers.relu(layers.batchNorm(layers.linear(x, "fc", width, false), "bn"));
  }

  /** Authors a hidden layer and a linear one (BYOL section 3.3; SimSiam's predictor). */
  static Operand<TFloat32> of(Layers layers, Operand<TFloat32> x, int hidden, int outputs) {
    return layers.linear(hidden(layers.in("0"), x, hidden), "1.fc", outputs, true);
  }
}
