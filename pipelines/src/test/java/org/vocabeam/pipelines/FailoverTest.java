package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.store.StoreReader;

/** Stages on a cluster whose processes are killed without notice, whose disk is full or damaged. */
@Tag("long")
class FailoverTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ExecutorService DRIVER = Executors.newSingleThreadExecutor();

  @TempDir static Path directory;
  private static LocalCluster cluster;
  private static Path images;

  @BeforeAll
  static void start() throws Exception {
    // One of the two works, the other one is there when it is killed.
    cluster = LocalCluster.start(directory.resolve("cluster"), 2);
    images = SmallStore.of(directory, 60, 30);
  }

  @AfterAll
  static void stop() throws Exception {
    DRIVER.shutdownNow();
    cluster.close();
  }

  private static void inProcess(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--runner=DirectRunner");
    Vocabeam.run(all);
  }

  private static Future<?> onCluster(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--flinkMaster=" + cluster.master());
    all.add("--parallelism=1");
    return DRIVER.submit(() -> Vocabeam.run(all));
  }

  private static JsonNode get(String path) throws Exception {
    return JSON.readTree(URI.create("http://" + cluster.master() + path).toURL());
  }

  /** Waits until a job runs whose name has this beginning. Returns its id. */
  private static String running(String name, Future<?> command) throws Exception {
    for (int i = 0; i < 6000; i++) {
      for (JsonNode job : get("/jobs/overview").path("jobs")) {
        if (job.path("name").asText().startsWith(name)
            && job.path("tasks").path("running").asInt() > 0) {
          return job.path("jid").asText();
        }
      }
      if (command.isDone()) {
        command.get();
        throw new AssertionError("the command has ended, and " + name + " was not seen to run");
      }
      Thread.sleep(20);
    }
    throw new AssertionError(name + " does not run");
  }

  /** Kills the TaskManager that works, and lets it come again. */
  private static void killWorker(String job) throws Exception {
    for (JsonNode worker : get("/taskmanagers").path("taskmanagers")) {
      if (worker.path("freeSlots").asInt() == 0) {
        String name = worker.path("id").asText();
        cluster.kill(name);
        LocalCluster.Ended started = cluster.now("start");
        assertEquals(0, started.status(), started.out());
        assertTrue(started.out().contains("Starting " + name), started.out());
        return;
      }
    }
    throw new AssertionError("nobody works on " + job);
  }

  /** A stage whose worker is killed, against what it left undisturbed. */
  private static void killed(Path undisturbed, String job, String... command) throws Exception {
    Path output = directory.resolve("killed").resolve(command[0]);
    String[] arguments = Arrays.copyOf(command, command.length + 1);
    arguments[command.length] = "--output=" + output;
    Future<?> stage = onCluster(arguments);
    String id = running(job, stage);
    killWorker(id);
    stage.get(3, TimeUnit.MINUTES);
    FileTree.assertSame(undisturbed, output);
    JsonNode failures = get("/jobs/" + id + "/exceptions").path("exceptionHistory").path("entries");
    assertTrue(failures.size() > 0, job + " had ended before its worker was killed");
  }

  private static Path inProcess(String name, String... command) {
    Path output = directory.resolve("whole").resolve(name);
    List<String> all = new ArrayList<>(List.of(command));
    all.add("--output=" + output);
    all.add("--runner=DirectRunner");
    Vocabeam.run(all);
    return output;
  }

  @Test
  void aTaskManagerKilledInTheMiddleOfAStageLeavesTheSameBytes() throws Exception {
    String store = "--images=" + images;
    String[] student = {
      "pretrain",
      "--method=bownet",
      store,
      "--rounds=1",
      "--stepsPerRound=40",
      "--batchSize=8",
      "--words=16",
      "--set=/method/codebookIterations=2"
    };
    RunDirectory chain = new RunDirectory(inProcess("bownet", withGenerations(student)).toString());
    Path stages = Path.of(chain.generation(1));
    String teacher = "--checkpoint=" + chain.run(0);
    String[] ingest = {"ingest", "--input=" + directory.resolve("folder")};
    killed(inProcess("ingest", ingest), "ingest", ingest);
    String[] augment = {"augment", store, "--epochs=1"};
    killed(inProcess("augment", augment), "augment", augment);
    killed(stages.resolve("descriptors"), "extract", "extract", store, teacher, "--level=layer2");
    killed(
        stages.resolve("words"),
        "codebook-1",
        "codebook",
        "--descriptors=" + stages.resolve("descriptors"),
        "--words=16",
        "--iterations=2");
    killed(
        stages.resolve("targets"),
        "assign",
        "assign",
        store,
        teacher,
        "--codebook=" + stages.resolve("words/codebook"));
    String[] ofTargets = Arrays.copyOf(student, student.length + 1);
    ofTargets[student.length] = "--targets=" + stages.resolve("targets");
    killed(Path.of(chain.run(1)), "pretrain-40", ofTargets);
    String[] embed = {"embed", store, teacher};
    killed(inProcess("embed", embed), "embed", embed);
    String[] evaluate = {"evaluate", store, teacher};
    killed(inProcess("evaluate", evaluate), "evaluate-embed", evaluate);
  }

  private static String[] withGenerations(String[] student) {
    String[] all = Arrays.copyOf(student, student.length + 1);
    all[student.length] = "--generations=1";
    return all;
  }

  private static String[] update(Path output) {
    return new String[] {
      "update",
      "--images=" + images,
      "--output=" + output,
      "--rounds=2",
      "--stepsPerRound=60",
      "--batchSize=8"
    };
  }

  @Test
  void aJobManagerKilledBetweenAndInRoundsLeavesTheSameBytes() throws Exception {
    Path whole = directory.resolve("rounds");
    inProcess(update(whole));
    inProcess(update(whole));
    Path killed = directory.resolve("killed-rounds");
    onCluster(update(killed)).get(2, TimeUnit.MINUTES);
    cluster.kill("job-manager");
    assertEquals(0, cluster.now("start").status());
    Future<?> second = onCluster(update(killed));
    running("pretrain-120", second);
    cluster.kill("job-manager");
    assertEquals(0, cluster.now("start").status());
    Exception lost = assertThrows(Exception.class, () -> second.get(2, TimeUnit.MINUTES));
    assertTrue(
        Failure.of(lost).line().contains("; the same command again goes on from what is complete"),
        Failure.of(lost).line());
    onCluster(update(killed)).get(2, TimeUnit.MINUTES);
    FileTree.assertSame(whole, killed);
  }

  private static String refused(Future<?> command) {
    Exception failure = assertThrows(Exception.class, () -> command.get(3, TimeUnit.MINUTES));
    return Failure.of(failure.getCause()).line();
  }

  private static boolean mount(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(arguments));
    Process process = new ProcessBuilder(command).inheritIO().start();
    return process.waitFor() == 0;
  }

  @Test
  void aFullDiskIsOneLineAndTheSameCommandGoesOn() throws Exception {
    String[] ingest = {"ingest", "--input=" + directory.resolve("folder"), "--shards=4"};
    Path whole = inProcess("room", ingest);
    Path disk = Files.createDirectory(directory.resolve("disk"));
    assumeTrue(
        mount("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk.toString()),
        "only root makes a disk that is full");
    try {
      Path output = disk.resolve("stores");
      String[] onDisk = {ingest[0], ingest[1], ingest[2], "--output=" + output};
      String line = refused(onCluster(onDisk));
      assertTrue(
          line.matches(
              "cannot write .*/disk/stores/(images|rejected)/\\S+: No space left on device; make"
                  + " room there, and give the same command again"),
          line);
      assertFalse(StoreReader.isComplete(output.resolve("images").toString()));
      assertTrue(mount("mount", "-o", "remount,size=10m", disk.toString()));
      onCluster(onDisk).get(2, TimeUnit.MINUTES);
      FileTree.assertSame(whole, output);
    } finally {
      assertTrue(mount("umount", disk.toString()));
    }
  }

  @Test
  void aDamagedShardIsOneLineAndTheRunGoesOnWhenItIsWhole() throws Exception {
    Path stores =
        inProcess("shards", new String[] {"ingest", "--input=" + directory.resolve("folder")});
    String[] run = {
      "pretrain",
      "--images=" + stores.resolve("images"),
      "--rounds=2",
      "--stepsPerRound=4",
      "--batchSize=8",
      "--output=" + directory.resolve("damaged")
    };
    Path whole = inProcess("undamaged", Arrays.copyOf(run, run.length - 1));
    Path shard = stores.resolve("images/part-00000-of-00001.parquet");
    byte[] bytes = Files.readAllBytes(shard);
    byte[] damaged = bytes.clone();
    damaged[bytes.length / 3] ^= 1;
    Files.write(shard, damaged);
    String line = refused(onCluster(run));
    assertTrue(line.startsWith(shard + " is damaged ("), line);
    assertTrue(
        line.endsWith("); remove its directory, and give the command that wrote it again"), line);
    Files.write(shard, bytes);
    onCluster(run).get(2, TimeUnit.MINUTES);
    FileTree.assertSame(whole, directory.resolve("damaged"));
  }
}
