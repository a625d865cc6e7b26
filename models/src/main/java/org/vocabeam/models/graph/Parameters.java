package org.vocabeam.models.graph;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * Where layers get their parameters from, by unscoped name. The same network built on another
 * source becomes a teacher ({@link MovingAverage}) or a network of constants.
 */
public interface Parameters {
  /** The value of a trained parameter; the same variable for the same name. */
  Operand<TFloat32> trained(String name, Initializer initializer, long... shape);

  /** The value of a running statistic, after every {@link #moveStatistic} so far. */
  Operand<TFloat32> statistic(String name, Initializer initializer, long... shape);

  /** Assigns a new value to a statistic once per run, after the value that it was made of. */
  void moveStatistic(String name, Operand<TFloat32> value);
}
