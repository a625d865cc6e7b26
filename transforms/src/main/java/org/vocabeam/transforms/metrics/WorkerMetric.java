package org.vocabeam.transforms.metrics;

import org.apache.beam.sdk.metrics.MetricName;

/** Metrics of a worker's process, over all its jobs. */
public enum WorkerMetric {
  /** Training steps. */
  STEPS("steps"),
  /** Images that were trained on. */
  IMAGES("images"),
  /** Loss of the last training step, in {@link WorkerGauge#UNIT}s. */
  LOSS("loss"),
  /** Share of a round's time in which its steps waited for images, in {@link WorkerGauge#UNIT}s. */
  WAITING("waiting"),
  /** Accuracy of nearest neighbours after the last round, in {@link WorkerGauge#UNIT}s. */
  NEIGHBOURS("neighbours"),
  /** Effective rank of the features after the last round, in {@link WorkerGauge#UNIT}s. */
  RANKME("rankme"),
  /** Images that were read into a store. */
  INGESTED("ingested"),
  /** Files that did not become images, by reason. */
  REJECTED("rejected"),
  /** Images whose views were rendered into a store. */
  AUGMENTED("augmented"),
  /** Images that were embedded. */
  EMBEDDED("embedded"),
  /** Local features that were sampled. */
  DESCRIPTORS("descriptors"),
  /** Local features that were assigned to visual words, in all iterations. */
  ASSIGNED("assigned"),
  /** Images that were given targets. */
  TARGETS("targets");

  /** Namespace of Beam's names. */
  static final String NAMESPACE = "vocabeam";

  private final String text;

  WorkerMetric(String text) {
    this.text = text;
  }

  /** Name for users. */
  public String text() {
    return text;
  }

  /** Returns Beam's name. */
  public MetricName beamName() {
    return MetricName.named(NAMESPACE, text);
  }

  /** Returns Beam's name of the part with a reason. */
  public MetricName beamName(String reason) {
    return MetricName.named(NAMESPACE, text + ": " + reason);
  }
}
