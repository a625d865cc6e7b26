package org.vocabeam.models.codebook;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * The descriptors farthest from their words, all different, the farthest first; of equally far ones
 * the lexicographically smaller. Which they are does not depend on the order of arrival.
 */
public final class Outliers {
  /**
   * One of them.
   *
   * @param squaredDistance to its word
   */
  public record Outlier(double squaredDistance, float[] descriptor) {
    private static final Comparator<Outlier> ORDER =
        Comparator.comparingDouble((Outlier o) -> -o.squaredDistance)
            .thenComparing(Outlier::descriptor, Arrays::compare);
  }

  private final int capacity;
  private final TreeSet<Outlier> farthest = new TreeSet<>(Outlier.ORDER);

  /**
   * @param capacity that are kept, at least 1
   */
  public Outliers(int capacity) {
    checkArgument(capacity > 0, "capacity is %s, must be positive", capacity);
    this.capacity = capacity;
  }

  /** Offers the row of {@code values} that begins at {@code from}; it is copied when it is kept. */
  void offer(double squaredDistance, float[] values, int from, int channels) {
    if (farthest.size() < capacity || squaredDistance >= farthest.last().squaredDistance()) {
      offer(new Outlier(squaredDistance, Arrays.copyOfRange(values, from, from + channels)));
    }
  }

  /** Offers descriptors with their distances; {@code descriptors} is {@code [rows, C]}. */
  public void offer(float[] descriptors, int rows, double[] squaredDistances, int channels) {
    for (int row = 0; row < rows; row++) {
      offer(squaredDistances[row], descriptors, row * channels, channels);
    }
  }

  /** Offers one that is not changed any more. */
  public void offer(Outlier outlier) {
    farthest.add(outlier);
    if (farthest.size() > capacity) {
      farthest.pollLast();
    }
  }

  /** The farthest first. */
  public List<Outlier> list() {
    return List.copyOf(farthest);
  }
}
