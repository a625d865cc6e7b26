package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.transforms.store.StoreReader;

/** Runs in JVMs of their own that are killed without notice. */
@Tag("slow")
public class InterruptedRunTest {
  private static final int ROUNDS = 4;
  private static final int STEPS = 30;

  @TempDir private Path directory;

  private static List<String> obow(Path images, String output) {
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

  @Test
  void aKilledRunEndsWithTheSameBytes() throws Exception {
    Path images = SmallStore.of(directory, 60, 30);
    RunDirectory whole = new RunDirectory(directory.resolve("whole").toString());
    RunDirectory killed = new RunDirectory(directory.resolve("killed").toString());
    try (OwnJvm jvm = new OwnJvm(directory.resolve("log"))) {
      jvm.finish(obow(images, whole.root()));
      for (long round = 1; round <= 2; round++) {
        String checkpoint = killed.checkpoint(round * STEPS);
        jvm.kill(
            obow(images, killed.root()), () -> StoreReader.isComplete(checkpoint), 100 * round);
      }
      assertFalse(StoreReader.isComplete(killed.checkpoint(ROUNDS * STEPS)), "killed too late");
      Path second = Path.of(killed.checkpoint(2 * STEPS), "part-00000-of-00001.parquet");
      Object before = Files.getLastModifiedTime(second);
      jvm.finish(obow(images, killed.root()));
      assertEquals(before, Files.getLastModifiedTime(second), "a round is taken once");
      assertTrue(jvm.log().contains("Going on after step 60 of 120"), jvm.log());
    }
    FileTree.assertSame(Path.of(whole.root()), Path.of(killed.root()));
    try (var events = Files.list(Path.of(killed.tensorboard()))) {
      assertEquals(ROUNDS, events.count(), "one event file for every round");
    }
  }

  /** BoWNet's chain, killed in the middle of every stage. */
  @Tag("long")
  @Test
  void killedStagesEndWithTheSameBytes() throws Exception {
    Path images = SmallStore.of(directory, 60, 30);
    Path whole = directory.resolve("whole");
    Path killed = directory.resolve("killed");
    RunDirectory run = new RunDirectory(killed.toString());
    Path stages = Path.of(run.generation(1));
    // A stage has begun when its directory is there: the store is not.
    List<Path> begun =
        List.of(
            Path.of(run.run(0)),
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

  /** Stages of several pipelines as commands of their own. */
  @Tag("long")
  @Test
  void killedCommandsEndWithTheSameBytes() throws Exception {
    Path images = SmallStore.of(directory, 60, 30);
    Path descriptors = directory.resolve("descriptors");
    try (OwnJvm jvm = new OwnJvm(directory.resolve("log"))) {
      Path views = directory.resolve("views");
      killed(jvm, augment(images), views, "epoch-000002", "epoch-000005");
      Path teacher = directory.resolve("teacher");
      Vocabeam.run(to(teacher, rotation(images)));
      Vocabeam.run(to(descriptors, extract(images, teacher)));
      Path words = directory.resolve("words");
      killed(jvm, codebook(descriptors), words, "iterations/iteration-0001", "codebook");
    }
  }

  /** A command that is killed when a part of its output is begun and the last one is not there. */
  private static void killed(
      OwnJvm jvm, List<String> command, Path output, String begun, String last) throws Exception {
    Path whole = output.resolveSibling(output.getFileName() + "-whole");
    Vocabeam.run(to(whole, command));
    jvm.kill(to(output, command), () -> Files.isDirectory(output.resolve(begun)), 0);
    assertFalse(StoreReader.isComplete(output.resolve(last).toString()), "killed too late");
    jvm.finish(to(output, command));
    FileTree.assertSame(whole, output);
  }

  private static List<String> to(Path output, List<String> command) {
    List<String> arguments = new ArrayList<>(command);
    arguments.addAll(List.of("--output=" + output, "--runner=DirectRunner"));
    return arguments;
  }

  private static List<String> augment(Path images) {
    return List.of("augment", "--images=" + images, "--epochs=0-5", "--batchSize=8", "--words=16");
  }

  private static List<String> rotation(Path images) {
    return List.of(
        "pretrain",
        "--method=rotation",
        "--images=" + images,
        "--rounds=1",
        "--stepsPerRound=2",
        "--batchSize=8");
  }

  private static List<String> extract(Path images, Path teacher) {
    return List.of("extract", "--images=" + images, "--checkpoint=" + teacher, "--level=layer2");
  }

  private static List<String> codebook(Path descriptors) {
    return List.of("codebook", "--descriptors=" + descriptors, "--words=16", "--iterations=6");
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
