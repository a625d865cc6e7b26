package org.vocabeam.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where the numbers are from.
 *
 * @param processor its name; empty where the system does not tell
 * @param processors that the JVM may use; TensorFlow uses as many threads
 * @param heapMegabytes of this JVM, at most
 * @param loadAverage of the last minute when the benchmark began; negative where unknown
 */
public record Machine(
    String processor,
    int processors,
    String system,
    String jvm,
    long heapMegabytes,
    double loadAverage) {
  private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

  /** This machine, now. */
  public static Machine read() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    return new Machine(
        processorName(),
        system.getAvailableProcessors(),
        system.getName() + " " + system.getVersion() + " " + system.getArch(),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
        Runtime.getRuntime().maxMemory() >> 20,
        system.getSystemLoadAverage());
  }

  private static String processorName() {
    if (!Files.isReadable(PROCESSOR)) {
      return "";
    }
    try (Stream<String> lines = Files.lines(PROCESSOR)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * Returns true when other work ran at the start of the benchmark, whose numbers are then of no
   * use.
   */
  public boolean isBusy() {
    return loadAverage > 1;
  }
}
