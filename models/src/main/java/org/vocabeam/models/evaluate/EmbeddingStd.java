package org.vocabeam.models.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.math.StatsAccumulator;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Standard deviation of each dimension of L2-normalised embeddings, averaged over the dimensions
 * (SimSiam section 4.1), over any number of rows; {@link
 * org.vocabeam.models.training.EmbeddingSpread} is the same of a batch in a graph. About 1/sqrt(D)
 * for healthy embeddings, 0 when all embeddings are one.
 */
public final class EmbeddingStd {
  private static final double SMALLEST_NORM = 1e-12;

  private final StatsAccumulator[] dimensions;

  /**
   * @param width D
   */
  public EmbeddingStd(int width) {
    checkArgument(width > 0, "width is %s, must be positive", width);
    dimensions =
        Stream.generate(StatsAccumulator::new).limit(width).toArray(StatsAccumulator[]::new);
  }

  /** Adds rows. */
  public void add(LabelledFeatures features) {
    int width = dimensions.length;
    if (features.width() != width) {
      throw Unmeasurable.widths(features.width(), width);
    }
    float[] values = features.values();
    for (int first = 0; first < values.length; first += width) {
      double squares = 0;
      for (int i = 0; i < width; i++) {
        squares += (double) values[first + i] * values[first + i];
      }
      double norm = Math.max(Math.sqrt(squares), SMALLEST_NORM);
      for (int i = 0; i < width; i++) {
        dimensions[i].add(values[first + i] / norm);
      }
    }
  }

  /**
   * Returns the mean deviation of the rows so far.
   *
   * @return in [0, 1)
   * @throws Unmeasurable when there are fewer than two rows, or a value is not finite
   */
  public double value() {
    if (dimensions[0].count() < 2) {
      throw new Unmeasurable("one row has no deviation, two are needed");
    }
    double mean =
        Arrays.stream(dimensions)
            .mapToDouble(StatsAccumulator::sampleStandardDeviation)
            .average()
            .orElseThrow();
    if (!Double.isFinite(mean)) {
      throw Unmeasurable.notFinite();
    }
    return mean;
  }
}
