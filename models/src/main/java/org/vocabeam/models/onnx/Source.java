package org.vocabeam.models.onnx;

import org.tensorflow.Output;

/**
 * A tensor of a TensorFlow graph.
 *
 * @param node that computes it
 * @param index among the outputs of the node
 */
record Source(String node, int index) {

  static Source of(Output<?> output) {
    return new Source(output.op().name(), output.index());
  }

  /**
   * Returns the tensor of an input.
   *
   * @param input as a {@code NodeDef} has it, {@code node} or {@code node:index}
   */
  static Source of(String input) {
    int colon = input.indexOf(':');
    return colon < 0
        ? new Source(input, 0)
        : new Source(input.substring(0, colon), Integer.parseInt(input.substring(colon + 1)));
  }
}
