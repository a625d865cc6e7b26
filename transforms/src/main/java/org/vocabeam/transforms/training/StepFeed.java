package org.vocabeam.transforms.training;

import com.google.common.collect.ContiguousSet;
import com.google.common.collect.DiscreteDomain;
import com.google.common.collect.Range;
import org.vocabeam.models.training.Trainer;
import org.vocabeam.transforms.worker.Ahead;

/**
 * Steps of an assignment whose inputs are in TensorFlow's memory. While one is taken, a thread of
 * its own copies those of the next.
 *
 * <pre>{@code
 * try (StepFeed steps = new StepFeed(batches, trainer, assignment)) {
 *   for (long i = 0; i < assignment.steps(); i++) {
 *     try (Trainer.Ready step = steps.next()) {
 *       float[] metrics = step.run();
 *     }
 *   }
 * }
 * }</pre>
 */
final class StepFeed implements AutoCloseable {
  private final Ahead<Trainer.Ready> ready;
  private long start;
  private long waited;
  private boolean started;

  /**
   * Starts to copy.
   *
   * @param trainer whose state is set
   */
  StepFeed(BatchFeed batches, Trainer trainer, Assignment assignment) {
    long first = assignment.firstStep();
    ContiguousSet<Long> steps =
        ContiguousSet.create(
            Range.closedOpen(first, first + assignment.steps()), DiscreteDomain.longs());
    this.ready =
        Ahead.map(
            steps.iterator(), step -> batches.next(batch -> trainer.staged(step, batch)), 1, 1);
  }

  /** Waits for the next step. The caller runs and closes it. */
  Trainer.Ready next() {
    long before = System.nanoTime();
    Trainer.Ready step = ready.next();
    long now = System.nanoTime();
    if (started) {
      waited += now - before;
    } else {
      started = true;
      start = now; // the first images are a part of the round's start
    }
    return step;
  }

  /** Returns the share of the time since the first step in which no step was ready, 0 to 1. */
  double waiting() {
    return waited == 0 ? 0 : (double) waited / (System.nanoTime() - start);
  }

  @Override
  public void close() {
    ready.close();
  }
}
