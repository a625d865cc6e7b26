package org.vocabeam.transforms.training;

import java.io.Serializable;
import org.vocabeam.transforms.metrics.WorkerCounter;
import org.vocabeam.transforms.metrics.WorkerLoss;
import org.vocabeam.transforms.metrics.WorkerMetric;

/** Counts steps and images and shows the loss in the worker's metrics. */
final class StepCounters implements Serializable {
  private static final long serialVersionUID = 1L;

  private final WorkerLoss loss = new WorkerLoss();
  private final WorkerCounter steps = WorkerCounter.of(WorkerMetric.STEPS);
  private final WorkerCounter images = WorkerCounter.of(WorkerMetric.IMAGES);

  void add(float stepLoss, int batchSize) {
    loss.set(stepLoss);
    steps.inc();
    images.inc(batchSize);
  }
}
