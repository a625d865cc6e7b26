package org.vocabeam.pipelines.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.inference.TTest;

/**
 * Entries that are not significantly below the best one in a measure.
 *
 * <p>The entry with the largest mean is compared with every other by a paired t-test over their
 * common seeds, with one side: the other is below. The p-values are corrected by Holm (1979), "A
 * simple sequentially rejective multiple test procedure", at 5 %.
 *
 * <pre>{@code
 * Set<String> leaders = Leaders.of(Map.of("obow", obow, "dino", dino));
 * }</pre>
 */
final class Leaders {
  private static final double LEVEL = 0.05;

  private Leaders() {}

  /**
   * Returns the best entry and those that are not significantly below it.
   *
   * @param entries entry to its values; at least two of them
   * @return none when there is nothing to compare, or the best one or another has fewer than
   *     {@value SeedValues#LEAST_SEEDS} seeds in common with it
   */
  static Set<String> of(Map<String, SeedValues> entries) {
    if (entries.size() < 2) {
      return Set.of();
    }
    String best =
        entries.keySet().stream()
            .max(
                Comparator.<String>comparingDouble(name -> entries.get(name).mean())
                    .thenComparing(Comparator.reverseOrder()))
            .orElseThrow();
    Map<String, Double> below = new HashMap<>();
    for (String other : entries.keySet()) {
      if (!other.equals(best)) {
        double[] differences = differences(entries.get(best), entries.get(other));
        if (differences.length < SeedValues.LEAST_SEEDS) {
          return Set.of();
        }
        below.put(other, probability(differences));
      }
    }
    Set<String> leaders = new HashSet<>(entries.keySet());
    leaders.removeAll(rejected(below));
    return leaders;
  }

  /** Returns the differences of the seeds that both have. */
  private static double[] differences(SeedValues best, SeedValues other) {
    SortedMap<Long, Double> others = other.values();
    return best.values().entrySet().stream()
        .filter(value -> others.containsKey(value.getKey()))
        .mapToDouble(value -> value.getValue() - others.get(value.getKey()))
        .toArray();
  }

  /** Returns the probability of differences of such a mean or a larger one where there is none. */
  static double probability(double[] differences) {
    double mean = StatUtils.mean(differences);
    if (StatUtils.min(differences) == StatUtils.max(differences)) {
      return mean > 0 ? 0 : 1; // no variance, which no test takes
    }
    double bothSides = new TTest().tTest(0, differences);
    return mean > 0 ? bothSides / 2 : 1 - bothSides / 2;
  }

  /** Returns the names whose hypothesis Holm's procedure rejects. */
  static Set<String> rejected(Map<String, Double> probabilities) {
    List<Map.Entry<String, Double>> ascending = new ArrayList<>(probabilities.entrySet());
    ascending.sort(Map.Entry.comparingByValue());
    Set<String> rejected = new HashSet<>();
    for (int i = 0; i < ascending.size(); i++) {
      if (ascending.get(i).getValue() > LEVEL / (ascending.size() - i)) {
        break;
      }
      rejected.add(ascending.get(i).getKey());
    }
    return rejected;
  }
}
