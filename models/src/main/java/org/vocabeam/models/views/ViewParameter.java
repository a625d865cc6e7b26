package org.vocabeam.models.views;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * A number that is drawn for every view, and what it does to pixels.
 *
 * @param name for readers
 * @param neutral value that leaves the pixels as they are
 * @param change the graph of it
 */
record ViewParameter(String name, float neutral, Change change) {

  /** A change of the pixels of a batch of crops. */
  @FunctionalInterface
  interface Change {
    /**
     * Returns the crops after the change.
     *
     * @param values one for each crop, {@code [N, 1, 1]}: they meet planes {@code [N, H, W]}
     */
    Planes apply(Planes crops, Operand<TFloat32> values);
  }

  /** A parameter of the geometry, which has its own graph. */
  static ViewParameter ofGeometry(String name) {
    return new ViewParameter(name, 0, (crops, values) -> crops);
  }
}
