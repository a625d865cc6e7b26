package org.vocabeam.models.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.stream.IntStream;

/**
 * Scores of a classifier for some rows, one for each class. The largest wins; of equal scores the
 * lower class wins.
 *
 * @param classes at least 1
 * @param values {@code [rows, classes]}, row-major
 */
public record ClassScores(int classes, float[] values) {
  public ClassScores {
    checkArgument(classes > 0, "classes is %s, must be positive", classes);
    checkArgument(
        values.length % classes == 0, "%s values do not fill rows of %s", values.length, classes);
  }

  /** Returns the number of rows. */
  public int rows() {
    return values.length / classes;
  }

  /** Returns the winning class of each row. */
  public int[] predicted() {
    return IntStream.range(0, rows()).map(this::predicted).toArray();
  }

  private int predicted(int row) {
    int best = 0;
    for (int c = 1; c < classes; c++) {
      if (values[row * classes + c] > values[row * classes + best]) {
        best = c;
      }
    }
    return best;
  }

  /**
   * Returns the share of rows, in [0, 1], whose class is among the {@code top} largest scores.
   *
   * @param labels {@code [rows]}
   * @param top at least 1
   */
  public double accuracy(int[] labels, int top) {
    checkRows(labels);
    long hits = IntStream.range(0, rows()).filter(i -> rank(i, labels[i]) < top).count();
    return (double) hits / rows();
  }

  /** Returns the share of rows, in [0, 1], whose class wins. */
  public double accuracy(int[] labels) {
    return accuracy(labels, 1);
  }

  private int rank(int row, int label) {
    float own = values[row * classes + label];
    int better = 0;
    for (int c = 0; c < classes; c++) {
      float score = values[row * classes + c];
      if (score > own || (score == own && c < label)) {
        better++;
      }
    }
    return better;
  }

  /**
   * Returns -ln softmax(scores)[label] averaged over rows: the loss of scores that are logits.
   *
   * @param labels {@code [rows]}
   */
  public double crossEntropy(int[] labels) {
    checkRows(labels);
    double sum = 0;
    for (int row = 0; row < rows(); row++) {
      double largest = values[row * classes + predicted(row)];
      double exponentials = 0;
      for (int c = 0; c < classes; c++) {
        exponentials += Math.exp(values[row * classes + c] - largest);
      }
      sum += largest + Math.log(exponentials) - values[row * classes + labels[row]];
    }
    return sum / rows();
  }

  private void checkRows(int[] labels) {
    checkArgument(
        labels.length == rows() && labels.length > 0,
        "%s labels for %s rows, must be as many and at least one",
        labels.length,
        rows());
  }
}
