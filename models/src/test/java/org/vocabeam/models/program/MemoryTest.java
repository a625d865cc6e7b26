package org.vocabeam.models.program;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.vocabeam.models.UserError;

/** Programs that need more memory than there is. */
final class MemoryTest {
  /** 64 TB, which no machine gives; nothing is written into what was not given. */
  @Test
  void aProgramThatDoesNotFitEndsInOneLineThatSaysWhatToLower() {
    try (ProgramWriter writer = new ProgramWriter()) {
      Ops tf = writer.ops();
      Operand<TFloat32> x = writer.input("x", TFloat32.class, 1);
      Operand<TInt64> size = tf.constant(new long[] {1L << 44});
      Operand<TFloat32> first =
          tf.slice(
              tf.broadcastTo(x, size), tf.constant(new long[] {0}), tf.constant(new long[] {1}));
      writer.signature("huge", Map.of("x", x), Map.of("y", first));
      try (Program program = Program.load(writer)) {
        UserError error =
            assertThrows(UserError.class, () -> program.run("huge", Map.of("x", new float[] {1})));
        String line = error.getMessage();
        assertTrue(line.startsWith("huge does not fit into the memory of its device (OOM"), line);
        assertTrue(
            line.endsWith("; lower batchSize, raise microBatches or take precision bfloat16"),
            line);
        assertTrue(line.lines().count() == 1, line);
      }
    }
  }
}
