package org.vocabeam.transforms.training;

import org.vocabeam.transforms.parquet.RecordType;

/**
 * One number of one training step: a row of the store of steps.
 *
 * @param step counted from 0 over the whole run
 * @param metric {@code loss}, {@code embedding_std}, {@code perplexity_image/layer2}, ...
 */
public record StepMetric(long step, int replica, String metric, float value) {
  public static final RecordType<StepMetric> TYPE =
      RecordType.of(StepMetric.class, "steps", m -> m.id());

  private String id() {
    return step + "#" + replica + "#" + metric;
  }
}
