package org.vocabeam.pipelines.choice;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vocabeam.models.training.ProgramSize;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.StepMemory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.run.RoundPlan;

/**
 * Time, memory and disk of a run before it starts; how far off they were is in docs/experiments.md,
 * "Estimates".
 *
 * @param seconds seconds from the start of the command to its end
 * @param hostBytes most memory of the process
 * @param gpuBytes most memory of the GPU; 0 without one
 * @param diskBytes bytes of the run's directory
 */
record Estimate(double seconds, long hostBytes, long gpuBytes, long diskBytes) {
  /** Seconds to load the program for its first round. */
  private static final double LOAD_SECONDS = 3;

  /** Seconds of a round beside its steps: start of the pipeline, stores, signal. */
  private static final double ROUND_SECONDS = 1.5;

  /** Bytes of a state that are read, combined, sorted and written in a second. */
  private static final double STATE_BYTES_PER_SECOND = 30e6;

  /**
   * Bytes of JVM, Flink, TensorFlow and the program whose speed was measured. Half of it is the
   * JVM's: heap 0.35 GB, classes and code 0.2, buffers of Flink 0.26.
   */
  private static final double PROCESS_BYTES = 1.47e9;

  /** Copies of a state that the process has between two rounds. */
  private static final double STATES = 6;

  /** Bytes that a metric of a step takes in the stores of steps and events. */
  private static final double METRIC_BYTES = 75;

  /** Bytes of the small files of a round. */
  private static final double ROUND_BYTES = 4_000;

  /** Returns the seconds of a run beside its steps, from now on. */
  static double secondsBesideSteps(ProgramSize size, int networks, int rounds) {
    return networks
        * (LOAD_SECONDS + rounds * (ROUND_SECONDS + size.stateBytes() / STATE_BYTES_PER_SECOND));
  }

  /**
   * Returns the seconds of a signal: its images pass forward, which takes a third of a step's time
   * a pixel.
   */
  static double secondsOfSignal(
      Recipe recipe, TrainingImages images, RoundPlan rounds, double secondsPerStep) {
    double pixels = (double) recipe.images().height() * recipe.images().width();
    double trained =
        recipe.method().views().stream()
            .mapToDouble(view -> view.count() * (double) view.size() * view.size())
            .sum();
    double drawn = Math.min(images.count(), rounds.signal().images());
    return secondsPerStep / 3 * drawn * pixels / (recipe.batchSize() * trained);
  }

  /**
   * Returns the estimate of a run.
   *
   * @param before seconds that the command has taken already
   * @param secondsPerStep seconds of a step of all networks
   * @param networks number of networks that train one after the other
   */
  static Estimate of(
      Recipe recipe,
      ProgramSize size,
      TrainingImages images,
      RoundPlan rounds,
      Machine machine,
      double before,
      double secondsPerStep,
      int networks) {
    double seconds =
        before
            + secondsBesideSteps(size, networks, rounds.rounds())
            + secondsOfSignal(recipe, images, rounds, secondsPerStep)
            + rounds.steps() * secondsPerStep;
    double window =
        Math.min(
            rounds.shuffleMegabytes() * 1e6,
            images.count() * (double) Math.max(images.bytesPerImage(), recipe.images().bytes()));
    double host =
        PROCESS_BYTES
            + window
            + (double) recipe.batchSize() * StepMemory.of(recipe).hostBytes()
            + rounds.replicas()
                * (STATES * size.stateBytes() + (machine.hasGpu() ? 0 : size.deviceBytes()));
    int kept =
        switch (rounds.signal().keep()) {
          case ALL -> rounds.rounds();
          case BEST -> Math.min(2, rounds.rounds());
          case LAST -> 1;
        };
    double disk =
        networks
            * (kept * (double) size.stateBytes()
                + rounds.rounds() * ROUND_BYTES
                + (double) rounds.steps() * rounds.replicas() * size.metrics() * METRIC_BYTES);
    return new Estimate(
        seconds, (long) host, machine.hasGpu() ? size.deviceBytes() : 0, (long) disk);
  }

  /** Returns the estimate in words. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>(List.of(time(seconds), bytes(hostBytes) + " of memory"));
    if (gpuBytes > 0) {
      parts.add(bytes(gpuBytes) + " of the GPU's");
    }
    parts.add(bytes(diskBytes) + " on disk");
    return String.join(", ", parts);
  }

  private static String time(double seconds) {
    return seconds < 90
        ? String.format(Locale.ROOT, "%.0f s", seconds)
        : seconds < 90 * 60
            ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
            : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
  }

  private static String bytes(long bytes) {
    return bytes < 1e9
        ? String.format(Locale.ROOT, "%.0f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
