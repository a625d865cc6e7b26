package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.transforms.store.StoreReader;

/** Runs in JVMs of their own that are killed without notice. */
@Tag("slow")
class InterruptedRunTest {
  private static final int ROUNDS = 4;
  private static final int STEPS = 30;

  @TempDir private Path directory;
  private Path images;
  private Process process;

  private Process start(String output) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of("../runner-config/jvm.options").toAbsolutePath());
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.addAll(
        List.of(
            Vocabeam.class.getName(),
            "pretrain",
            "--images=" + images,
            "--output=" + directory.resolve(output),
            "--rounds=" + ROUNDS,
            "--stepsPerRound=" + STEPS,
            "--batchSize=8",
            "--words=16",
            "--runner=DirectRunner"));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()))
            .start();
    return process;
  }

  @AfterEach
  void end() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  private void finish(String output) throws Exception {
    assertTrue(start(output).waitFor(3, TimeUnit.MINUTES), "does not end");
    assertEquals(0, process.exitValue(), Files.readString(directory.resolve("log")));
  }

  private boolean isComplete(RunDirectory run, int round) {
    return StoreReader.isComplete(run.checkpoint((long) round * STEPS).toString());
  }

  /** Kills a run in the middle of the round after {@code round}. */
  private void killAfter(String output, int round, long milliseconds) throws Exception {
    RunDirectory run = new RunDirectory(directory.resolve(output));
    start(output);
    for (int i = 0; i < 6000 && process.isAlive() && !isComplete(run, round); i++) {
      Thread.sleep(20);
    }
    Thread.sleep(milliseconds);
    assertTrue(process.isAlive(), Files.readString(directory.resolve("log")));
    process.destroyForcibly();
    assertTrue(process.waitFor(1, TimeUnit.MINUTES));
    assertEquals(128 + 9, process.exitValue(), "killed, not ended");
    assertTrue(isComplete(run, round));
    assertFalse(isComplete(run, ROUNDS), "killed too late to show anything");
  }

  @Test
  void aKilledRunEndsWithTheSameBytes() throws Exception {
    images = SmallStore.of(directory, 60, 30);
    finish("whole");
    killAfter("killed", 1, 100);
    killAfter("killed", 2, 300);
    RunDirectory killed = new RunDirectory(directory.resolve("killed"));
    Path second = killed.checkpoint(2 * STEPS).resolve("part-00000-of-00001.parquet");
    Object before = Files.getLastModifiedTime(second);
    finish("killed");
    assertEquals(before, Files.getLastModifiedTime(second), "a complete round is not taken again");
    RunDirectory whole = new RunDirectory(directory.resolve("whole"));
    for (long step = STEPS; step <= ROUNDS * STEPS; step += STEPS) {
      for (String file : List.of("part-00000-of-00001.parquet", "_SUCCESS")) {
        assertArrayEquals(
            Files.readAllBytes(whole.checkpoint(step).resolve(file)),
            Files.readAllBytes(killed.checkpoint(step).resolve(file)),
            "checkpoint " + step + " " + file);
        assertArrayEquals(
            Files.readAllBytes(whole.steps(step).resolve(file)),
            Files.readAllBytes(killed.steps(step).resolve(file)),
            "steps " + step + " " + file);
      }
    }
    String log = Files.readString(directory.resolve("log"));
    assertTrue(log.contains("Going on after step 30 of 120"), log);
    try (var events = Files.list(killed.tensorboard())) {
      assertEquals(ROUNDS, events.count(), "one event file for every round");
    }
  }
}
