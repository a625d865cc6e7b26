package org.vocabeam.models.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * The standard deviation of every dimension of L2-normalised embeddings, averaged over the
 * dimensions (SimSiam section 4.1), of any number of rows: what {@link
 * org.vocabeam.models.training.EmbeddingSpread} is for a batch. About 1/sqrt(D) when healthy, 0
 * when all embeddings are one. Sums in float64, one row at a time.
 */
public final class EmbeddingDeviation {
  private static final double SMALLEST_NORM = 1e-12;

  private final double[] sums;
  private final double[] squares;
  private long rows;

  /**
   * @param width D
   */
  public EmbeddingDeviation(int width) {
    checkArgument(width > 0, "width is %s, must be positive", width);
    sums = new double[width];
    squares = new double[width];
  }

  /** Takes all rows. */
  public void add(LabelledFeatures features) {
    checkArgument(
        features.width() == sums.length, "rows of %s, not %s", features.width(), sums.length);
    float[] values = features.values();
    for (int first = 0; first < values.length; first += sums.length) {
      double norm = 0;
      for (int i = 0; i < sums.length; i++) {
        norm += (double) values[first + i] * values[first + i];
      }
      norm = Math.max(Math.sqrt(norm), SMALLEST_NORM);
      for (int i = 0; i < sums.length; i++) {
        double value = values[first + i] / norm;
        sums[i] += value;
        squares[i] += value * value;
      }
      rows++;
    }
  }

  /**
   * Of the rows so far, which are at least two.
   *
   * @return in [0, 1)
   */
  public double value() {
    checkArgument(rows > 1, "%s rows have no deviation", rows);
    double sum = 0;
    for (int i = 0; i < sums.length; i++) {
      double variance = (squares[i] - sums[i] * sums[i] / rows) / (rows - 1);
      sum += Math.sqrt(Math.max(0, variance));
    }
    return sum / sums.length;
  }
}
