package org.vocabeam.pipelines.compare;

import com.google.common.collect.ImmutableSortedMap;
import java.util.OptionalDouble;
import java.util.SortedMap;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;
import org.apache.commons.math3.stat.interval.ConfidenceInterval;
import org.apache.commons.math3.stat.interval.WilsonScoreInterval;

/**
 * Values of a measure, one of every seed, and how far they can be trusted.
 *
 * @param values seed to value, at least one
 * @param within half the width of the 95 % interval of a single value, from the images or episodes
 *     that it is a mean of; 0 without one
 */
record SeedValues(SortedMap<Long, Double> values, double within) {
  /** Least number of seeds that say anything of other seeds. */
  static final int LEAST_SEEDS = 3;

  private static final double CONFIDENCE = 0.95;

  SeedValues {
    values = ImmutableSortedMap.copyOf(values);
  }

  /**
   * Returns half the width of the 95 % interval of an accuracy: Wilson's, of as many independent
   * images.
   *
   * @param accuracy in [0, 1]
   */
  static double ofAccuracy(double accuracy, long images) {
    ConfidenceInterval interval =
        new WilsonScoreInterval()
            .createInterval(
                Math.toIntExact(images),
                Math.toIntExact(Math.round(accuracy * images)),
                CONFIDENCE);
    return (interval.getUpperBound() - interval.getLowerBound()) / 2;
  }

  double mean() {
    return StatUtils.mean(array());
  }

  double least() {
    return StatUtils.min(array());
  }

  double most() {
    return StatUtils.max(array());
  }

  /**
   * Returns half the width of the 95 % interval of the mean over seeds, by Student's t; of a single
   * seed that of the value, if it has one. Two seeds have none: it would be 9 times their distance.
   */
  OptionalDouble interval() {
    if (values.size() >= LEAST_SEEDS) {
      double t =
          new TDistribution(values.size() - 1).inverseCumulativeProbability((1 + CONFIDENCE) / 2);
      double deviation = new DescriptiveStatistics(array()).getStandardDeviation();
      return OptionalDouble.of(t * deviation / Math.sqrt(values.size()));
    }
    return values.size() == 1 && within > 0 ? OptionalDouble.of(within) : OptionalDouble.empty();
  }

  private double[] array() {
    return values.values().stream().mapToDouble(Double::doubleValue).toArray();
  }
}
