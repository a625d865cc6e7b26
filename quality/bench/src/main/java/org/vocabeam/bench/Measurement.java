package org.vocabeam.bench;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * One number.
 *
 * @param part of the benchmark: {@code train}, {@code engine}, ...
 * @param of what was measured
 * @param quantity which of its numbers; with {@code part} and {@code of} unique in a report
 * @param unit never empty: {@code images/s}, {@code ms}, {@code %}, {@code x} for a ratio
 */
public record Measurement(String part, String of, String quantity, double value, String unit) {
  public Measurement {
    checkArgument(Double.isFinite(value), "%s of %s is %s", quantity, of, value);
    checkArgument(!unit.isEmpty(), "%s of %s has no unit", quantity, of);
  }
}
