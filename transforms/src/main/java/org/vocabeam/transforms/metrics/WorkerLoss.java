package org.vocabeam.transforms.metrics;

import java.io.Serializable;
import org.apache.beam.sdk.metrics.DelegatingGauge;
import org.apache.beam.sdk.metrics.Gauge;

/** The loss of the step that the worker's process took last; Beam's gauges are whole numbers. */
public final class WorkerLoss implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What one of Beam's gauge means. */
  public static final double UNIT = 1e-6;

  private final Gauge ofProcess = new DelegatingGauge(WorkerMetric.LOSS.beamName(), true);

  public void set(float loss) {
    ofProcess.set(Math.round(loss / UNIT));
  }
}
