package org.vocabeam.bench;

import java.util.ArrayList;
import java.util.List;
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
  public static List<Measurement> measure(Workload workload, double seconds) {
    Recipe recipe = workload.recipe();
    try (Trainer trainer = Trainer.of(recipe)) {
      Steps steps = new Steps(trainer, recipe);
      Chunks chunks = new Chunks(steps::next);
      chunks.warmUp(seconds / Chunks.COUNT);
      for (int i = 0; i < Chunks.COUNT; i++) {
        chunks.take(seconds / Chunks.COUNT);
      }
      double step = chunks.median();
      String of = workload.description();
      return List.of(
          new Measurement(PART, of, "steps", 1 / step, "steps/s"),
          new Measurement(PART, of, "images", recipe.batchSize() / step, "images/s"));
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
