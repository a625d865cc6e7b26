package org.vocabeam.models.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import org.vocabeam.models.UserError;

/**
 * Rows of frozen features with their classes.
 *
 * @param width D, at least 1
 * @param values {@code [rows, D]}, row-major
 * @param labels {@code [rows]}, at least 0
 */
public record LabelledFeatures(int width, float[] values, int[] labels) {
  public LabelledFeatures {
    checkArgument(width > 0, "width is %s, must be positive", width);
    checkArgument(
        values.length == (long) width * labels.length,
        "%s values are not %s rows of %s",
        values.length,
        labels.length,
        width);
  }

  /** Returns the number of rows. */
  public int rows() {
    return labels.length;
  }

  /** Returns the given rows, in the given order. */
  public LabelledFeatures select(int[] rows) {
    float[] chosen = new float[Math.multiplyExact(rows.length, width)];
    int[] classes = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(values, rows[i] * width, chosen, i * width, width);
      classes[i] = labels[rows[i]];
    }
    return new LabelledFeatures(width, chosen, classes);
  }

  /** Rejects a value that is NaN or infinite. */
  void checkFinite() {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw Unmeasurable.notFinite();
      }
    }
  }

  /** Rejects labels outside of {@code [0, classes)}. */
  void checkLabels(int classes) {
    for (int label : labels) {
      if (label < 0 || label >= classes) {
        throw new UserError(
            String.format(
                "a label is %d, must be 0 to %d; number the classes from 0 and leave out rows"
                    + " without a class",
                label, classes - 1));
      }
    }
  }
}
