package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
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

/** Processes of a cluster killed without notice while stages run on it. */
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
}
