package org.vocabeam.transforms.training;

import java.io.Serializable;
import org.vocabeam.transforms.metrics.WorkerCounter;
import org.vocabeam.transforms.metrics.WorkerGauge;
import org.vocabeam.transforms.metrics.WorkerMetric;

/** Counts steps and images and shows loss and waiting in the worker's metrics. */
final class StepCounters implements Serializable {
  private static final long serialVersionUID = 1L;

  private final WorkerGauge loss = WorkerGauge.of(WorkerMetric.LOSS);
  private final WorkerGauge waiting = WorkerGauge.of(WorkerMetric.WAITING);
  private final WorkerCounter steps = WorkerCounter.of(WorkerMetric.STEPS);
  private final WorkerCounter images = WorkerCounter.of(WorkerMetric.IMAGES);

  void add(StepReport step, int batchSize) {
    loss.set(step.loss());
    waiting.set(step.waiting());
    steps.inc();
    images.inc(batchSize);
  }
}
