package org.vocabeam.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Trainer.Batch;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.run.Pretraining;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.transforms.training.Assignment;
import org.vocabeam.transforms.training.BatchFeed;
import org.vocabeam.transforms.training.StepObserver;
import org.vocabeam.transforms.training.StepReport;
import org.vocabeam.transforms.training.TrainingProgress;
import org.vocabeam.transforms.worker.FeedThreads;

/**
 * Speed of the line that feeds a network with photos: row groups are read, and images decoded, cut
 * and written into batches, once for a step that does nothing and once in a real run, where the
 * share of waiting counts.
 */
public final class FeedBench {
  private static final String PART = "feed";
  private static final long MAX_STEPS = 40;

  /** Batches that are not timed: one after the start, and one that was filled meanwhile. */
  private static final int WARM_UP = 2;

  private final Workshop workshop;
  private final Path photos;
  private final double seconds;
  private final long stepsPerRound;

  /**
   * @param photos images store of photos
   * @param seconds of the line with each number of threads
   * @param stepsPerRound steps of a run; no more than 40 are taken
   */
  public FeedBench(Workshop workshop, Path photos, double seconds, long stepsPerRound) {
    this.workshop = workshop;
    this.photos = photos;
    this.seconds = seconds;
    this.stepsPerRound = Math.min(MAX_STEPS, stepsPerRound);
  }

  /** Measures the line without a network, with one thread and with one for every processor. */
  public List<Measurement> line() {
    int processors = Runtime.getRuntime().availableProcessors();
    return new TreeSet<>(List.of(1, processors))
        .stream().flatMap(threads -> line(threads).stream()).toList();
  }

  private List<Measurement> line(int threads) {
    Recipe recipe = Workload.RESNET50_224.recipe();
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    try (BatchFeed batches = new BatchFeed(assignment(recipe), new FeedThreads(threads))) {
      for (int i = 0; i < WARM_UP; i++) {
        batches.next(Batch::size);
      }
      long start = System.nanoTime();
      long cpu = system.getProcessCpuTime();
      long images = 0;
      double elapsed;
      do {
        images += batches.next(Batch::size);
        elapsed = (System.nanoTime() - start) / 1e9;
      } while (elapsed < seconds);
      double busy = (system.getProcessCpuTime() - cpu) / 1e9;
      String of =
          String.format(
              "line alone, views of %s, %d threads", Workload.RESNET50_224.name(), threads);
      return List.of(
          new Measurement(PART, of, "images", images / elapsed, "images/s"),
          new Measurement(PART, of, "images by CPU time", images / busy, "images/s per core"));
    }
  }

  private Assignment assignment(Recipe recipe) {
    TrainingImages images = TrainingImages.open(photos.toString(), "all");
    // More than are taken, even on a machine of many processors.
    long steps = 10 + (long) (100 * seconds);
    long count = steps * recipe.batchSize();
    return new Assignment(
        recipe,
        null,
        0,
        0,
        steps,
        images.split(),
        null,
        null,
        Pretraining.plan(recipe, images, RoundPlan.alone(1, steps)).windows(0, 0, count));
  }

  /** Measures a round of training on photos. */
  public List<Measurement> run(Workload workload, DeviceChoice device) {
    AtomicReference<StepReport> last = new AtomicReference<>();
    List<Long> ends = new ArrayList<>();
    StepObserver listener =
        report -> {
          last.set(report);
          ends.add(System.nanoTime());
        };
    TrainingProgress.listen(listener);
    try {
      workshop.seconds(
          "pretrain",
          "--images=" + photos,
          "--output=" + workshop.directory().resolve("feed-" + workload.name()),
          "--preset=" + workload.preset().name(),
          "--batchSize=" + workload.batchSize(),
          "--precision=" + workload.precision(),
          "--device=" + device.name().toLowerCase(Locale.ROOT),
          "--collapseThreshold=0",
          "--rounds=1",
          "--stepsPerRound=" + stepsPerRound);
    } finally {
      TrainingProgress.ignore(listener);
    }
    String of = "run of " + workload.description();
    double loop = (ends.get(ends.size() - 1) - ends.get(0)) / 1e9;
    double images = (ends.size() - 1.0) * workload.batchSize();
    return List.of(
        new Measurement(PART, of, "images, end to end", images / loop, "images/s"),
        new Measurement(PART, of, "waiting for images", 100 * last.get().waiting(), "%"));
  }
}
