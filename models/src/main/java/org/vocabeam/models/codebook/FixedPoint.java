package org.vocabeam.models.codebook;

import java.io.Serializable;

/**
 * Real numbers as whole multiples of 2^-bits. Sums of them are exact, and the same in any order and
 * grouping.
 *
 * @param bits after the point; negative for units above 1
 */
public record FixedPoint(int bits) implements Serializable {
  /** Sums stay below 2^62. */
  private static final int SUM_BITS = 62;

  /** Values stay below 2^51: a double then holds them beside {@link #ROUND}. */
  private static final int VALUE_BITS = 51;

  /** 1.5 * 2^52: added to a double below 2^51, it rounds that to a whole number. */
  private static final double ROUND = 0x1.8p52;

  /**
   * Returns the finest unit in which a sum cannot overflow.
   *
   * @param count largest number of values
   * @param magnitude largest absolute value
   */
  public static FixedPoint forSum(long count, double magnitude) {
    // magnitude < 2^(exponent + 1), count < 2^(64 - leading zeros)
    int valueBits = Math.getExponent(Math.max(magnitude, Float.MIN_VALUE)) + 1;
    int countBits = Long.SIZE - Long.numberOfLeadingZeros(count);
    return new FixedPoint(Math.min(SUM_BITS - countBits, VALUE_BITS) - valueBits);
  }

  /** Returns the nearest multiple, in units. */
  public long of(double value) {
    return of(value, scale());
  }

  /** Returns the number of units in 1. */
  double scale() {
    return Math.scalb(1.0, bits);
  }

  /** Returns the nearest multiple, for loops: {@code scale} is {@link #scale()}. */
  static long of(double value, double scale) {
    return Double.doubleToRawLongBits(value * scale + ROUND) - Double.doubleToRawLongBits(ROUND);
  }

  /** Returns the value of a number of units. */
  public double value(long units) {
    return Math.scalb((double) units, -bits);
  }
}
