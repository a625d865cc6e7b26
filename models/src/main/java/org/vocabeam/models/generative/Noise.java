package org.vocabeam.models.generative;

import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.training.Method.Draw;

/** Seed of the noise that is drawn in the graph. */
final class Noise {
  private static final String DRAW = "noise";

  private Noise() {}

  /** Returns the integers of every image from which {@link #seed} is made. */
  static List<Draw> draws() {
    return List.of(new Draw(DRAW, Integer.MAX_VALUE));
  }

  /** Authors the seed: two integers, those of the first two images of the batch. */
  static Operand<TInt32> seed(Ops tf, Map<String, Operand<TInt32>> draws) {
    return tf.slice(draws.get(DRAW), tf.constant(new int[] {0}), tf.constant(new int[] {2}));
  }
}
