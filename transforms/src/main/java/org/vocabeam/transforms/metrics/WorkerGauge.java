package org.vocabeam.transforms.metrics;

import java.io.Serializable;
import org.apache.beam.sdk.metrics.DelegatingGauge;
import org.apache.beam.sdk.metrics.Gauge;

/** Newest value of a number of the worker's process. */
public final class WorkerGauge implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Value of one unit of the gauge, because Beam's gauges are whole numbers. */
  public static final double UNIT = 1e-6;

  private final Gauge gauge;

  private WorkerGauge(Gauge gauge) {
    this.gauge = gauge;
  }

  /** Returns the gauge of a metric. */
  public static WorkerGauge of(WorkerMetric metric) {
    return new WorkerGauge(new DelegatingGauge(metric.beamName(), true));
  }

  public void set(double value) {
    gauge.set(Math.round(value / UNIT));
  }
}
