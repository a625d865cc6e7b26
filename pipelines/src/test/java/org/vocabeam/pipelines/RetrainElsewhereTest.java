package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.lock.DirectoryLock;
import org.vocabeam.pipelines.registry.Registry;
import org.vocabeam.pipelines.runner.Failure;

/**
 * Retraining whose files are in an object store, whose workers are on a cluster, or whose time
 * comes.
 */
@Tag("long")
class RetrainElsewhereTest {
  @TempDir private Path directory;
  private Path folder;
  private Path here;

  @BeforeEach
  void draw() throws IOException {
    folder = directory.resolve("folder");
    here = directory.resolve("here");
    SmallStore.draw(folder, "train", 0, 39);
    SmallStore.draw(folder, "test", 40, 59);
  }

  private static List<String> command(
      String command, String input, String registry, List<String> more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                command,
                "--input=" + input,
                "--registry=" + registry,
                "--gate=linear>=-100",
                "--batchSize=8",
                "--words=16",
                "--rounds=2",
                "--stepsPerRound=2"));
    arguments.addAll(more);
    return arguments;
  }

  private void retrainHere() {
    Vocabeam.run(
        command("retrain", folder.toString(), here.toString(), List.of("--runner=DirectRunner")));
  }

  /** Files of both registries, except graphs: TensorFlow writes their maps in any order. */
  private static void assertSame(Path here, Path there, int versions) throws IOException {
    for (Path root : List.of(here, there)) {
      for (int version = 1; version <= versions; version++) {
        Path encoder = Path.of(new Registry(root.toString()).encoder(version));
        Files.delete(encoder.resolve("saved_model.pb"));
        Files.deleteIfExists(encoder.resolve("fingerprint.pb"));
      }
    }
    FileTree.assertSame(here.resolve("versions"), there.resolve("versions"));
    FileTree.assertSame(here.resolve("data"), there.resolve("data"));
    assertEquals(
        Files.readString(here.resolve("current.json")),
        Files.readString(there.resolve("current.json")));
  }

  private static boolean isEmpty(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return true;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return files.noneMatch(Files::isRegularFile);
    }
  }

  @Test
  void inAnObjectStore() throws Exception {
    try (S3Server server = S3Server.start(directory)) {
      String root = "s3://" + S3Server.BUCKET;
      List<String> options = new ArrayList<>(server.options());
      options.add("--runner=DirectRunner");
      List<String> retrain =
          command("retrain", root + "/photos", root + "/registry", List.copyOf(options));
      server.upload(folder, "photos");
      retrainHere();
      Vocabeam.run(retrain);
      SmallStore.draw(folder, "train", 60, 79);
      server.upload(folder, "photos");
      retrainHere();
      registry(server, "list"); // from now on this process knows the object store again
      try (DirectoryLock lock =
          DirectoryLock.ofRegistry(root + "/registry", "another", line -> {})) {
        String line = Failure.of(assertThrows(Throwable.class, () -> Vocabeam.run(retrain))).line();
        assertTrue(
            line.matches(
                "the registry is locked by 'another', process .*; wait for its end, or if that"
                    + " process is no more, remove s3://bucket/registry/lock/.*\\.json"),
            line);
      }
      Vocabeam.run(retrain);
      Registry registry = new Registry(root + "/registry");
      assertEquals(2, registry.versions().size());
      assertEquals(2, registry.promoted());
      Path there = server.bucket().resolve("registry");
      assertTrue(isEmpty(there.resolve("lock")));
      assertSame(here, there, 2);
      registry(server, "rollback");
      assertEquals(1, registry.promoted());
    }
  }

  private static void registry(S3Server server, String action) {
    List<String> command =
        new ArrayList<>(
            List.of("registry", action, "--registry=s3://" + S3Server.BUCKET + "/registry"));
    command.addAll(server.options());
    Vocabeam.run(command);
  }

  @Test
  void onACluster() throws Exception {
    retrainHere();
    Path there = directory.resolve("there");
    try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"), 2)) {
      List<String> submit =
          command(
              "retrain",
              folder.toString(),
              there.toString(),
              List.of("--flinkMaster=" + cluster.master()));
      submit.add(0, "submit");
      assertEquals(0, Vocabeam.commandLine().execute(submit.toArray(String[]::new)));
      assertSame(here, there, 1);
      SmallStore.draw(folder, "train", 60, 79);
      assertEquals(0, Vocabeam.commandLine().execute(submit.toArray(String[]::new)));
      assertEquals(2, new Registry(there.toString()).promoted());
    }
  }

  @Test
  void whenItsTimeHasCome() throws Exception {
    Registry registry = new Registry(here.toString());
    try (OwnJvm jvm = new OwnJvm(directory.resolve("log"))) {
      // The next minute is the next time.
      jvm.terminate(
          command(
              "schedule",
              folder.toString(),
              here.toString(),
              List.of("--cron=* * * * *", "--runner=DirectRunner")),
          () -> registry.promoted() != null);
      assertTrue(jvm.log().contains("Next run: "), jvm.log());
    }
    assertEquals(1, registry.completeVersion(1).number());
    assertTrue(isEmpty(here.resolve("lock")));
  }
}
