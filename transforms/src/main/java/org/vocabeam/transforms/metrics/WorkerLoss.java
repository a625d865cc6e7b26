package org.vocabeam.transforms.metrics;

import java.io.Serializable;
import org.apache.beam.sdk.metrics.DelegatingGauge;
import org.apache.beam.sdk.metrics.Gauge;

/** Loss of the last training step of the worker's process. */
public final class WorkerLoss implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Loss of one unit of the gauge, because Beam's gauges are whole numbers. */
  public static final double UNIT = 1e-6;

  private final Gauge gauge = new DelegatingGauge(WorkerMetric.LOSS.beamName(), true);

  public void set(float loss) {
    gauge.set(Math.round(loss / UNIT));
  }
}
