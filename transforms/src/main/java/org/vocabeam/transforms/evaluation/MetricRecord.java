package org.vocabeam.transforms.evaluation;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Result of an evaluation, a row of its store: the value of a measure, or the reason why it was
 * left out.
 *
 * @param features name of the evaluated features: {@code trained}, {@code random}, {@code
 *     normalised} (random weights with batch norm statistics of the images) or {@code pixels}
 * @param metric {@code knn20}, {@code linear}, {@code few-shot-5way-1shot}, ...
 * @param labelShare share of the training labels that were used, in (0, 1]
 * @param value accuracy in [0, 1], or the metric's own unit; null for a measure that was left out
 * @param interval half the width of the 95 % interval; 0 without one
 * @param reason one line on why the measure was left out; null for one that was taken
 */
public record MetricRecord(
    String features,
    String metric,
    double labelShare,
    @Nullable Double value,
    double interval,
    @Nullable String reason)
    implements Serializable {

  public static final RecordType<MetricRecord> TYPE =
      RecordType.of(
          MetricRecord.class, "metrics", m -> m.features + "#" + m.metric + "#" + m.labelShare);

  public MetricRecord {
    checkArgument(
        (value == null) != (reason == null),
        "a measure has a value or a reason, not %s and %s",
        value,
        reason);
  }

  /** A measure that was taken. */
  public MetricRecord(
      String features, String metric, double labelShare, double value, double interval) {
    this(features, metric, labelShare, value, interval, null);
  }

  /** Returns the row of a measure that was left out. */
  public static MetricRecord leftOut(
      String features, String metric, double labelShare, String reason) {
    return new MetricRecord(features, metric, labelShare, null, 0, reason);
  }

  /** Returns the metric with the share of labels unless it is 1: {@code linear@0.1}. */
  public static String name(String metric, double labelShare) {
    return labelShare == 1 ? metric : metric + "@" + labelShare;
  }

  /** Returns the metric with its share of labels. */
  public String name() {
    return name(metric, labelShare);
  }

  /** Returns the same record with another value and no interval. */
  MetricRecord withValue(double measured) {
    return new MetricRecord(features, metric, labelShare, measured, 0);
  }
}
