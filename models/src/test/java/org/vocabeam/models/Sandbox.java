package org.vocabeam.models;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.AssignVariableOp;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.program.ProgramWriter;

/** Graph and session to try parts of a program. */
public final class Sandbox implements AutoCloseable {
  private final ProgramWriter writer;
  private final Map<Operand<?>, Tensor> feeds = new LinkedHashMap<>();
  private final Map<String, Operand<TFloat32>> inputOf = new HashMap<>();
  private final Map<String, AssignVariableOp> assignmentOf = new HashMap<>();
  private Session session;

  public Sandbox() {
    this(Precision.FLOAT32);
  }

  /** Makes a sandbox whose layers compute in a precision. */
  public Sandbox(Precision precision) {
    TensorFlowNative.load();
    writer = new ProgramWriter(precision);
  }

  public Ops tf() {
    return writer.ops();
  }

  public Graph graph() {
    return writer.graph();
  }

  public Variables variables() {
    return writer.variables();
  }

  public Operand<TFloat32> floats(float[] values, long... shape) {
    Operand<TFloat32> input = tf().placeholder(TFloat32.class, shape(shape));
    set(input, values);
    return input;
  }

  public Operand<TInt32> ints(int[] values, long... shape) {
    Operand<TInt32> input = tf().placeholder(TInt32.class, shape(shape));
    set(input, values);
    return input;
  }

  private static Placeholder.Options shape(long... shape) {
    return Placeholder.shape(Shape.of(shape));
  }

  public Operand<TFloat32> floats(Golden.Tensor tensor) {
    return floats(tensor.floats(), tensor.shape());
  }

  /** Sets the values that later runs feed to an input. */
  public void set(Operand<?> input, float[] values) {
    replace(input, TFloat32.tensorOf(input.shape(), DataBuffers.of(values)));
  }

  public void set(Operand<?> input, int[] values) {
    replace(input, TInt32.tensorOf(input.shape(), DataBuffers.of(values)));
  }

  public void set(Operand<?> input, byte[] values) {
    replace(input, TUint8.tensorOf(input.shape(), DataBuffers.of(values)));
  }

  private void replace(Operand<?> input, Tensor tensor) {
    Tensor old = feeds.put(input, tensor);
    if (old != null) {
      old.close();
    }
  }

  private Session session() {
    if (session == null) {
      session = new Session(writer.graph());
    }
    return session;
  }

  /** Sets some variables; the others keep their values. */
  public void write(Map<String, float[]> values) {
    values.keySet().forEach(this::assignment);
    Session.Runner runner = session().runner();
    List<TFloat32> tensors = new ArrayList<>();
    values.forEach(
        (name, floats) -> {
          AssignVariableOp assign = assignment(name);
          TFloat32 tensor =
              TFloat32.tensorOf(variables().get(name).asOutput().shape(), DataBuffers.of(floats));
          tensors.add(tensor);
          runner.feed(inputOf.get(name), tensor).addTarget(assign);
        });
    runner.run().close();
    tensors.forEach(Tensor::close);
  }

  private AssignVariableOp assignment(String name) {
    return assignmentOf.computeIfAbsent(
        name,
        n -> {
          Operand<TFloat32> variable = variables().get(n);
          Operand<TFloat32> value =
              tf().placeholder(TFloat32.class, Placeholder.shape(variable.asOutput().shape()));
          inputOf.put(n, value);
          return tf().assignVariableOp(variables().handle(n), value);
        });
  }

  /** Sets all variables to their first values. */
  public void initialize(long seed) {
    Map<String, float[]> values = new LinkedHashMap<>();
    variables().specs().forEach(s -> values.put(s.name(), s.initialValues(seed)));
    write(values);
  }

  public float[] read(String variable) {
    return run(variables().stored(variable));
  }

  public float[] run(Operand<TFloat32> output) {
    return run(List.of(output)).get(0);
  }

  /** Computes outputs of floats in one run. */
  public List<float[]> run(List<? extends Operand<TFloat32>> outputs) {
    Session.Runner runner = session().runner();
    feeds.forEach(runner::feed);
    outputs.forEach(runner::fetch);
    try (Result result = runner.run()) {
      return IntStream.range(0, outputs.size())
          .mapToObj(i -> values((TFloat32) result.get(i)))
          .toList();
    }
  }

  private static float[] values(TFloat32 tensor) {
    float[] values = new float[(int) tensor.size()];
    tensor.copyTo(DataBuffers.of(values));
    return values;
  }

  @Override
  public void close() {
    feeds.values().forEach(Tensor::close);
    if (session != null) {
      session.close();
    }
    writer.close();
  }
}
