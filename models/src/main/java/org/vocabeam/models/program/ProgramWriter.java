package org.vocabeam.models.program;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Stage;
import org.tensorflow.op.core.StageClear;
import org.tensorflow.op.core.Unstage;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.graph.Variables;

/**
 * Author of a program: a SavedModel with several signatures on one session. A program holds no
 * values of variables; {@link Program#writeState} sets them, so that one program serves all
 * checkpoints. {@link Program} has an example.
 */
public final class ProgramWriter implements AutoCloseable {
  static final String WRITE_STATE = "write_state";
  static final String READ_STATE = "read_state";
  static final String STAGE = "stage";
  static final String CLEAR_STAGE = "clear_stage";

  /** Input of signatures that need none: DJL takes the memory of outputs from that of an input. */
  static final String TRIGGER = "trigger";

  private final Graph graph;
  private final Ops tf;

  /** Scope of all inputs; to open a new one, TensorFlow reads the names of the whole graph. */
  private final Ops inputs;

  private final Variables variables;
  private final Map<String, Operand<?>> staged = new LinkedHashMap<>();
  private final List<Op> stages = new ArrayList<>();
  private final List<Op> clears = new ArrayList<>();
  private Placeholder<TFloat32> trigger;
  private final Map<String, SignatureDef> signatures = new LinkedHashMap<>();

  /** Starts an empty program whose layers compute in float32. */
  public ProgramWriter() {
    this(Precision.FLOAT32);
  }

  /** Starts an empty program whose layers compute in a precision. */
  public ProgramWriter(Precision precision) {
    graph = new Graph();
    tf = Ops.create(graph);
    inputs = tf.withSubScope("inputs");
    variables = new Variables(tf, precision);
  }

  /** Returns the graph. */
  public Graph graph() {
    return graph;
  }

  /** Returns the operations of the graph. */
  public Ops ops() {
    return tf;
  }

  /** Returns the variables of the program. */
  public Variables variables() {
    return variables;
  }

  /**
   * Adds an input.
   *
   * @param name unique in the program
   * @param shape static; -1 for sizes that only a call knows, none for a scalar
   */
  public <T extends TType> Placeholder<T> input(String name, Class<T> type, long... shape) {
    return inputs
        .withName(name.replace('/', '.'))
        .placeholder(type, Placeholder.shape(Shape.of(shape)));
  }

  /**
   * Adds an input that can also be put on the device before the call that needs it: a signature
   * with this input is given its value, one without takes the value that {@link Program#stage} has
   * put there, in order.
   *
   * @param name unique in the program
   * @param shape static
   */
  public <T extends TType> Operand<T> stagedInput(String name, Class<T> type, long... shape) {
    String area = name.replace('/', '.');
    Placeholder<T> put = input("staged." + area, type, shape);
    staged.put(name, put);
    stages.add(tf.stage(List.<Operand<?>>of(put), Stage.sharedName(area)));
    clears.add(tf.stageClear(List.of(type), StageClear.sharedName(area)));
    Unstage taken = tf.unstage(List.of(type), Unstage.sharedName(area));
    return tf.ensureShape(taken.values().get(0).expect(type), Shape.of(shape));
  }

  /**
   * Adds a signature.
   *
   * @param name unique in the program
   * @param inputs by the names that a call gives them
   * @param outputs by name; a call computes all of them
   */
  public void signature(
      String name,
      Map<String, ? extends Operand<?>> inputs,
      Map<String, ? extends Operand<?>> outputs) {
    SignatureDef.Builder signature =
        SignatureDef.newBuilder().setMethodName("tensorflow/serving/predict");
    inputs.forEach((key, operand) -> signature.putInputs(key, info(operand)));
    outputs.forEach((key, operand) -> signature.putOutputs(key, info(operand)));
    signatures.put(name, signature.build());
  }

  private void stateSignatures() {
    Map<String, Operand<?>> values = new LinkedHashMap<>();
    Map<String, Operand<?>> read = new LinkedHashMap<>();
    List<Op> assigned = new ArrayList<>();
    for (VariableSpec spec : variables.specs(Role.SUM)) {
      Operand<TFloat32> zeros = tf.fill(tf.constant(spec.shape()), tf.constant(0f));
      assigned.add(tf.assignVariableOp(variables.handle(spec.name()), zeros));
    }
    for (VariableSpec spec : variables.state()) {
      Operand<TFloat32> value = input("state/" + spec.name(), TFloat32.class, spec.shape());
      values.put(spec.name(), value);
      assigned.add(tf.assignVariableOp(variables.handle(spec.name()), value));
      read.put(spec.name(), variables.stored(spec.name()));
    }
    if (values.isEmpty()) {
      return;
    }
    Ops after = tf.withControlDependencies(assigned);
    signature(WRITE_STATE, values, Map.of("written", after.constant(assigned.size())));
    signature(READ_STATE, Map.of(TRIGGER, trigger()), read);
  }

  private void stageSignatures() {
    if (!staged.isEmpty()) {
      Operand<?> all = tf.withControlDependencies(stages).constant(stages.size());
      signature(STAGE, staged, Map.of("staged", all));
      Operand<?> cleared = tf.withControlDependencies(clears).constant(clears.size());
      signature(CLEAR_STAGE, Map.of(TRIGGER, trigger()), Map.of("cleared", cleared));
    }
  }

  private Placeholder<TFloat32> trigger() {
    if (trigger == null) {
      trigger = input(TRIGGER, TFloat32.class);
    }
    return trigger;
  }

  /**
   * Writes the program as a SavedModel, for any device.
   *
   * @param directory made if it does not exist
   */
  public void save(Path directory) throws IOException {
    save(directory, Placement.CPU);
  }

  /** Writes the program for one device. */
  void save(Path directory, Placement placement) throws IOException {
    stateSignatures();
    stageSignatures();
    MetaGraphDef metaGraph =
        MetaGraphDef.newBuilder()
            .setMetaInfoDef(MetaGraphDef.MetaInfoDef.newBuilder().addTags("serve"))
            .setGraphDef(placement.place(readingOutputs(graph.toGraphDef())))
            .putAllSignatureDef(signatures)
            .build();
    SavedModel model =
        SavedModel.newBuilder().setSavedModelSchemaVersion(1).addMetaGraphs(metaGraph).build();
    Files.createDirectories(directory);
    try (OutputStream out = Files.newOutputStream(directory.resolve("saved_model.pb"))) {
      model.writeTo(out);
    }
  }

  /**
   * Returns a graph whose gradients of ReLU read its output in the place of its input, which has
   * the same sign. TensorFlow's gradients in C++, unlike those in Python, read the input: it would
   * be kept until the backward pass beside the output, which the next layer keeps anyway, and a
   * batch norm with two readers is not fused with its ReLU.
   */
  private static GraphDef readingOutputs(GraphDef graph) {
    Map<String, String> outputs = new HashMap<>();
    for (NodeDef node : graph.getNodeList()) {
      if (node.getOp().equals("Relu")) {
        outputs.putIfAbsent(node.getInput(0), node.getName());
      }
    }
    GraphDef.Builder changed = graph.toBuilder();
    for (NodeDef.Builder node : changed.getNodeBuilderList()) {
      if (node.getOp().equals("ReluGrad")) {
        node.setInput(1, outputs.getOrDefault(node.getInput(1), node.getInput(1)));
      }
    }
    return changed.build();
  }

  private static TensorInfo info(Operand<?> operand) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : operand.shape().asArray()) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return TensorInfo.newBuilder()
        .setName(operand.asOutput().op().name() + ":" + operand.asOutput().index())
        .setDtype(operand.asOutput().dataType())
        .setTensorShape(shape)
        .build();
  }

  @Override
  public void close() {
    graph.close();
  }
}
