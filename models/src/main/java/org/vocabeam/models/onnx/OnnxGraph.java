package org.vocabeam.models.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.common.collect.HashMultiset;
import com.google.common.collect.Lists;
import com.google.common.collect.Multiset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Author of an ONNX graph. What no output depends on is left out, so that it may be added. */
final class OnnxGraph {
  private record Added(
      String scope,
      String operator,
      List<Value> inputs,
      List<Value> outputs,
      List<AttributeProto> attributes) {}

  private record Parameter(String name, Constant constant) {}

  private final List<Added> nodes = new ArrayList<>();
  private final Map<Parameter, Value> parameters = new HashMap<>();

  /** Returns a parameter; equal ones of the same name are one. */
  Value parameter(String name, Constant constant) {
    return parameters.computeIfAbsent(
        new Parameter(name, constant), key -> Value.constant(constant, name));
  }

  /** Adds a node with one output. */
  Value add(String scope, String operator, List<Value> inputs, AttributeProto... attributes) {
    return add(scope, operator, inputs, 1, attributes).get(0);
  }

  /** Adds a node with several outputs. */
  List<Value> add(
      String scope,
      String operator,
      List<Value> inputs,
      int outputs,
      AttributeProto... attributes) {
    List<Value> computed = Stream.generate(() -> Value.computed(scope)).limit(outputs).toList();
    nodes.add(new Added(scope, operator, inputs, computed, Arrays.asList(attributes)));
    return computed;
  }

  /**
   * Returns the nodes and constants that outputs depend on, each with a name of its own.
   *
   * @param taken names of inputs and outputs
   */
  GraphProto.Builder build(Collection<Value> outputs, Collection<String> taken) {
    List<Added> needed = above(outputs);
    Names names = new Names(taken);
    GraphProto.Builder graph = GraphProto.newBuilder();
    Set<Value> constants = new LinkedHashSet<>();
    for (Added node : needed) {
      String name = names.unique(node.scope() + "/" + node.operator());
      for (int i = 0; i < node.inputs().size(); i++) {
        Value input = node.inputs().get(i);
        if (input.constant() != null && constants.add(input)) {
          input.name(names.unique(input.hasName() ? input.name() : name + "." + i));
        }
      }
      for (int i = 0; i < node.outputs().size(); i++) {
        Value output = node.outputs().get(i);
        if (!output.hasName()) {
          output.name(i == 0 ? name : name + ":" + i);
        }
      }
      graph.addNode(
          NodeProto.newBuilder()
              .setName(name)
              .setOpType(node.operator())
              .addAllInput(Lists.transform(node.inputs(), Value::name))
              .addAllOutput(Lists.transform(node.outputs(), Value::name))
              .addAllAttribute(node.attributes()));
    }
    constants.forEach(value -> graph.addInitializer(value.constant().named(value.name())));
    return graph;
  }

  private List<Added> above(Collection<Value> outputs) {
    Set<Value> read = new HashSet<>(outputs);
    List<Added> needed = new ArrayList<>();
    for (Added node : Lists.reverse(nodes)) {
      if (node.outputs().stream().anyMatch(read::contains)) {
        read.addAll(node.inputs());
        needed.add(node);
      }
    }
    return Lists.reverse(needed);
  }

  /** Names that were given. */
  private static final class Names {
    private final Multiset<String> given = HashMultiset.create();

    Names(Collection<String> taken) {
      given.addAll(taken);
    }

    String unique(String wanted) {
      given.add(wanted);
      int count = given.count(wanted);
      return count == 1 ? wanted : unique(wanted + "_" + count);
    }
  }
}
