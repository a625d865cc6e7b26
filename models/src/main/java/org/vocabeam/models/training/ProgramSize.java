package org.vocabeam.models.training;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Output;
import org.tensorflow.proto.DataType;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.program.ProgramWriter;

/**
 * Sizes of a recipe's program, read from its graph, which is authored and not loaded.
 *
 * <pre>{@code
 * ProgramSize size = ProgramSize.of(recipe);
 * double gigabytes = size.deviceBytes() / 1e9;
 * }</pre>
 *
 * @param stateBytes bytes of all variables that a checkpoint has
 * @param trainedBytes bytes of those that have gradients
 * @param keptBytes bytes that the forward pass of a micro-batch leaves for its backward pass
 * @param largestBytes bytes of the largest tensor among them
 * @param metrics number of metrics of a step
 */
public record ProgramSize(
    long stateBytes, long trainedBytes, long keptBytes, long largestBytes, int metrics) {
  /** Scope of the operations that TensorFlow adds for gradients. */
  private static final String GRADIENTS = "gradients";

  /** Operations whose result is the memory of their input. */
  private static final Set<String> ALIASES = Set.of("Identity", "Reshape", "StopGradient");

  /** Operations whose result is there already. */
  private static final Set<String> FREE = Set.of("ReadVariableOp", "VarHandleOp", "Const");

  /** Returns the sizes of a recipe's program. */
  public static ProgramSize of(Recipe recipe) {
    TensorFlowNative.load();
    try (ProgramWriter writer = new ProgramWriter(recipe.precision())) {
      int metrics = TrainingProgram.author(recipe, writer).size();
      Map<String, Long> kept = kept(writer.graph());
      return new ProgramSize(
          writer.variables().state().stream().mapToLong(v -> 4L * v.size()).sum(),
          writer.variables().specs(Role.TRAINED).stream().mapToLong(v -> 4L * v.size()).sum(),
          kept.values().stream().mapToLong(Long::longValue).sum(),
          kept.values().stream().mapToLong(Long::longValue).max().orElse(0),
          metrics);
    }
  }

  /**
   * Returns the memory of a step on its device: variables, their gradients, what the forward pass
   * leaves, and a layer's gradients on the way back.
   */
  public long deviceBytes() {
    return stateBytes + trainedBytes + keptBytes + 3 * largestBytes;
  }

  /**
   * Returns {@link #deviceBytes()} of the same program for another micro-batch.
   *
   * @param images of this program's micro-batch
   * @param other images of the other one
   */
  public double deviceBytes(int images, int other) {
    return stateBytes + trainedBytes + (keptBytes + 3.0 * largestBytes) * other / images;
  }

  /** Returns the bytes of every tensor that is read for gradients and was there before them. */
  private static Map<String, Long> kept(Graph graph) {
    Map<String, Long> kept = new HashMap<>();
    for (Iterator<GraphOperation> all = graph.operations(); all.hasNext(); ) {
      GraphOperation operation = all.next();
      if (!operation.name().startsWith(GRADIENTS)) {
        continue;
      }
      for (int i = 0; i < operation.numInputs(); i++) {
        Output<?> read = source(operation.input(i));
        if (!read.op().name().startsWith(GRADIENTS) && !FREE.contains(read.op().type())) {
          kept.put(read.op().name() + ":" + read.index(), bytes(read));
        }
      }
    }
    return kept;
  }

  /** Returns the tensor whose memory an output is. */
  private static Output<?> source(Output<?> output) {
    Output<?> source = output;
    while (source.op() instanceof GraphOperation operation && ALIASES.contains(operation.type())) {
      source = operation.input(0);
    }
    return source;
  }

  private static long bytes(Output<?> output) {
    long values = 1;
    for (long side : output.shape().asArray() == null ? new long[0] : output.shape().asArray()) {
      values *= Math.max(1, side);
    }
    return values * width(output.dataType());
  }

  private static int width(DataType type) {
    return switch (type) {
      case DT_UINT8, DT_INT8, DT_BOOL -> 1;
      case DT_HALF, DT_BFLOAT16 -> 2;
      case DT_INT64, DT_DOUBLE -> 8;
      default -> 4;
    };
  }
}
