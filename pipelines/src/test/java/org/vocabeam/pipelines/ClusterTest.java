package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.runner.Failure;

/** All stages on a session cluster of JVMs of its own, one after the other. */
@Tag("slow")
class ClusterTest {
  private static final List<String> WORKERS = List.of("task-manager-1", "task-manager-2");

  @TempDir static Path directory;
  private static LocalCluster cluster;
  private static Path images;

  @BeforeAll
  static void start() throws Exception {
    cluster = LocalCluster.start(directory.resolve("cluster"), 2);
    images = SmallStore.of(directory, 60, 30);
  }

  @AfterAll
  static void stop() throws Exception {
    List<ProcessHandle> processes = new ArrayList<>();
    for (String name : List.of("job-manager", "task-manager-1", "task-manager-2")) {
      processes.add(cluster.process(name));
    }
    cluster.close();
    for (ProcessHandle process : processes) {
      process.onExit().get(10, TimeUnit.SECONDS);
    }
    try (Stream<Path> left = Files.list(directory.resolve("cluster"))) {
      assertEquals(List.of("log"), left.map(f -> f.getFileName().toString()).toList());
    }
    // Once more is nothing.
    cluster.close();
  }

  /** As a user would name it: the workers have another working directory. */
  private static String relative(Path path) {
    return Path.of("").toAbsolutePath().relativize(path).toString();
  }

  private static void onCluster(List<String> arguments) {
    List<String> all = new ArrayList<>(arguments);
    all.add("--flinkMaster=" + cluster.master());
    Vocabeam.run(all);
  }

  private static void inProcess(List<String> arguments) {
    List<String> all = new ArrayList<>(arguments);
    all.add("--runner=DirectRunner");
    Vocabeam.run(all);
  }

  /** Runs a command here and there, and compares what it leaves. */
  private static void same(String name, String... arguments) throws Exception {
    Path here = directory.resolve("here").resolve(name);
    Path there = directory.resolve("there").resolve(name);
    List<String> command = new ArrayList<>(List.of(arguments));
    command.add("--output=" + here);
    inProcess(command);
    command.set(command.size() - 1, "--output=" + relative(there));
    onCluster(command);
    FileTree.assertSame(here, there);
  }

  @Test
  void everyStageGivesTheBytesThatItGivesInThisProcess() throws Exception {
    String store = "--images=" + relative(images);
    same("ingest", "ingest", "--input=" + relative(directory.resolve("folder")), "--shards=2");
    same(
        "bownet",
        "pretrain",
        "--method=bownet",
        store,
        "--generations=1",
        "--rounds=2",
        "--stepsPerRound=3",
        "--batchSize=8",
        "--words=16",
        "--set=/method/codebookIterations=2");
    same("obow", "pretrain", store, "--rounds=2", "--stepsPerRound=3", "--batchSize=8");
    assertFalse(Files.exists(directory.resolve("there/obow/reports")));
    same("augment", "augment", store, "--epochs=1");
    String checkpoint = "--checkpoint=" + relative(directory.resolve("there/obow"));
    same("embed", "embed", store, checkpoint);
    same("evaluate", "evaluate", store, checkpoint);
  }

  /**
   * KB of a process after a collection: objects, classes, and what is resident beside the heap,
   * whose pages come when they are first used.
   */
  private record Memory(long heap, long metaspace, long besideHeap) {
    private static final Pattern HEAP = Pattern.compile("total \\d+K, used (\\d+)K \\[0x(\\w+),");
    private static final Pattern METASPACE = Pattern.compile("Metaspace +used (\\d+)K");
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    static Memory of(ProcessHandle process) throws Exception {
      String id = Long.toString(process.pid());
      jcmd(id, "GC.run");
      String info = jcmd(id, "GC.heap_info");
      Matcher heap = HEAP.matcher(info);
      assertTrue(heap.find(), info);
      return new Memory(
          Long.parseLong(heap.group(1)),
          number(METASPACE, info),
          number(RESIDENT, Files.readString(Path.of("/proc", id, "status")))
              - residentAt(Long.parseLong(heap.group(2), 16), id));
    }

    /** Returns the resident bytes of the mapping that begins at an address. */
    private static long residentAt(long address, String id) throws Exception {
      List<String> lines = Files.readAllLines(Path.of("/proc", id, "smaps"));
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).startsWith(String.format("%08x-", address))) {
          return number(
              Pattern.compile("(?m)^Rss:\\s+(\\d+) kB"),
              String.join("\n", lines.subList(i, i + 5)));
        }
      }
      throw new AssertionError("no mapping at " + address);
    }

    private static String jcmd(String id, String what) throws Exception {
      Process jcmd =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), id, what)
              .redirectErrorStream(true)
              .start();
      return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static long number(Pattern pattern, String text) {
      Matcher matcher = pattern.matcher(text);
      assertTrue(matcher.find(), text);
      return Long.parseLong(matcher.group(1));
    }
  }

  private static List<Memory> memory() throws Exception {
    List<Memory> memory = new ArrayList<>();
    for (String worker : WORKERS) {
      memory.add(Memory.of(cluster.process(worker)));
    }
    return memory;
  }

  private static void rounds(String name, int count) {
    onCluster(
        List.of(
            "pretrain",
            "--images=" + images,
            "--output=" + directory.resolve(name),
            "--batchSize=8",
            "--rounds=" + count,
            "--stepsPerRound=2"));
  }

  @Tag("long")
  @Test
  void tenJobsInARowLeaveTheMemoryAsItIs() throws Exception {
    rounds("warm", 6);
    List<Memory> before = memory();
    rounds("row", 10);
    List<Memory> after = memory();
    for (int i = 0; i < WORKERS.size(); i++) {
      String what = WORKERS.get(i) + ": " + before.get(i) + ", then " + after.get(i);
      System.out.println(what);
      // Ten jobs with classes of their own would have loaded 150 MB of them.
      assertTrue(after.get(i).metaspace() - before.get(i).metaspace() < 6 << 10, what);
      assertTrue(after.get(i).heap() - before.get(i).heap() < 20 << 10, what);
      assertTrue(after.get(i).besideHeap() - before.get(i).besideHeap() < 100 << 10, what);
    }
  }

  private static String line(String... arguments) {
    return Failure.of(assertThrows(Exception.class, () -> onCluster(List.of(arguments)))).line();
  }

  @Test
  void whatAWorkerRefusesIsOneLine() {
    String line =
        line(
            "pretrain",
            "--images=" + images,
            "--output=" + directory.resolve("refused"),
            "--batchSize=8",
            "--rounds=1",
            "--stepsPerRound=30",
            "--learningRate=1e30");
    assertTrue(line.matches("\\S+ is \\S+ at step \\d+ of replica 0; the checkpoint .*"), line);
  }

  @Test
  void moreParallelTasksThanSlotsAreRefused() {
    assertEquals(
        "--parallelism is 3, but the cluster at "
            + cluster.master()
            + " has 2 slots; lower it, or start more TaskManagers",
        line("embed", "--images=x", "--checkpoint=y", "--output=z", "--parallelism=3"));
  }

  @Test
  void aCommandThatEndsCancelsItsJob() throws Exception {
    try (OwnJvm jvm = new OwnJvm(directory.resolve("log"))) {
      jvm.end(
          List.of(
              "pretrain",
              "--images=" + images,
              "--output=" + directory.resolve("ended"),
              "--batchSize=8",
              "--rounds=1",
              "--stepsPerRound=1000000",
              "--flinkMaster=" + cluster.master()),
          "Training +0% .* [1-9]\\d*/1000000 ");
      assertTrue(jvm.log().contains("Cancelled the job pretrain-1000000-"), jvm.log());
    }
  }

  @Test
  void aSecondStartSaysThatItRuns() throws Exception {
    LocalCluster.Ended again = cluster.now("start");
    assertEquals(1, again.status());
    assertTrue(again.out().contains("runs already in "), again.out());
    assertTrue(again.out().contains(cluster.master()), again.out());
    assertFalse(again.out().lines().count() > 1, again.out());
    assertEquals(0, cluster.now("status").status());
  }
}
