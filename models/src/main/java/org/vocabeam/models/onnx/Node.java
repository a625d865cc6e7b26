package org.vocabeam.models.onnx;

import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;

/**
 * A node of a TensorFlow graph.
 *
 * @param inputs without those that only wait
 */
record Node(NodeDef definition, List<Source> inputs) {

  static Node of(NodeDef definition) {
    return new Node(
        definition,
        definition.getInputList().stream()
            .filter(input -> !input.startsWith("^"))
            .map(Source::of)
            .toList());
  }

  String name() {
    return definition.getName();
  }

  String operation() {
    return definition.getOp();
  }

  Source input(int index) {
    return inputs.get(index);
  }

  private AttrValue attribute(String name) {
    return definition.getAttrOrDefault(name, AttrValue.getDefaultInstance());
  }

  /** Returns an attribute, false when it is not there. */
  boolean flag(String name) {
    return attribute(name).getB();
  }

  long integer(String name) {
    return attribute(name).getI();
  }

  float number(String name) {
    return attribute(name).getF();
  }

  String text(String name) {
    return attribute(name).getS().toStringUtf8();
  }

  long[] integers(String name) {
    return attribute(name).getList().getIList().stream().mapToLong(i -> i).toArray();
  }

  ElementType type(String name) {
    return ElementType.of(attribute(name).getType());
  }
}
