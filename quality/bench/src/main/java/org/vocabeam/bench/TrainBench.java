package org.vocabeam.bench;

import java.util.ArrayList;
import java.util.List;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Trainer;
import org.vocabeam.models.training.Trainer.Batch;

/** Speed of steps without pipelines: drawing of views, copies and TensorFlow. */
public final class TrainBench {
  private static final String PART = "train";

  private TrainBench() {}

  /**
   * Measures one workload.
   *
   * @param seconds of all chunks together; steps that take longer than a chunk make it longer
   */
  public static List<Measurement> measure(Workload workload, double seconds, DeviceChoice device) {
    Recipe recipe = workload.recipe();
    try (Trainer trainer = Trainer.of(recipe, device)) {
      Steps steps = new Steps(trainer, recipe);
      Chunks copied = new Chunks(steps::next);
      try (Trainer.Ready ready = trainer.ready(0, steps.batch())) {
        Chunks alone = new Chunks(ready::run);
        copied.warmUp(seconds / Chunks.COUNT);
        for (int i = 0; i < Chunks.COUNT; i++) {
          copied.take(seconds / 2 / Chunks.COUNT);
          alone.take(seconds / 2 / Chunks.COUNT);
        }
        double step = copied.median();
        String of = workload.description();
        List<Measurement> measured = new ArrayList<>();
        measured.add(new Measurement(PART, of, "steps", 1 / step, "steps/s"));
        measured.add(new Measurement(PART, of, "images", recipe.batchSize() / step, "images/s"));
        measured.add(
            new Measurement(
                PART, of, "images, inputs ready", recipe.batchSize() / alone.median(), "images/s"));
        long peak = ready.recorded().peakBytesOfGpu();
        if (peak > 0) {
          measured.add(new Measurement(PART, of, "peak of GPU memory", peak / 1e9, "GB"));
        }
        return measured;
      }
    }
  }

  /** Step after step on batches that were made before. */
  static final class Steps {
    private static final int BATCHES = 4;

    private final Trainer trainer;
    private final List<Batch> batches = new ArrayList<>();
    private long step;

    Steps(Trainer trainer, Recipe recipe) {
      this.trainer = trainer;
      for (int i = 0; i < BATCHES; i++) {
        batches.add(SyntheticImages.batch(recipe, i));
      }
    }

    Batch batch() {
      return batches.get((int) (step % BATCHES));
    }

    void next() {
      trainer.step(step, batch());
      step++;
    }
  }
}
