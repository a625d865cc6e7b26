package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A session cluster of JVMs of its own, started by the script that users start it with. */
final class LocalCluster implements AutoCloseable {
  private static final Pattern MASTER = Pattern.compile("Cluster: +(\\S+:\\d+),");

  private final Path directory;
  private final String master;

  private LocalCluster(Path directory, String master) {
    this.directory = directory;
    this.master = master;
  }

  /** Result of a run of the script. */
  record Ended(int status, String out) {}

  /** Starts TaskManagers of one slot each, on free ports. */
  static LocalCluster start(Path directory, int taskManagers, String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "start",
                "--directory=" + directory,
                "--port=0",
                "--taskManagers=" + taskManagers,
                "--slots=1",
                "--memory=1600m"));
    arguments.addAll(List.of(more));
    Ended started = script(arguments.toArray(String[]::new));
    assertEquals(0, started.status(), started.out());
    Matcher master = MASTER.matcher(started.out());
    assertTrue(master.find(), started.out());
    return new LocalCluster(directory, master.group(1));
  }

  /** Runs the script to its end. */
  static Ended script(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of("../runner-config/local-cluster").toAbsolutePath().normalize().toString());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(1, TimeUnit.MINUTES), "does not end: " + out);
    return new Ended(process.exitValue(), out);
  }

  /** HOST:PORT. */
  String master() {
    return master;
  }

  /** The script, on this cluster. */
  Ended now(String command) throws Exception {
    return script(command, "--directory=" + directory);
  }

  /** The process of {@code job-manager} or {@code task-manager-N}. */
  ProcessHandle process(String name) throws IOException {
    String file = Files.readString(directory.resolve(name + ".pid"));
    return ProcessHandle.of(Long.parseLong(file.substring(0, file.indexOf(' ')))).orElseThrow();
  }

  /** Kills a process without notice. */
  void kill(String name) throws Exception {
    ProcessHandle process = process(name);
    process.destroyForcibly();
    process.onExit().get(1, TimeUnit.MINUTES);
  }

  @Override
  public void close() throws Exception {
    Ended stopped = now("stop");
    assertEquals(0, stopped.status(), stopped.out());
  }
}
