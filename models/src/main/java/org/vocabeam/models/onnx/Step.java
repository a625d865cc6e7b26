package org.vocabeam.models.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.ndarray.Shape;
import org.vocabeam.models.UserError;

/**
 * The translation of one node.
 *
 * @param scope layer to which its nodes belong
 */
record Step(Translation translation, Node node, String scope) {

  Source output() {
    return new Source(node.name(), 0);
  }

  Shape shape(int input) {
    return translation.source().shape(node.input(input));
  }

  int rank(int input) {
    return shape(input).numDimensions();
  }

  /** Returns an input that must be constant. */
  Constant constant(int input) {
    Constant constant = translation.source().constant(node.input(input));
    if (constant == null) {
      throw refused("input " + input + " is computed, must be constant");
    }
    return constant;
  }

  boolean isConstant(int input) {
    return translation.source().constant(node.input(input)) != null;
  }

  long[] integers(int input) {
    return constant(input).integers();
  }

  /** Returns an input in TensorFlow's order. */
  Value plain(int input) {
    return translation.plain(node.input(input));
  }

  /** Returns an input in ONNX's order. */
  Value channelsFirst(int input) {
    return translation.channelsFirst(node.input(input));
  }

  boolean isChannelsFirst(int input) {
    return translation.isChannelsFirst(node.input(input));
  }

  /** Returns true if an input exists in ONNX's order alone. */
  boolean anyChannelsFirst() {
    return node.inputs().stream().anyMatch(translation::isChannelsFirst);
  }

  /** Returns all inputs, in TensorFlow's order. */
  List<Value> inputs() {
    return node.inputs().stream().map(translation::plain).toList();
  }

  Value add(String operator, List<Value> inputs, AttributeProto... attributes) {
    return translation.add(scope, operator, inputs, attributes);
  }

  Value add(String operator, Value input, AttributeProto... attributes) {
    return add(operator, List.of(input), attributes);
  }

  Value cast(Value input, ElementType type) {
    return add("Cast", input, Attributes.integer("to", type.onnx().getNumber()));
  }

  /** Returns a constant of the translation's own. */
  static Value constant(Constant constant) {
    return Value.constant(constant, null);
  }

  static Value list(long... values) {
    return constant(Constant.of(values));
  }

  static Value number(float value) {
    return constant(Constant.scalar(value));
  }

  /** Returns a constant that is made of an input, and has its name. */
  Value constant(int input, Constant made) {
    return translation.constant(node.input(input), made);
  }

  void put(Value value) {
    translation.put(output(), value);
  }

  void put(int index, Value value) {
    translation.put(new Source(node.name(), index), value);
  }

  void putChannelsFirst(Value value) {
    translation.putChannelsFirst(output(), value);
  }

  /** Gives the output, computed from inputs of one order, in that order. */
  void put(Value value, boolean channelsFirst) {
    if (channelsFirst) {
      putChannelsFirst(value);
    } else {
      put(value);
    }
  }

  UserError refused(String why) {
    return new UserError(
        String.format("ONNX: %s (%s) of %s: %s", node.operation(), node.name(), scope, why));
  }

  /** Returns the axes of an input, those that count from the end too. */
  long[] axes(int input, int rank) {
    return Arrays.stream(integers(input)).map(axis -> Math.floorMod(axis, (long) rank)).toArray();
  }
}
