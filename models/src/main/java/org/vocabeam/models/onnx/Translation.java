package org.vocabeam.models.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vocabeam.models.UserError;

/**
 * Translation of a TensorFlow graph, node by node. A tensor of four axes may exist in TensorFlow's
 * order ({@code [N, H, W, C]}) and in ONNX's ({@code [N, C, H, W]}); it is transposed when a node
 * first wants the order that is not there.
 */
final class Translation {
  /** Axes of TensorFlow's order in that of ONNX. */
  static final int[] CHANNELS_FIRST = {0, 3, 1, 2};

  private static final int[] CHANNELS_LAST = {0, 2, 3, 1};

  private static final class Orders {
    private Value plain;
    private Value channelsFirst;

    private String scope() {
      return (plain == null ? channelsFirst : plain).scope();
    }
  }

  private final SourceGraph source;
  private final OnnxGraph graph = new OnnxGraph();
  private final Map<Source, Orders> values = new HashMap<>();

  /** Layers in the order in which they came. */
  private final Map<String, Integer> layers = new HashMap<>();

  Translation(SourceGraph source) {
    this.source = source;
  }

  SourceGraph source() {
    return source;
  }

  OnnxGraph graph() {
    return graph;
  }

  /**
   * Translates every node.
   *
   * @param inputs by tensor
   */
  void translate(Map<Source, Value> inputs) {
    inputs.forEach(this::put);
    for (Node node : source.variable()) {
      Source first = new Source(node.name(), 0);
      if (!inputs.containsKey(first)) {
        Operators.of(node).translate(new Step(this, node, scope(node)));
      }
    }
  }

  /** Returns the layer of a node: that of its parameters, or else the last one that it reads. */
  private String scope(Node node) {
    for (Source input : node.inputs()) {
      if (source.constant(input) != null && !source.parameters(input).isEmpty()) {
        String layer = source.parameters(input).replaceFirst("\\.[^.]*$", "");
        layers.putIfAbsent(layer, layers.size());
        return layer;
      }
    }
    return node.inputs().stream()
        .filter(input -> source.constant(input) == null)
        .map(input -> orders(input).scope())
        .max(Comparator.comparing(layer -> layers.getOrDefault(layer, -1)))
        .orElseThrow();
  }

  void put(Source tensor, Value value) {
    values.computeIfAbsent(tensor, key -> new Orders()).plain = value;
  }

  void putChannelsFirst(Source tensor, Value value) {
    values.computeIfAbsent(tensor, key -> new Orders()).channelsFirst = value;
  }

  private Orders orders(Source tensor) {
    Orders orders = values.get(tensor);
    if (orders == null) {
      throw new IllegalStateException(tensor + " has not been translated");
    }
    return orders;
  }

  /** Makes a tensor another name of one that is there. */
  void same(Source tensor, Source original) {
    values.put(tensor, orders(original));
  }

  /** Returns true for a map that exists in ONNX's order alone. */
  boolean isChannelsFirst(Source tensor) {
    return source.constant(tensor) == null && orders(tensor).plain == null;
  }

  /** Returns a tensor in TensorFlow's order. */
  Value plain(Source tensor) {
    Constant constant = source.constant(tensor);
    if (constant != null) {
      return constant(tensor, constant);
    }
    Orders orders = orders(tensor);
    if (orders.plain == null) {
      orders.plain = transposed(orders.channelsFirst, CHANNELS_LAST);
    }
    return orders.plain;
  }

  /** Returns a map, or what is added to one, in ONNX's order. */
  Value channelsFirst(Source tensor) {
    Constant constant = source.constant(tensor);
    if (constant != null) {
      return constant(tensor, channelsFirst(constant));
    }
    Orders orders = orders(tensor);
    if (orders.channelsFirst == null) {
      orders.channelsFirst = transposed(orders.plain, CHANNELS_FIRST);
    }
    return orders.channelsFirst;
  }

  private static Constant channelsFirst(Constant constant) {
    if (constant.count() == 1) {
      return constant.reshaped();
    }
    return switch (constant.rank()) {
      case 1 -> constant.reshaped(constant.count(), 1, 1);
      case 4 -> constant.permuted(CHANNELS_FIRST);
      default ->
          throw new UserError(
              "ONNX: a constant of shape "
                  + Arrays.toString(constant.shape())
                  + " meets a map, must have 1 axis or 4");
    };
  }

  /** Returns a constant that is made of another one, by whose parameters it is named. */
  Value constant(Source tensor, Constant constant) {
    String name = source.parameters(tensor);
    return name.isEmpty() ? Value.constant(constant, null) : graph.parameter(name, constant);
  }

  private Value transposed(Value value, int[] axes) {
    return graph.add(
        value.scope(),
        "Transpose",
        List.of(value),
        Attributes.integers("perm", Arrays.stream(axes).asLongStream().toArray()));
  }

  /** Adds a node to a layer. */
  Value add(String scope, String operator, List<Value> inputs, AttributeProto... attributes) {
    return graph.add(scope, operator, inputs, attributes);
  }
}
