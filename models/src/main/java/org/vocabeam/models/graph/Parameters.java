package org.vocabeam.models.graph;

import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Source of a network's parameters, by unscoped name. The same network built on another source is a
 * teacher ({@link MovingAverage}) or a network of constants ({@link Constants}).
 */
public interface Parameters {
  /** Returns the precision in which layers compute with the parameters, which are float32. */
  Precision precision();

  /** Returns the value of a trained parameter; the same name is the same variable. */
  Operand<TFloat32> trained(String name, Initializer initializer, long... shape);

  /** Returns the value of a running statistic, after each {@link #moveStatistic} so far. */
  Operand<TFloat32> statistic(String name, Initializer initializer, long... shape);

  /** Assigns a new value to a statistic, once per run and after the reads that it is made of. */
  void moveStatistic(String name, Operand<TFloat32> value);

  /**
   * Returns the seed {@code [2]} of a layer's noise, another one at every call; empty for a network
   * without noise, as a teacher or an encoder is.
   */
  default Optional<Operand<TInt32>> noise() {
    return Optional.empty();
  }
}
