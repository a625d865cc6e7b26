package org.vocabeam.transforms.evaluation;

import java.io.Serializable;
import org.apache.beam.sdk.transforms.Combine;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Rows that were named, and those of them that were named correctly.
 *
 * @param reason one line on why rows could not be named; null if all could
 */
record Hits(long right, long rows, @Nullable String reason) implements Serializable {

  /** Returns the hits among some rows. */
  static Hits of(int[] predicted, int[] labels) {
    long right = 0;
    for (int row = 0; row < labels.length; row++) {
      right += predicted[row] == labels[row] ? 1 : 0;
    }
    return new Hits(right, labels.length, null);
  }

  /** Returns the outcome of rows that could not be named. */
  static Hits none(String reason) {
    return new Hits(0, 0, reason);
  }

  /** Returns the record of the measure. */
  MetricRecord record(String features, String metric) {
    return reason == null
        ? new MetricRecord(features, metric, 1, (double) right / rows, 0)
        : MetricRecord.leftOut(features, metric, 1, reason);
  }

  /** Sum of hits; of several reasons the first by the alphabet stays. */
  static final class Sum extends Combine.BinaryCombineFn<Hits> {
    private static final long serialVersionUID = 1L;

    @Override
    public Hits apply(Hits left, Hits right) {
      return new Hits(
          left.right + right.right, left.rows + right.rows, first(left.reason, right.reason));
    }

    private static @Nullable String first(@Nullable String one, @Nullable String other) {
      if (one == null || other == null) {
        return one == null ? other : one;
      }
      return one.compareTo(other) <= 0 ? one : other;
    }
  }
}
