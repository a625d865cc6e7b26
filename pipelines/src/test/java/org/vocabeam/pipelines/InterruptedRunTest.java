package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  private static List<String> obow(Path images, Path output) {
    return List.of(
        "pretrain",
        "--images=" + images,
        "--output=" + output,
        "--rounds=" + ROUNDS,
        "--stepsPerRound=" + STEPS,
        "--batchSize=8",
        "--words=16",
        "--runner=DirectRunner");
  }

  private static boolean isComplete(Path store) {
    return StoreReader.isComplete(store.toString());
  }

  @Test
  void aKilledRunEndsWithTheSameBytes() throws Exception {
    Path images = SmallStore.of(directory, 60, 30);
    RunDirectory whole = new RunDirectory(directory.resolve("whole"));
    RunDirectory killed = new RunDirectory(directory.resolve("killed"));
    try (OwnJvm jvm = new OwnJvm(directory.resolve("log"))) {
      jvm.finish(obow(images, whole.root()));
      for (long round = 1; round <= 2; round++) {
        Path checkpoint = killed.checkpoint(round * STEPS);
        jvm.kill(obow(images, killed.root()), () -> isComplete(checkpoint), 100 * round);
      }
      assertFalse(isComplete(killed.checkpoint(ROUNDS * STEPS)), "killed too late");
      Path second = killed.checkpoint(2 * STEPS).resolve("part-00000-of-00001.parquet");
      Object before = Files.getLastModifiedTime(second);
      jvm.finish(obow(images, killed.root()));
      assertEquals(before, Files.getLastModifiedTime(second), "a round is taken once");
      assertTrue(jvm.log().contains("Going on after step 60 of 120"), jvm.log());
    }
    FileTree.assertSame(whole.root(), killed.root());
    try (var events = Files.list(killed.tensorboard())) {
      assertEquals(ROUNDS, events.count(), "one event file for every round");
    }
  }

  /** BoWNet's chain, killed in the middle of every stage. */
  @Test
  void killedStagesEndWithTheSameBytes() throws Exception {
    Path images = SmallStore.of(directory, 60, 30);
    Path whole = directory.resolve("whole");
    Path killed = directory.resolve("killed");
    Path stages = new RunDirectory(killed).generation(1);
    // A stage has begun when its directory is there: the store is not.
    List<Path> begun =
        List.of(
            new RunDirectory(killed).run(0),
            stages.resolve("descriptors"),
            stages.resolve("words/iterations"),
            stages.resolve("targets"),
            stages.resolve("run"));
    try (OwnJvm jvm = new OwnJvm(directory.resolve("log"))) {
      jvm.finish(bowNet(images, whole));
      for (Path stage : begun) {
        jvm.kill(bowNet(images, killed), () -> Files.isDirectory(stage), 0);
      }
      assertFalse(Files.isDirectory(stages.resolve("run/checkpoints/step-000000060")), "too late");
      jvm.finish(bowNet(images, killed));
    }
    FileTree.assertSame(whole, killed);
  }

  private static List<String> bowNet(Path images, Path output) {
    return List.of(
        "pretrain",
        "--method=bownet",
        "--generations=1",
        "--images=" + images,
        "--output=" + output,
        "--rounds=2",
        "--stepsPerRound=" + STEPS,
        "--batchSize=8",
        "--words=16",
        "--set=/method/codebookIterations=4",
        "--runner=DirectRunner");
  }
}
