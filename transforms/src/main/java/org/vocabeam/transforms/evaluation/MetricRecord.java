package org.vocabeam.transforms.evaluation;

import java.io.Serializable;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Result of an evaluation, a row of its store.
 *
 * @param features name of the evaluated features: {@code trained}, {@code random}, {@code
 *     normalised} (random weights with batch norm statistics of the images) or {@code pixels}
 * @param metric {@code knn20}, {@code linear}, {@code few-shot-5way-1shot}, ...
 * @param labelShare share of the training labels that were used, in (0, 1]
 * @param value accuracy in [0, 1], or the metric's own unit
 * @param interval half the width of the 95 % interval; 0 without one
 */
public record MetricRecord(
    String features, String metric, double labelShare, double value, double interval)
    implements Serializable {

  public static final RecordType<MetricRecord> TYPE =
      RecordType.of(
          MetricRecord.class, "metrics", m -> m.features + "#" + m.metric + "#" + m.labelShare);

  /** Returns the metric with the share of labels unless it is 1: {@code linear@0.1}. */
  public static String name(String metric, double labelShare) {
    return labelShare == 1 ? metric : metric + "@" + labelShare;
  }

  /** Returns the same record with another value and no interval. */
  MetricRecord withValue(double measured) {
    return new MetricRecord(features, metric, labelShare, measured, 0);
  }
}
