package org.vocabeam.models.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.TensorFlowNative;

class ProgramWriterTest {
  @TempDir private Path directory;

  /** The input of a ReLU, a batch norm's output, would else be kept beside its output. */
  @Test
  void gradientsOfReluReadItsOutput() throws IOException {
    TensorFlowNative.load();
    try (ProgramWriter writer = new ProgramWriter()) {
      Ops tf = writer.ops();
      Operand<TFloat32> x = writer.input("x", TFloat32.class, 4);
      Operand<TFloat32> normed = tf.math.sub(x, tf.constant(1f));
      Operand<TFloat32> relu = tf.nn.relu(normed);
      Operand<TFloat32> total = tf.sum(tf.math.square(relu), tf.constant(0));
      Output<?> gradient =
          writer.graph().addGradients(total.asOutput(), new Output<?>[] {x.asOutput()})[0];
      writer.signature("gradient", Map.of("x", x), Map.of("gradient", gradient));
      writer.save(directory);

      SavedModel saved =
          SavedModel.parseFrom(Files.readAllBytes(directory.resolve("saved_model.pb")));
      List<NodeDef> gradients =
          saved.getMetaGraphs(0).getGraphDef().getNodeList().stream()
              .filter(node -> node.getOp().equals("ReluGrad"))
              .toList();
      assertEquals(1, gradients.size());
      assertEquals(relu.asOutput().op().name(), gradients.get(0).getInput(1));
    }
    try (Program program = Program.load(directory)) {
      float[] x = {3, 1, 0, 1.5f};
      assertArrayEquals(new float[] {4, 0, 0, 1}, program.run("gradient", Map.of("x", x)));
    }
  }
}
