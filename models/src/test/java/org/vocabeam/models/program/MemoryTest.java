package org.vocabeam.models.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDList;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AllocatorMemoryUsed;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.StepStats;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.vocabeam.models.UserError;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec.Role;

/** Memory that programs need, and what happens when there is less. */
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

  @Test
  void aTracedRunTakesTheStepAndRecordsWhatItsOperationsAllocate() {
    try (ProgramWriter writer = new ProgramWriter()) {
      Ops tf = writer.ops();
      Operand<TFloat32> x = writer.input("x", TFloat32.class, 1);
      Operand<TFloat32> v =
          writer.variables().variable("", "v", Role.STATISTIC, Initializer.ONES, 1);
      writer
          .variables()
          .assign(
              "v",
              tf.math.add(
                  v, tf.sum(tf.broadcastTo(x, tf.constant(new long[] {1 << 20})), tf.constant(0))));
      writer.signature(
          "step",
          Map.of("x", x),
          Map.of("y", tf.withControlDependencies(writer.variables().updates()).identity(x)));
      try (Program program = Program.load(writer)) {
        program.writeState(Map.of("v", new float[] {1}));
        try (Program.Ready ready = program.ready("step", Map.of("x", new float[] {2}))) {
          Program.Recorded recorded = ready.recorded();
          assertArrayEquals(new float[] {2}, recorded.output());
          assertEquals(0, recorded.peakBytesOfGpu());
          long largest =
              ready.traced(new NDList()).records().getStepStats().getDevStatsList().stream()
                  .flatMap(device -> device.getNodeStatsList().stream())
                  .flatMap(node -> node.getMemoryList().stream())
                  .mapToLong(AllocatorMemoryUsed::getPeakBytes)
                  .max()
                  .orElse(0);
          assertTrue(largest >= 4 << 20, "largest allocation " + largest);
        }
        assertArrayEquals(new float[] {1 + (4 << 20)}, program.readState().get("v"));
      }
    }
  }

  @Test
  void thePeakIsWhatAllocatorsOfGpusHaveGivenOut() {
    RunMetadata records =
        RunMetadata.newBuilder()
            .setStepStats(
                StepStats.newBuilder()
                    .addDevStats(device("/device:CPU:0", memory(9000, 0, 0)))
                    .addDevStats(
                        device(
                            "/job:localhost/replica:0/task:0/device:GPU:0",
                            memory(500, 100, 100),
                            memory(450, 200, 50),
                            memory(0, 8000, 0))))
            .build();
    assertEquals(600, MemoryTrace.peakBytesOfGpu(records));
    assertEquals(0, MemoryTrace.peakBytesOfGpu(RunMetadata.getDefaultInstance()));
  }

  private static DeviceStepStats device(String name, AllocatorMemoryUsed... memory) {
    DeviceStepStats.Builder device = DeviceStepStats.newBuilder().setDevice(name);
    for (AllocatorMemoryUsed each : memory) {
      device.addNodeStats(NodeExecStats.newBuilder().addMemory(each));
    }
    return device.build();
  }

  private static AllocatorMemoryUsed memory(long inUse, long peak, long live) {
    return AllocatorMemoryUsed.newBuilder()
        .setAllocatorBytesInUse(inUse)
        .setPeakBytes(peak)
        .setLiveBytes(live)
        .build();
  }
}
