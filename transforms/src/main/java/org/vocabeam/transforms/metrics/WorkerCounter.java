package org.vocabeam.transforms.metrics;

import java.io.Serializable;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.DelegatingCounter;
import org.apache.beam.sdk.metrics.MetricName;
import org.apache.beam.sdk.metrics.Metrics;

/** Counter of a pipeline step that the worker's process counts too. */
public final class WorkerCounter implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Counter stepCounter;
  private final Counter processCounter;

  private WorkerCounter(Counter stepCounter, MetricName processName) {
    this.stepCounter = stepCounter;
    this.processCounter = new DelegatingCounter(processName, true);
  }

  /** Returns a counter of the same name in the step and in the process. */
  public static WorkerCounter of(WorkerMetric metric) {
    return new WorkerCounter(
        Metrics.counter(WorkerMetric.NAMESPACE, metric.text()), metric.beamName());
  }

  /**
   * Returns a counter with its own name in the step.
   *
   * @param processName {@link WorkerMetric#beamName}
   */
  public static WorkerCounter of(Counter stepCounter, MetricName processName) {
    return new WorkerCounter(stepCounter, processName);
  }

  public void inc() {
    inc(1);
  }

  public void inc(long n) {
    stepCounter.inc(n);
    processCounter.inc(n);
  }
}
