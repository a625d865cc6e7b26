package org.vocabeam.models.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;

/**
 * A TensorFlow graph as an ONNX model: the same inputs and outputs by the same names, weights and
 * everything else that is constant inside. Equal graphs give equal bytes.
 *
 * <pre>{@code
 * OnnxModel.of(graph, Map.of("images", images), Map.of("embedding", embedding))
 *     .write(Path.of("encoder.onnx"), Map.of("licence", "MIT"));
 * }</pre>
 */
public final class OnnxModel {
  /** Version of ONNX's operations; the package says why. */
  public static final int OPSET = 17;

  /** Version of the format that came with the operations. */
  private static final int FORMAT = 8;

  private final GraphProto graph;

  private OnnxModel(GraphProto graph) {
    this.graph = graph;
  }

  /**
   * Translates the part of a graph between inputs and outputs.
   *
   * @param inputs placeholders by name; an axis of unknown size is one of any size
   * @param outputs by name, in the order that the model has
   * @throws org.vocabeam.models.UserError for an operation that has no translation
   */
  public static OnnxModel of(
      Graph graph,
      Map<String, ? extends Operand<?>> inputs,
      Map<String, ? extends Operand<?>> outputs) {
    List<Source> results = outputs.values().stream().map(o -> Source.of(o.asOutput())).toList();
    Translation translation = new Translation(new SourceGraph(graph, results));
    Map<Source, Value> given = new LinkedHashMap<>();
    inputs.forEach((name, input) -> given.put(Source.of(input.asOutput()), Value.input(name)));
    translation.translate(given);

    List<String> names = new ArrayList<>(outputs.keySet());
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      // An output of its own, because another may be the same tensor.
      Value result = translation.plain(results.get(i));
      Value named = translation.add(result.scope(), "Identity", List.of(result));
      named.name(names.get(i));
      values.add(named);
    }
    List<String> taken = new ArrayList<>(names);
    taken.addAll(inputs.keySet());
    GraphProto.Builder built = translation.graph().build(values, taken).setName("encoder");
    inputs.forEach((name, input) -> built.addInput(info(name, input.asOutput())));
    outputs.forEach((name, output) -> built.addOutput(info(name, output.asOutput())));
    return new OnnxModel(built.build());
  }

  private static ValueInfoProto info(String name, Output<?> tensor) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    long[] sizes = tensor.shape().asArray();
    for (int axis = 0; axis < sizes.length; axis++) {
      TensorShapeProto.Dimension.Builder size = shape.addDimBuilder();
      if (sizes[axis] >= 0) {
        size.setDimValue(sizes[axis]);
      } else {
        size.setDimParam(List.of("N", "h", "w", "C").get(axis));
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(ElementType.of(tensor.dataType()).onnx().getNumber())
                        .setShape(shape)))
        .build();
  }

  /** Returns the number of nodes. */
  int nodes() {
    return graph.getNodeCount();
  }

  GraphProto graph() {
    return graph;
  }

  /**
   * Writes the model.
   *
   * @param notes texts for its metadata
   */
  public void write(Path file, Map<String, String> notes) throws IOException {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(FORMAT)
            .setProducerName("vocabeam")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setGraph(graph);
    new TreeMap<>(notes)
        .forEach(
            (key, text) ->
                model.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(text)));
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      model.build().writeTo(out);
    }
  }
}
