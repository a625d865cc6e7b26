package org.vocabeam.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.vocabeam.models.UserError;

/**
 * A JVM like this one, same class path and options, that runs one command with a heap of its own.
 *
 * @param main the class that is started
 * @param heapMegabytes at most
 */
record ChildJvm(String main, long heapMegabytes) {
  private static final long POLL_MILLISECONDS = 50;
  private static final String PEAK = "VmHWM:";

  /**
   * Cost of a command.
   *
   * @param seconds from the start of its JVM to the end
   * @param peakBytes the peak of its resident memory: the kernel's own high-water mark, read until
   *     the process ends, so that only a peak in the last moments could be missed
   */
  record Cost(double seconds, long peakBytes) {}

  /**
   * Runs a command to its end.
   *
   * @param log where its output goes
   * @throws UserError when it fails
   */
  Cost run(List<String> arguments, Path log) {
    long start = System.nanoTime();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> !option.startsWith("-Xm") && !option.startsWith("-agentlib"))
        .forEach(command::add);
    command.add("-Xmx" + heapMegabytes + "m");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(arguments);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      process.getOutputStream().close();
      try {
        long peak = watch(process, arguments, log);
        return new Cost((System.nanoTime() - start) / 1e9, peak);
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + arguments, e);
    }
  }

  private long watch(Process process, List<String> arguments, Path log)
      throws IOException, InterruptedException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    long peak = 0;
    do {
      peak = Math.max(peak, peak(status));
    } while (!process.waitFor(POLL_MILLISECONDS, TimeUnit.MILLISECONDS));
    if (process.exitValue() != 0) {
      List<String> lines = Files.readAllLines(log);
      throw new UserError(
          String.format(
              "'%s' failed with %d MB of heap: %s",
              String.join(" ", arguments),
              heapMegabytes,
              lines.isEmpty()
                  ? "exit status " + process.exitValue()
                  : lines.get(lines.size() - 1)));
    }
    if (peak == 0) {
      throw new UserError("this system does not tell the memory of a process; leave out memory");
    }
    return peak;
  }

  /** The high-water mark; 0 when the process is gone. */
  private static long peak(Path status) {
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith(PEAK))
          .map(line -> line.substring(PEAK.length()).replaceAll("\\D", ""))
          .mapToLong(kilobytes -> Long.parseLong(kilobytes) << 10)
          .findFirst()
          .orElse(0);
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }
}
