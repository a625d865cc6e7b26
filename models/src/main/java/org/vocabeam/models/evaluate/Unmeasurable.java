package org.vocabeam.models.evaluate;

import org.vocabeam.models.UserError;

/**
 * Features of which a measure cannot be taken. The message is the reason, in one line, with which
 * an evaluation leaves the measure out; other measures of the same evaluation are taken.
 */
public final class Unmeasurable extends UserError {
  private static final long serialVersionUID = 1L;

  /** Makes an error with the reason. */
  public Unmeasurable(String reason) {
    super(reason);
  }

  /** Returns the error of rows of different widths. */
  public static Unmeasurable widths(int one, int other) {
    return new Unmeasurable(
        String.format(
            "the images have %d and %d features, must all have as many; give images of one size",
            Math.min(one, other), Math.max(one, other)));
  }

  /** Returns the error of features that are NaN or infinite. */
  static Unmeasurable notFinite() {
    return new Unmeasurable(
        "a feature is NaN or infinite, must be finite; check the encoder or the file that it comes"
            + " from");
  }
}
