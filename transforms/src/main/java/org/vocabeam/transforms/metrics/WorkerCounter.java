package org.vocabeam.transforms.metrics;

import java.io.Serializable;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.DelegatingCounter;
import org.apache.beam.sdk.metrics.MetricName;
import org.apache.beam.sdk.metrics.Metrics;

/** A counter of a step, that the worker's process counts too. */
public final class WorkerCounter implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Counter ofStep;
  private final Counter ofProcess;

  private WorkerCounter(Counter ofStep, MetricName ofProcess) {
    this.ofStep = ofStep;
    this.ofProcess = new DelegatingCounter(ofProcess, true);
  }

  /** A counter of the same name in the step and in the process. */
  public static WorkerCounter of(WorkerMetric metric) {
    return new WorkerCounter(
        Metrics.counter(WorkerMetric.NAMESPACE, metric.text()), metric.beamName());
  }

  /**
   * A counter with a name of its own in the step.
   *
   * @param ofProcess {@link WorkerMetric#beamName}
   */
  public static WorkerCounter of(Counter ofStep, MetricName ofProcess) {
    return new WorkerCounter(ofStep, ofProcess);
  }

  public void inc() {
    inc(1);
  }

  public void inc(long n) {
    ofStep.inc(n);
    ofProcess.inc(n);
  }
}
