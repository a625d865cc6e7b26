package org.vocabeam.pipelines.options;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.worker.Compute;
import org.vocabeam.transforms.worker.FeedThreads;
import picocli.CommandLine;

class DeviceArgumentsTest {
  private static DeviceArguments parsed(String... arguments) {
    DeviceArguments device = new DeviceArguments();
    new CommandLine(device).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
    return device;
  }

  @Test
  void theChoiceIsHandedOn() {
    assertEquals(DeviceChoice.AUTO, parsed().runner().compute().device());
    assertEquals(FeedThreads.AUTOMATIC, parsed().runner().compute().threads());
    DeviceArguments gpu =
        parsed("--device=gpu", "--deterministic", "--feedThreads=3", "--runner=DirectRunner");
    assertEquals(
        List.of("--runner=DirectRunner", "--device=gpu", "--deterministic", "--feedThreads=3"),
        gpu.runner().arguments());
    assertEquals(
        new Compute(DeviceChoice.GPU, new FeedThreads(3), true),
        parsed(gpu.runner().arguments().toArray(String[]::new)).runner().compute());
    assertEquals(Compute.CPU, new RunnerArguments().runner().compute());
  }

  /** Before anything is read or written. */
  @Test
  void aGpuThatIsNotThereIsRefusedAtOnce(@TempDir Path directory) {
    Path output = directory.resolve("run");
    for (List<String> command :
        List.of(
            List.of("pretrain", "--images=" + directory.resolve("none")),
            List.of("update", "--images=" + directory.resolve("none")),
            List.of("embed", "--images=none", "--checkpoint=none"),
            List.of("evaluate", "--images=none", "--checkpoint=none"),
            List.of("extract", "--images=none", "--checkpoint=none", "--level=layer2"),
            List.of("assign", "--images=none", "--checkpoint=none", "--codebook=none"))) {
      List<String> all = new ArrayList<>(command);
      all.addAll(List.of("--output=" + output, "--device=gpu", "--runner=DirectRunner"));
      Exception thrown = assertThrows(Exception.class, () -> Vocabeam.run(all));
      String message = Failure.of(thrown).line();
      assertTrue(
          message.startsWith("device is gpu, but TensorFlow sees no GPU here; "),
          command.get(0) + ": " + message);
      assertFalse(Files.exists(output));
    }
  }
}
