package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunnerConfigTest {
  /** The tests and the commands run with the same openings of the JDK. */
  @Test
  void jvmOptionsAreThoseOfTheBuild() throws IOException {
    List<String> ofTheLauncher =
        Files.readAllLines(Path.of("../runner-config/jvm.options")).stream()
            .filter(line -> line.startsWith("--add-opens"))
            .toList();
    List<String> ofThisJvm =
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(argument -> argument.startsWith("--add-opens"))
            .toList();
    assertEquals(ofThisJvm, ofTheLauncher);
  }
}
