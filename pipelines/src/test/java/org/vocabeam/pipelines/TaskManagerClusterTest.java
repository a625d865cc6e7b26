package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.training.StepMetric;

/** A TaskManager that was given a GPU, by a script in the place of nvidia-smi's, and is watched. */
@Tag("slow")
class TaskManagerClusterTest {
  private static final Path BUILT = Path.of("../runner-config/target/flink");
  private static final int STEPS = 3;
  private static final int BATCH = 8;

  @TempDir static Path directory;
  private static LocalCluster cluster;
  private static Path images;
  private static int firstPort;

  @BeforeAll
  static void start() throws Exception {
    assertTrue(Files.exists(BUILT), "mvn package makes " + BUILT);
    Path home = directory.resolve("home");
    link(BUILT.resolve("lib"), home.resolve("lib"));
    Path plugin = Path.of("plugins/external-resource-gpu");
    link(BUILT.resolve(plugin), home.resolve(plugin));
    Path discovery = directory.resolve("discovery");
    Files.writeString(discovery, "#!/bin/sh\necho 1\n");
    assertTrue(discovery.toFile().setExecutable(true));
    Path conf = Files.createDirectories(home.resolve("conf"));
    Files.copy(BUILT.resolve("conf/log4j.properties"), conf.resolve("log4j.properties"));
    Files.writeString(
        conf.resolve("config.yaml"),
        Files.readString(BUILT.resolve("conf/config.yaml"))
            + String.join(
                "\n",
                "external-resources: gpu",
                "external-resource.gpu.driver-factory.class:"
                    + " org.vocabeam.pipelines.gpu.TaskManagerGpusFactory",
                "external-resource.gpu.amount: 1",
                "external-resource.gpu.param.discovery-script.path: " + discovery));
    try (ServerSocket free = new ServerSocket(0)) {
      firstPort = free.getLocalPort();
    }
    cluster =
        LocalCluster.start(
            directory.resolve("cluster"), 1, "--home=" + home, "--metricsPort=" + firstPort);
    images = SmallStore.of(directory, 2 * BATCH, 0);
  }

  private static void link(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.createSymbolicLink(to.resolve(file.getFileName()), file.toRealPath());
      }
    }
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static void pretrain(String name, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "pretrain",
                "--images=" + images,
                "--output=" + directory.resolve(name),
                "--rounds=1",
                "--stepsPerRound=" + STEPS,
                "--batchSize=" + BATCH,
                "--words=64",
                "--collapseThreshold=0",
                "--flinkMaster=" + cluster.master()));
    arguments.addAll(List.of(more));
    Vocabeam.run(arguments);
  }

  /**
   * Returns the TaskManager's page: the process that started first has the first of the two ports.
   */
  private static WorkerPage page() throws IOException {
    WorkerPage first = WorkerPage.read(firstPort);
    return first.find("steps", "").isPresent() ? first : WorkerPage.read(firstPort + 1);
  }

  @Test
  void whatItHasDoneIsThereAfterTheJob() throws Exception {
    double before = page().value("steps");
    Path folder = directory.resolve("folder");
    Files.writeString(folder.resolve("train/bar/broken.png"), "not a picture");
    Vocabeam.run(
        List.of(
            "ingest",
            "--input=" + folder,
            "--output=" + directory.resolve("ingested"),
            "--flinkMaster=" + cluster.master()));
    pretrain("trained", "--device=cpu");
    WorkerPage page = page();
    assertEquals(before + STEPS, page.value("steps"));
    assertEquals(page.value("steps") * BATCH, page.value("images"));
    assertTrue(page.value("loss") > 0, page.text());
    Map<String, Float> signal = new TreeMap<>();
    StoreReader.open(
            StepMetric.TYPE, new RunDirectory(directory.resolve("trained").toString()).steps(STEPS))
        .rows()
        .forEach(row -> signal.put(row.metric(), row.value()));
    assertEquals(signal.get("neighbours"), page.value("neighbours"), 1e-6);
    assertEquals(signal.get("rankme"), page.value("rankme"), 1e-5);
    assertEquals(2 * BATCH, page.value("ingested"));
    assertEquals(1, page.value("rejected", "reason=\"not_an_image\""));
    assertEquals(0, page.value("rejected", "reason=\"truncated_JPEG\""));
    assertTrue(page.text().contains("\nflink_taskmanager_Status_JVM_"), "Flink's own metrics");
  }

  @Test
  void theGpuThatTheScriptFoundIsTheOneThatAProgramWants() {
    Exception thrown = assertThrows(Exception.class, () -> pretrain("refused", "--device=gpu"));
    String line = Failure.of(thrown).line();
    assertTrue(
        line.startsWith(
            "device is gpu, but of the GPUs that this process was given (1) TensorFlow sees none;"
                + " choose cpu or auto, "),
        line);
  }
}
