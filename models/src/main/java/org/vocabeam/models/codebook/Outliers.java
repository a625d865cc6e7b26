package org.vocabeam.models.codebook;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * The descriptors farthest from their words, all different, the farthest first; equally far ones in
 * lexicographical order. The choice does not depend on the order of arrival.
 */
public final class Outliers {
  /**
   * A descriptor far from its word.
   *
   * @param squaredDistance to its word
   * @param descriptor {@code [C]}
   */
  public record Outlier(double squaredDistance, float[] descriptor) {
    private static final Comparator<Outlier> ORDER =
        Comparator.comparingDouble((Outlier o) -> -o.squaredDistance)
            .thenComparing(Outlier::descriptor, Arrays::compare);
  }

  private final int capacity;
  private final TreeSet<Outlier> farthest = new TreeSet<>(Outlier.ORDER);

  /**
   * Makes an empty list.
   *
   * @param capacity number of descriptors to keep, at least 1
   */
  public Outliers(int capacity) {
    checkArgument(capacity > 0, "capacity is %s, must be positive", capacity);
    this.capacity = capacity;
  }

  /** Offers the row of {@code values} that begins at {@code from}; copied if it is kept. */
  void offer(double squaredDistance, float[] values, int from, int channels) {
    if (farthest.size() < capacity || squaredDistance >= farthest.last().squaredDistance()) {
      offer(new Outlier(squaredDistance, Arrays.copyOfRange(values, from, from + channels)));
    }
  }

  /**
   * Offers descriptors with their distances.
   *
   * @param descriptors {@code [rows, C]}, row-major
   * @param rows number of descriptors
   * @param squaredDistances to their words, {@code [rows]}
   * @param channels C
   */
  public void offer(float[] descriptors, int rows, double[] squaredDistances, int channels) {
    for (int row = 0; row < rows; row++) {
      offer(squaredDistances[row], descriptors, row * channels, channels);
    }
  }

  /** Offers one descriptor, which must not change afterwards. */
  public void offer(Outlier outlier) {
    farthest.add(outlier);
    if (farthest.size() > capacity) {
      farthest.pollLast();
    }
  }

  /** Returns the descriptors, the farthest first. */
  public List<Outlier> list() {
    return List.copyOf(farthest);
  }
}
