package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.store.StoreReader;

/** A full disk and a damaged shard end in one line, and the same command goes on from there. */
@Tag("slow")
class FailedStorageTest {
  @TempDir static Path directory;
  private static Path images;

  @BeforeAll
  static void ingest() throws IOException {
    images = SmallStore.of(directory, 60, 30);
  }

  @AfterEach
  void giveRoom() {
    LimitedDisk.giveRoom(Long.MAX_VALUE);
  }

  private static List<String> ingest(String output, String runner) {
    return List.of(
        "ingest",
        "--input=" + directory.resolve("folder"),
        "--output=" + output,
        "--shards=4",
        "--runner=" + runner);
  }

  private static List<String> pretrain(Path of, String output, String runner) {
    return List.of(
        "pretrain",
        "--images=" + of,
        "--output=" + output,
        "--rounds=2",
        "--stepsPerRound=2",
        "--batchSize=8",
        "--words=16",
        "--runner=" + runner);
  }

  private static String refused(List<String> command) {
    return Failure.of(assertThrows(Throwable.class, () -> Vocabeam.run(command))).line();
  }

  private static long bytes(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static boolean hasTemporary(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.anyMatch(file -> file.toString().endsWith(".tmp"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"DirectRunner", "FlinkRunner"})
  void ingestGoesOnWhenTheDiskHasRoomAgain(String runner) throws Exception {
    Path whole = directory.resolve("whole-" + runner);
    Vocabeam.run(ingest(whole.toString(), runner));
    Path full = directory.resolve("full-" + runner);
    List<String> command = ingest(LimitedDisk.path(full), runner);
    LimitedDisk.giveRoom(bytes(whole) / 2);
    String line = refused(command);
    assertTrue(
        line.matches(
            "cannot write limited://.*/full-\\w+/(images|rejected)/(part-\\d{5}-of-\\d{5}\\.parquet"
                + "|statistics\\.json): No space left on device; make room there, and give the same"
                + " command again \\(in the stage ingest\\)"),
        line);
    assertFalse(StoreReader.isComplete(full.resolve("images").toString()));
    LimitedDisk.giveRoom(Long.MAX_VALUE);
    Vocabeam.run(command);
    FileTree.assertSame(whole, full);
  }

  @Test
  void aRunGoesOnWhenTheDiskHasRoomAgain() throws Exception {
    Path whole = directory.resolve("whole-run");
    Vocabeam.run(pretrain(images, whole.toString(), "DirectRunner"));
    Path full = directory.resolve("full-run");
    List<String> command = pretrain(images, LimitedDisk.path(full), "FlinkRunner");
    // In the second checkpoint.
    LimitedDisk.giveRoom(bytes(whole) - bytes(whole.resolve("checkpoints/step-000000004")) / 2);
    String line = refused(command);
    assertTrue(line.matches("cannot write .*: No space left on device; make room there.*"), line);
    RunDirectory run = new RunDirectory(full.toString());
    assertTrue(StoreReader.isComplete(run.checkpoint(2)));
    assertFalse(StoreReader.isComplete(run.checkpoint(4)));
    LimitedDisk.giveRoom(Long.MAX_VALUE);
    Vocabeam.run(command);
    FileTree.assertSame(whole, full);
    assertFalse(hasTemporary(full));
  }

  /** Features and their metrics are larger than the room that is left. */
  @Test
  void embedAndEvaluateSayThatTheDiskIsFull() {
    String run = directory.resolve("run").toString();
    Vocabeam.run(pretrain(images, run, "DirectRunner"));
    for (String command : List.of("embed", "evaluate")) {
      Path full = directory.resolve("full-" + command);
      LimitedDisk.giveRoom(5_000);
      String line =
          refused(
              List.of(
                  command,
                  "--images=" + images,
                  "--checkpoint=" + run,
                  "--output=" + LimitedDisk.path(full),
                  "--runner=DirectRunner"));
      assertTrue(
          line.matches(
              "cannot write limited://.*: No space left on device; make room there, and give the"
                  + " same command again \\(in the stage (embed|evaluate-embed)\\)"),
          line);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"DirectRunner", "FlinkRunner"})
  void aDamagedShardIsNamedAndARunGoesOnWhenItIsWhole(String runner) throws Exception {
    Path of = directory.resolve("stores-" + runner);
    Vocabeam.run(ingest(of.toString(), "DirectRunner"));
    Path store = of.resolve("images");
    Path whole = directory.resolve("undamaged-" + runner);
    Vocabeam.run(pretrain(store, whole.toString(), "DirectRunner"));
    Path shard = store.resolve("part-00002-of-00004.parquet");
    byte[] bytes = Files.readAllBytes(shard);
    byte[] damaged = bytes.clone();
    damaged[bytes.length / 3] ^= 1;
    Files.write(shard, damaged);
    Path output = directory.resolve("damaged-" + runner);
    List<String> command = pretrain(store, output.toString(), runner);
    String line = refused(command);
    assertTrue(line.startsWith(shard + " is damaged ("), line);
    assertTrue(
        line.endsWith(
            "); remove its directory, and give the command that wrote it again"
                + " (in the stage pretrain-2)"),
        line);
    assertFalse(StoreReader.isComplete(new RunDirectory(output.toString()).checkpoint(2)));
    Files.write(shard, Arrays.copyOf(bytes, bytes.length / 2));
    assertEquals(shard + " is missing or damaged; write the store again", refused(command));
    Files.write(shard, bytes);
    Vocabeam.run(command);
    FileTree.assertSame(whole, output);
  }
}
