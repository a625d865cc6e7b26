package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tests, the commands and the clusters run with the same openings of the JDK. */
class RunnerConfigTest {
  private static final List<String> OF_THIS_JVM =
      ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
          .filter(argument -> argument.startsWith("--add-opens"))
          .toList();

  private static List<String> openings(String file) throws IOException {
    return Files.readAllLines(Path.of("../runner-config", file)).stream()
        .map(String::strip)
        .filter(line -> line.startsWith("--add-opens"))
        .toList();
  }

  @Test
  void jvmOptionsAreThoseOfTheBuild() throws IOException {
    assertEquals(OF_THIS_JVM, openings("jvm.options"));
  }

  @Test
  void theClustersOptionsAreThoseOfTheBuild() throws IOException {
    assertEquals(OF_THIS_JVM, openings("flink/config.yaml"));
  }
}
