package org.vocabeam.pipelines.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.checkpoint.Checkpoint;

/** Runs of two replicas. */
@Tag("slow")
class ReplicasTest {
  @TempDir static Path directory;
  private static Path images;

  @BeforeAll
  static void write() throws IOException {
    images = SmallStore.of(directory, 60, 30);
  }

  /** Pre-trains in rounds of two steps. */
  private static RunDirectory pretrain(String name, int rounds, String... options) {
    return pretrainOn("DirectRunner", name, rounds, options);
  }

  private static RunDirectory pretrainOn(
      String runner, String name, int rounds, String... options) {
    Path output = directory.resolve(name);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "pretrain",
                "--images=" + images,
                "--output=" + output,
                "--rounds=" + rounds,
                "--stepsPerRound=2",
                "--batchSize=8",
                "--words=16",
                "--learningRate=0.05",
                "--runner=" + runner));
    arguments.addAll(List.of(options));
    if (!arguments.contains("--replicas=1")) {
      arguments.add("--replicas=2");
    }
    Vocabeam.run(arguments);
    return new RunDirectory(output.toString());
  }

  private static byte[] bytes(RunDirectory run, long step) throws IOException {
    return Files.readAllBytes(Path.of(run.checkpoint(step), "part-00000-of-00001.parquet"));
  }

  @Test
  void sameBytesAgainAndOnFlinkAndAfterAKill() throws IOException {
    byte[] once = bytes(pretrain("once", 3), 6);
    assertArrayEquals(once, bytes(pretrain("again", 3), 6), "the same command twice");
    RunDirectory flink = pretrainOn("FlinkRunner", "flink", 3);
    assertArrayEquals(once, bytes(flink, 6), "embedded Flink");

    // As a kill in the third round leaves it: a part without marker, and the second is the newest.
    Files.delete(Path.of(flink.checkpoint(6), "_SUCCESS"));
    byte[] second = bytes(flink, 4);
    pretrain("flink", 3);
    assertArrayEquals(once, bytes(flink, 6), "resumed");
    assertArrayEquals(second, bytes(flink, 4), "complete rounds stay");
  }

  /** Replicas and the steps between their combinations decide the result. */
  @Test
  void otherReplicasInTheSameDirectoryAreRefused() {
    RunDirectory claimed = pretrain("claimed", 1);
    Throwable failure = assertThrows(Throwable.class, () -> pretrain("claimed", 1, "--replicas=1"));
    String line = Failure.of(failure).line();
    assertTrue(line.contains("is a run with replicas 2, and now it is 1"), line);
    Map<String, String> provenance = Checkpoint.open(claimed.checkpoint(2)).provenance();
    assertEquals("2", provenance.get("replicas"));
    assertEquals("2", provenance.get("stepsPerRound"));
  }
}
