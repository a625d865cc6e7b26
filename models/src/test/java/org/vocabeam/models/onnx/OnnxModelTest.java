package org.vocabeam.models.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.UserError;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.program.ProgramWriter;

/** Graphs that have no translation. */
class OnnxModelTest {
  @BeforeAll
  static void load() {
    TensorFlowNative.load();
  }

  @Test
  void anOperationWithoutATranslationIsNamed() {
    try (ProgramWriter writer = new ProgramWriter()) {
      Ops tf = writer.ops();
      Operand<TFloat32> x = writer.input("x", TFloat32.class, -1, 3);
      Operand<TFloat32> y = tf.withName("unknown").math.digamma(x);
      assertEquals(
          "ONNX: the network has the operation Digamma (unknown), which has no translation; export"
              + " it in another format",
          assertThrows(
                  UserError.class,
                  () -> OnnxModel.of(writer.graph(), Map.of("x", x), Map.of("y", y)))
              .getMessage());
    }
  }

  @Test
  void aKernelThatIsComputedIsRefused() {
    try (ProgramWriter writer = new ProgramWriter()) {
      Ops tf = writer.ops();
      Operand<TFloat32> x = writer.input("x", TFloat32.class, -1, 4, 4, 1);
      Operand<TFloat32> kernel = writer.input("kernel", TFloat32.class, 1, 1, 1, 1);
      Operand<TFloat32> y =
          tf.withName("conv").nn.conv2d(x, kernel, java.util.List.of(1L, 1L, 1L, 1L), "SAME");
      assertEquals(
          "ONNX: Conv2D (conv) of x: input 1 is computed, must be constant",
          assertThrows(
                  UserError.class,
                  () ->
                      OnnxModel.of(
                          writer.graph(), Map.of("x", x, "kernel", kernel), Map.of("y", y)))
              .getMessage());
    }
  }
}
