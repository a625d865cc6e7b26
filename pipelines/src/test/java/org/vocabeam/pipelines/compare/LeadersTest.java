package org.vocabeam.pipelines.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSortedMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.vocabeam.transforms.evaluation.ComparisonRecord;
import org.vocabeam.transforms.evaluation.MetricRecord;

/** Intervals, marks of significance and rank correlations against values by hand. */
class LeadersTest {
  private static SeedValues values(double... bySeed) {
    SortedMap<Long, Double> values = new TreeMap<>();
    for (double value : bySeed) {
      values.put((long) values.size(), value);
    }
    return new SeedValues(values, 0);
  }

  /** Student's t with 2 degrees of freedom has a closed form: 95 % of it are within 4.302653. */
  @Test
  void intervalOfAMean() {
    SeedValues three = values(0.5, 0.6, 0.7);
    assertEquals(0.6, three.mean(), 1e-12);
    assertEquals(4.302653 * 0.1 / Math.sqrt(3), three.interval().orElseThrow(), 1e-6);
    assertEquals(OptionalDouble.empty(), values(0.5, 0.6).interval());
    assertEquals(OptionalDouble.empty(), values(0.5).interval());
    SeedValues one = new SeedValues(ImmutableSortedMap.of(1L, 0.5), 0.03);
    assertEquals(OptionalDouble.of(0.03), one.interval());
  }

  /** Wilson (1927): (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n). */
  @Test
  void intervalOfAnAccuracy() {
    double z = 1.959964;
    double p = 0.8;
    int n = 100;
    assertEquals(
        z * Math.sqrt(p * (1 - p) / n + z * z / (4.0 * n * n)) / (1 + z * z / n),
        SeedValues.ofAccuracy(p, n),
        1e-6);
    assertTrue(SeedValues.ofAccuracy(1, n) > 0);
  }

  /** One side of t with 2 degrees of freedom: 1/2 - t / (2 sqrt(2 + t^2)). */
  @Test
  void probabilityOfDifferences() {
    double[] differences = {0.05, 0.03, 0.06};
    double mean = 0.14 / 3;
    double variance =
        ((0.05 - mean) * (0.05 - mean)
                + (0.03 - mean) * (0.03 - mean)
                + (0.06 - mean) * (0.06 - mean))
            / 2;
    double t = mean / Math.sqrt(variance / 3);
    double expected = 0.5 - t / (2 * Math.sqrt(2 + t * t));
    assertEquals(expected, Leaders.probability(differences), 1e-9);
    assertEquals(1 - expected, Leaders.probability(new double[] {-0.05, -0.03, -0.06}), 1e-9);
    assertEquals(0, Leaders.probability(new double[] {0.1, 0.1, 0.1}));
    assertEquals(1, Leaders.probability(new double[] {0, 0, 0}));
  }

  /** Holm's limits for four are 0.0125, 0.0167, 0.025 and 0.05; the first above ends it. */
  @Test
  void holmStopsAtTheFirstThatStands() {
    assertEquals(
        Set.of("a", "b"), Leaders.rejected(Map.of("a", 0.012, "b", 0.016, "c", 0.026, "d", 0.03)));
    assertEquals(Set.of(), Leaders.rejected(Map.of("a", 0.013, "b", 0.014, "c", 0.02, "d", 0.03)));
  }

  @Test
  void leadersAreNotSignificantlyBelow() {
    SeedValues best = values(0.80, 0.82, 0.81, 0.83);
    SeedValues near = values(0.79, 0.83, 0.80, 0.82);
    SeedValues far = values(0.60, 0.63, 0.61, 0.62);
    assertEquals(
        Set.of("best", "near"), Leaders.of(Map.of("best", best, "near", near, "far", far)));
    // Two seeds in common say nothing.
    assertEquals(Set.of(), Leaders.of(Map.of("best", best, "far", values(0.6, 0.63))));
    assertEquals(Set.of(), Leaders.of(Map.of("best", best)));
  }

  private static List<ComparisonRecord> records(double[] linear, double[] rankme) {
    List<ComparisonRecord> records = new ArrayList<>();
    for (int i = 0; i < linear.length; i++) {
      String method = "m" + i;
      for (MetricRecord metric :
          List.of(
              new MetricRecord("trained", "linear", 1, linear[i], 0),
              new MetricRecord("trained", "linear", 0.1, 1 - linear[i], 0),
              new MetricRecord("trained", "rankme", 1, rankme[i], 0))) {
        records.add(new ComparisonRecord(method, 1, "resnet8", metric));
      }
    }
    records.add(
        new ComparisonRecord("", 1, "resnet8", new MetricRecord("random", "rankme", 1, 1000, 0)));
    return records;
  }

  /** With the squared distances of ranks d: 1 - 6 sum(d) / n(n^2 - 1). */
  @Test
  void rankCorrelationOverRuns() {
    double[] linear = {0.1, 0.2, 0.3, 0.4, 0.5};
    double[] rankme = {20, 10, 40, 30, 50};
    RankCorrelation correlation = RankCorrelation.of(records(linear, rankme)).get(0);
    assertEquals(1 - 6 * 4 / 120.0, correlation.correlation(), 1e-12);
    assertEquals(
        "Spearman's rank correlation with linear 100 %: RankMe 0.80 (n = 5 runs of 5 methods)",
        RankCorrelation.line(List.of(correlation)).orElseThrow());
    assertEquals(
        List.of(),
        RankCorrelation.of(records(new double[] {1, 2, 3, 4}, new double[] {1, 2, 3, 4})));
  }
}
