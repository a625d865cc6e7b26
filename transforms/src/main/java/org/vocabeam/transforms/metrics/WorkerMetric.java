package org.vocabeam.transforms.metrics;

import org.apache.beam.sdk.metrics.MetricName;

/** The numbers that a worker's process keeps, of all its jobs. */
public enum WorkerMetric {
  /** Training steps. */
  STEPS("steps"),
  /** Images that were trained on. */
  IMAGES("images"),
  /** The loss of the training step before, in {@link WorkerLoss#UNIT}s. */
  LOSS("loss"),
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

  /** Of Beam's names. */
  static final String NAMESPACE = "vocabeam";

  private final String text;

  WorkerMetric(String text) {
    this.text = text;
  }

  /** The name, as others see it. */
  public String text() {
    return text;
  }

  /** Beam's name. */
  public MetricName beamName() {
    return MetricName.named(NAMESPACE, text);
  }

  /** Beam's name of a part. */
  public MetricName beamName(String reason) {
    return MetricName.named(NAMESPACE, text + ": " + reason);
  }
}
