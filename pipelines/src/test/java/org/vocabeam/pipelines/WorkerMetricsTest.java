package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.transforms.training.TrainingProgress;

/** What Prometheus reads of a worker while it works, on Flink in this process. */
@Tag("slow")
class WorkerMetricsTest {
  private static final int STEPS = 3;
  private static final int BATCH = 8;

  private final List<WorkerPage> read = new ArrayList<>();
  private int port;

  private void run(Path configuration, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--flinkConfDir=" + configuration);
    all.add("--parallelism=1");
    Vocabeam.run(all);
  }

  @Test
  void countsStepsImagesLossAndRejectedFilesAsTheyHappen(@TempDir Path directory) throws Exception {
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path configuration = Files.createDirectory(directory.resolve("conf"));
    // As runner-config/flink/config.yaml names it, with a port that is free.
    Files.writeString(
        configuration.resolve("config.yaml"),
        Files.readString(Path.of("../runner-config/flink/config.yaml"))
            .replace("port: 9249", "port: " + port));
    SmallStore.of(directory, 2 * BATCH, 0);
    Path folder = directory.resolve("folder/train/bar");
    Files.writeString(folder.resolve("broken.png"), "not a picture");
    Path ingested = directory.resolve("ingested");
    run(
        configuration,
        "ingest",
        "--input=" + folder.getParent().getParent(),
        "--output=" + ingested);

    List<Float> losses = new ArrayList<>();
    TrainingProgress.Listener listener =
        (replica, step, names, values) -> {
          losses.add(values[0]);
          read.add(scrape());
        };
    TrainingProgress.listen(listener);
    try {
      run(
          configuration,
          "pretrain",
          "--images=" + ingested.resolve("images"),
          "--output=" + directory.resolve("run"),
          "--rounds=1",
          "--stepsPerRound=" + STEPS,
          "--batchSize=" + BATCH,
          "--collapseThreshold=0");
    } finally {
      TrainingProgress.ignore(listener);
    }

    assertEquals(STEPS, read.size());
    for (int step = 0; step < STEPS; step++) {
      WorkerPage page = read.get(step);
      assertEquals(step + 1, page.value("steps"));
      assertEquals((step + 1) * BATCH, page.value("images"));
      assertEquals(losses.get(step), page.value("loss"), 1e-6);
      assertEquals(2 * BATCH, page.value("ingested"));
      assertEquals(1, page.value("rejected", "reason=\"not_a_JPEG_or_PNG\""));
      assertEquals(0, page.value("rejected", "reason=\"truncated\""));
      assertEquals(0, page.value("embedded"));
      assertTrue(page.text().contains("\nflink_taskmanager_Status_JVM_"), "Flink's own metrics");
    }
  }

  /** Called by a worker in the middle of a round. */
  private WorkerPage scrape() {
    try {
      return WorkerPage.read(port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
