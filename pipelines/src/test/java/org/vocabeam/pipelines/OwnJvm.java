package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/** Commands as users start them, which can be killed without notice, one at a time. */
public final class OwnJvm implements AutoCloseable {
  private final Path log;
  private final String options;
  private Process process;

  /**
   * @param log where all that the commands say goes
   * @param options of the JVMs, without spaces in them
   */
  public OwnJvm(Path log, String... options) {
    this.log = log;
    // As in the POM.
    this.options = "-XX:TieredStopAtLevel=1 " + String.join(" ", options);
  }

  private void start(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of("../vocabeam").toAbsolutePath().toString());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("VOCABEAM_JAVA_OPTS", options);
    process = builder.start();
  }

  public String log() throws IOException {
    return Files.readString(log);
  }

  /** Runs a command to its end. */
  public void finish(List<String> arguments) throws Exception {
    start(arguments);
    assertTrue(process.waitFor(5, TimeUnit.MINUTES), "does not end");
    assertEquals(0, process.exitValue(), log());
  }

  /** Kills a command so many milliseconds after something has come true. */
  public void kill(List<String> arguments, BooleanSupplier when, long milliseconds)
      throws Exception {
    startAndWait(arguments, when, milliseconds);
    process.destroyForcibly();
    assertTrue(process.waitFor(1, TimeUnit.MINUTES));
    assertEquals(128 + 9, process.exitValue(), "killed, not ended");
    assertTrue(when.getAsBoolean());
  }

  /** Asks a command to end (SIGTERM) when something has come true. */
  public void terminate(List<String> arguments, BooleanSupplier when) throws Exception {
    startAndWait(arguments, when, 0);
    process.destroy();
    assertTrue(process.waitFor(1, TimeUnit.MINUTES));
    assertEquals(128 + 15, process.exitValue(), log());
  }

  private void startAndWait(List<String> arguments, BooleanSupplier when, long milliseconds)
      throws Exception {
    start(arguments);
    for (int i = 0; i < 12_000 && process.isAlive() && !when.getAsBoolean(); i++) {
      Thread.sleep(20);
    }
    Thread.sleep(milliseconds);
    assertTrue(process.isAlive(), "ended before it was killed: " + log());
  }

  /** Asks a command to end, as Ctrl-C does, once a line of what it says has such a part. */
  void end(List<String> arguments, String part) throws Exception {
    start(arguments);
    Pattern line = Pattern.compile(part);
    for (int i = 0; i < 600 && process.isAlive() && !line.matcher(log()).find(); i++) {
      Thread.sleep(200);
    }
    assertTrue(process.isAlive(), "ended before it was asked to: " + log());
    process.destroy();
    assertTrue(process.waitFor(1, TimeUnit.MINUTES), "does not end");
    assertTrue(line.matcher(log()).find(), log());
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
    }
  }
}
