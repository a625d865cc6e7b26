package org.vocabeam.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Trainer;
import org.vocabeam.transforms.training.StepObserver;
import org.vocabeam.transforms.training.TrainingProgress;

/**
 * Share of the engine around TensorFlow: the time of a step whose inputs are ready, of a step with
 * the drawing of its views, of a step within a round of {@code pretrain}, and of the whole round.
 * The small preset, whose steps are the shortest, has the largest share.
 */
public final class EngineBench {
  private static final String PART = "engine";
  private static final Workload WORKLOAD = Workload.SMALL_28;
  private static final int ROUNDS = 3;

  private final Workshop workshop;
  private final double seconds;
  private final long stepsPerRound;

  /**
   * @param seconds of all chunks of the bare step together, and of the step
   * @param stepsPerRound at least 2
   */
  public EngineBench(Workshop workshop, double seconds, long stepsPerRound) {
    this.workshop = workshop;
    this.seconds = seconds;
    this.stepsPerRound = stepsPerRound;
  }

  public List<Measurement> measure() {
    Path images = workshop.store(workshop.images(), WORKLOAD.images().height());
    Recipe recipe = WORKLOAD.recipe();
    long start = System.nanoTime();
    try (Trainer trainer = Trainer.of(recipe)) {
      double load = (System.nanoTime() - start) / 1e9;
      TrainBench.Steps steps = new TrainBench.Steps(trainer, recipe);
      try (Trainer.Ready ready = trainer.ready(0, steps.batch())) {
        Chunks bare = new Chunks(ready::run);
        Chunks whole = new Chunks(steps::next);
        bare.warmUp(seconds / Chunks.COUNT);
        whole.warmUp(seconds / Chunks.COUNT);
        // Before the rounds and after them: what drifts meanwhile meets all three.
        inTurns(bare, whole);
        RoundTimes rounds = rounds(images);
        inTurns(bare, whole);
        return measurements(load, bare.median(), whole.median(), rounds);
      }
    }
  }

  private void inTurns(Chunks bare, Chunks whole) {
    for (int i = 0; i < Chunks.COUNT; i++) {
      bare.take(seconds / (2 * Chunks.COUNT));
      whole.take(seconds / (2 * Chunks.COUNT));
    }
  }

  private RoundTimes rounds(Path images) {
    Path run = workshop.directory().resolve("engine-run");
    List<Instant> steps = Collections.synchronizedList(new ArrayList<>());
    StepObserver listener = step -> steps.add(Instant.now());
    Instant started = Instant.now();
    TrainingProgress.listen(listener);
    try {
      workshop.seconds(
          "pretrain",
          "--images=" + images,
          "--output=" + run,
          "--batchSize=" + WORKLOAD.batchSize(),
          "--collapseThreshold=0",
          "--rounds=" + ROUNDS,
          "--stepsPerRound=" + stepsPerRound);
    } finally {
      TrainingProgress.ignore(listener);
    }
    if (steps.size() != ROUNDS * stepsPerRound) {
      throw new UserError(
          String.format(
              "bench heard of %d of %d steps: it can only time a runner that works in this"
                  + " process, as --flinkMaster=[local] does",
              steps.size(), ROUNDS * stepsPerRound));
    }
    return new RoundTimes(started, steps, completed(run.resolve("checkpoints")));
  }

  /** When the markers of the checkpoints were written, in the order of their steps. */
  private static List<Instant> completed(Path checkpoints) {
    List<Instant> completed = new ArrayList<>();
    try (Stream<Path> found = Files.list(checkpoints)) {
      for (Path checkpoint : found.sorted().toList()) {
        completed.add(Files.getLastModifiedTime(checkpoint.resolve("_SUCCESS")).toInstant());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return completed;
  }

  private List<Measurement> measurements(double load, double bare, double step, RoundTimes rounds) {
    List<Measurement> measured = new ArrayList<>();
    add(measured, "bare step: TensorFlow, inputs ready", 1e3 * bare, "ms");
    add(measured, "step with inputs drawn and copied", 1e3 * step, "ms");
    add(measured, "step within a round", 1e3 * rounds.step(), "ms");
    add(measured, "outside TensorFlow, of a step", share(step, bare), "%");
    add(measured, "outside TensorFlow, of a step in a round", share(rounds.step(), bare), "%");
    add(
        measured,
        String.format("outside TensorFlow, of a round of %d steps", stepsPerRound),
        share(rounds.round(), stepsPerRound * bare),
        "%");
    add(measured, "a round", rounds.round(), "s");
    add(measured, "of it start: pipeline, checkpoint read", rounds.start(), "s");
    add(measured, "of it end: state read, checkpoint written", rounds.end(), "s");
    add(measured, "start of the first round", rounds.firstStart(), "s");
    add(measured, "program made and loaded", load, "s");
    return measured;
  }

  private static double share(double whole, double within) {
    return 100 * (whole - within) / whole;
  }

  private static void add(List<Measurement> measured, String quantity, double value, String unit) {
    measured.add(new Measurement(PART, WORKLOAD.description(), quantity, value, unit));
  }
}
