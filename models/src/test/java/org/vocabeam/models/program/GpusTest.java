package org.vocabeam.models.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.UserError;
import org.vocabeam.models.graph.TensorFlowNative;

class GpusTest {
  private static Gpus gpus(String given, Integer... seen) {
    return new Gpus(() -> new TreeSet<>(List.of(seen)), () -> given);
  }

  private static List<Integer> taken(Gpus gpus, DeviceChoice choice, int programs) {
    return Stream.generate(() -> gpus.take(choice).gpu()).limit(programs).toList();
  }

  @Test
  void programsAreSpreadOverTheGpusThatThisProcessWasGiven() {
    assertEquals(List.of(0, 1, 2, 0), taken(gpus(null, 0, 1, 2), DeviceChoice.GPU, 4));
    assertEquals(List.of(1, 3, 1), taken(gpus("3,1", 0, 1, 2, 3), DeviceChoice.AUTO, 3));
  }

  @Test
  void aGpuThatIsGivenBackIsTheNextOne() {
    Gpus gpus = gpus(null, 0, 1);
    assertEquals(List.of(0, 1), taken(gpus, DeviceChoice.GPU, 2));
    gpus.leave(Placement.gpu(1));
    assertEquals(List.of(1, 0), taken(gpus, DeviceChoice.GPU, 2));
    // Two programs on the first, one on the second.
    gpus.leave(Placement.CPU);
    assertEquals(List.of(1, 0), taken(gpus, DeviceChoice.GPU, 2));
  }

  @Test
  void autoIsTheCpuWithoutAGpu() {
    assertEquals(Placement.CPU, gpus(null).take(DeviceChoice.AUTO));
    assertEquals(Placement.CPU, gpus("0").take(DeviceChoice.AUTO));
    assertEquals(Placement.CPU, gpus(null, 0).take(DeviceChoice.CPU));
  }

  @Test
  void gpuIsRejectedWithoutOne() {
    assertEquals(
        "device is gpu, but TensorFlow sees no GPU here; choose cpu or auto, or use a machine with"
            + " an NVIDIA driver and a build by mvn package -Pgpu",
        rejection(gpus(null)));
    assertTrue(
        rejection(gpus("1", 0))
            .startsWith(
                "device is gpu, but of the GPUs that this process was given (1) TensorFlow sees"
                    + " only [0]; "));
    assertTrue(rejection(gpus("0,1")).contains("given (0,1) TensorFlow sees none; "));
    assertTrue(rejection(gpus("x", 0)).startsWith("vocabeam.gpus is x, must be "));
  }

  private static String rejection(Gpus gpus) {
    return assertThrows(UserError.class, () -> gpus.take(DeviceChoice.GPU)).getMessage();
  }

  /** Asks TensorFlow itself; tests run on machines without a GPU. */
  @Test
  void thisMachineHasNoGpu() {
    String message = assertThrows(UserError.class, () -> Gpus.check(DeviceChoice.GPU)).getMessage();
    assertTrue(message.startsWith("device is gpu, but TensorFlow sees no GPU here; "), message);
    Gpus.check(DeviceChoice.CPU);
    Gpus.check(DeviceChoice.AUTO);
  }

  @Test
  void aPlacedGraphIsOnTheGpuAndOtherwiseTheSame() {
    TensorFlowNative.load();
    try (ProgramWriter writer = writer()) {
      GraphDef graph = writer.graph().toGraphDef();
      assertEquals(graph, Placement.CPU.place(graph));
      GraphDef placed = Placement.gpu(1).place(graph);
      assertTrue(
          placed.getNodeList().stream().allMatch(n -> n.getDevice().equals("/device:GPU:1")));
      GraphDef.Builder back = placed.toBuilder();
      back.getNodeBuilderList().forEach(node -> node.clearDevice());
      assertEquals(graph, back.build());
    }
  }

  /** Checks a program for a GPU on a machine without: its operations run on the CPU. */
  @Test
  void aPlacedProgramIsValid(@TempDir Path directory) throws Exception {
    TensorFlowNative.load();
    try (ProgramWriter writer = writer()) {
      writer.save(directory, Placement.gpu(1));
    }
    try (Program program = Program.load(directory, Placement.gpu(1))) {
      assertArrayEquals(new float[] {4, 6}, program.run("double", Map.of("x", new float[] {2, 3})));
    }
  }

  @Test
  void memoryGrowsOnAGpuAndTheCpuSeesNone() {
    assertTrue(Placement.gpu(0).session().getGpuOptions().getAllowGrowth());
    assertEquals(Map.of("GPU", 0), Placement.CPU.session().getDeviceCountMap());
  }

  private static ProgramWriter writer() {
    ProgramWriter writer = new ProgramWriter();
    var x = writer.input("x", TFloat32.class, 2);
    writer.signature("double", Map.of("x", x), Map.of("y", writer.ops().math.add(x, x)));
    return writer;
  }
}
