package org.vocabeam.models.views;

import java.util.SplittableRandom;
import org.vocabeam.models.UserError;

/** An interval of real numbers, both ends included. */
record Range(double low, double high) {
  static final Range PROBABILITY = new Range(0, 1);

  /** Rejects a value outside of the interval, and NaN. */
  void check(String name, double value) {
    check(name, new Range(value, value));
  }

  /** Rejects an interval that is not a part of this one, is empty or has an end that is NaN. */
  void check(String name, Range part) {
    if (!(low <= part.low && part.low <= part.high && part.high <= high)) {
      throw new UserError("%s is %s: choose within %s".formatted(name, part, this));
    }
  }

  /** Returns a number from U(low, high). */
  double draw(SplittableRandom random) {
    return low + (high - low) * random.nextDouble();
  }

  @Override
  public String toString() {
    return low == high ? number(low) : number(low) + " to " + number(high);
  }

  private static String number(double value) {
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }
}
