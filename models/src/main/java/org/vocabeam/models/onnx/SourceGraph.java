package org.vocabeam.models.onnx;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.family.TType;

/** The part of a TensorFlow graph that some tensors depend on, with its constant parts computed. */
final class SourceGraph {
  private static final String PLACEHOLDER = "Placeholder";
  private static final String UNNAMED = "Const(_\\d+)?";

  private final Graph graph;
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Set<String> constant = new HashSet<>();
  private final Map<Source, Constant> constants = new HashMap<>();

  /** Reads the graph above some tensors, and computes what is constant in it. */
  SourceGraph(Graph graph, Collection<Source> outputs) {
    this.graph = graph;
    // A graph lists its nodes in the order in which they were made, inputs before their readers.
    for (NodeDef definition : graph.toGraphDef().getNodeList()) {
      Node node = Node.of(definition);
      nodes.put(node.name(), node);
      if (!node.operation().equals(PLACEHOLDER)
          && node.inputs().stream().allMatch(input -> constant.contains(input.node()))) {
        constant.add(node.name());
      }
    }
    keepAbove(outputs);
    compute();
  }

  private void keepAbove(Collection<Source> outputs) {
    Set<String> kept = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    outputs.forEach(output -> open.add(output.node()));
    while (!open.isEmpty()) {
      String name = open.remove();
      if (kept.add(name)) {
        node(name).inputs().forEach(input -> open.add(input.node()));
      }
    }
    nodes.keySet().retainAll(kept);
  }

  /** Computes the constants that other nodes read. */
  private void compute() {
    List<Source> read =
        variable().stream()
            .flatMap(node -> node.inputs().stream())
            .filter(input -> constant.contains(input.node()))
            .distinct()
            .toList();
    if (read.isEmpty()) {
      return;
    }
    try (Session session = new Session(graph)) {
      Session.Runner runner = session.runner();
      read.forEach(source -> runner.fetch(source.node(), source.index()));
      try (Result values = runner.run()) {
        for (int i = 0; i < read.size(); i++) {
          constants.put(read.get(i), Constant.of((TType) values.get(i)));
        }
      }
    }
  }

  /** Returns the nodes that are not constant, inputs before their readers. */
  List<Node> variable() {
    return nodes.values().stream().filter(node -> !constant.contains(node.name())).toList();
  }

  Node node(String name) {
    return nodes.get(name);
  }

  /** Returns the value of a tensor that is constant; null for another. */
  Constant constant(Source source) {
    return constants.get(source);
  }

  /** Returns the shape, with -1 for what only a call knows. */
  Shape shape(Source source) {
    return graph.operation(source.node()).output(source.index()).shape();
  }

  /** Returns the names of the parameters of which a constant is made; empty for none. */
  String parameters(Source source) {
    Set<String> names = new TreeSet<>();
    addParameters(source.node(), names);
    return names.stream().collect(Collectors.joining("+"));
  }

  private void addParameters(String name, Set<String> names) {
    Node node = node(name);
    if (node.operation().equals("Const") && !name.matches(UNNAMED)) {
      names.add(name.replaceFirst("_\\d+$", ""));
    }
    for (Source input : List.copyOf(node.inputs())) {
      addParameters(input.node(), names);
    }
  }
}
