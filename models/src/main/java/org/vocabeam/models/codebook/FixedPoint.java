package org.vocabeam.models.codebook;

import java.io.Serializable;

/**
 * Real numbers as whole multiples of 2^-bits, so that sums of them are exact, and the same in any
 * order and grouping.
 *
 * @param bits after the point; negative where the unit is more than 1
 */
public record FixedPoint(int bits) implements Serializable {
  /** A sum stays below 2^62. */
  private static final int SUM_BITS = 62;

  /** A value stays below 2^51: a double then holds it beside {@link #ROUND}. */
  private static final int VALUE_BITS = 51;

  /** 1.5 * 2^52: whoever adds it to a double below 2^51 rounds that to a whole number. */
  private static final double ROUND = 0x1.8p52;

  /** The finest unit for the sum of so many values of at most this magnitude. */
  public static FixedPoint forSum(long count, double magnitude) {
    // magnitude < 2^(exponent + 1), count < 2^(64 - leading zeros)
    int ofValue = Math.getExponent(Math.max(magnitude, Float.MIN_VALUE)) + 1;
    int ofCount = Long.SIZE - Long.numberOfLeadingZeros(count);
    return new FixedPoint(Math.min(SUM_BITS - ofCount, VALUE_BITS) - ofValue);
  }

  /** The nearest multiple. */
  public long of(double value) {
    return of(value, scale());
  }

  /** Units of 1. */
  double scale() {
    return Math.scalb(1.0, bits);
  }

  /** The nearest multiple, for loops: {@code scale} is {@link #scale()}. */
  static long of(double value, double scale) {
    return Double.doubleToRawLongBits(value * scale + ROUND) - Double.doubleToRawLongBits(ROUND);
  }

  /** The value of so many units. */
  public double value(long units) {
    return Math.scalb((double) units, -bits);
  }
}
