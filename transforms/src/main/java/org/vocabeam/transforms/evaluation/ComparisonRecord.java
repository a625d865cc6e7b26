package org.vocabeam.transforms.evaluation;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Result of a comparison of methods: a row of a {@code comparison} store.
 *
 * @param method name of the trained method; empty for features that no method trained
 * @param seed of the run
 * @param network name of the network that computed the features; null for pixels
 * @param features as in {@link MetricRecord}, as all that follow
 */
public record ComparisonRecord(
    String method,
    long seed,
    @Nullable String network,
    String features,
    String metric,
    double labelShare,
    @Nullable Double value,
    double interval,
    @Nullable String reason) {
  public static final RecordType<ComparisonRecord> TYPE =
      RecordType.of(ComparisonRecord.class, "comparison", ComparisonRecord::id);

  /** A result of the evaluation of a run. */
  public ComparisonRecord(String method, long seed, @Nullable String network, MetricRecord result) {
    this(
        method,
        seed,
        network,
        result.features(),
        result.metric(),
        result.labelShare(),
        result.value(),
        result.interval(),
        result.reason());
  }

  /** The result without the run that it is of. */
  public MetricRecord result() {
    return new MetricRecord(features, metric, labelShare, value, interval, reason);
  }

  private String id() {
    return method + "#" + seed + "#" + network + "#" + MetricRecord.TYPE.id(result());
  }
}
