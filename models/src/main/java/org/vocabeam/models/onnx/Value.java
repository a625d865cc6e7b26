package org.vocabeam.models.onnx;

/** A tensor of an ONNX graph, which gets its name when the graph is written. */
final class Value {
  private final String scope;
  private final Constant constant;
  private String name;

  private Value(String scope, Constant constant, String name) {
    this.scope = scope;
    this.constant = constant;
    this.name = name;
  }

  static Value input(String name) {
    return new Value(name, null, name);
  }

  /** Makes a constant, whose name may be null. */
  static Value constant(Constant constant, String name) {
    return new Value("", constant, name);
  }

  static Value computed(String scope) {
    return new Value(scope, null, null);
  }

  /** Returns the layer to which it belongs. */
  String scope() {
    return scope;
  }

  /** Returns the value; null for a tensor that is computed. */
  Constant constant() {
    return constant;
  }

  boolean hasName() {
    return name != null;
  }

  void name(String given) {
    name = given;
  }

  String name() {
    return name;
  }
}
