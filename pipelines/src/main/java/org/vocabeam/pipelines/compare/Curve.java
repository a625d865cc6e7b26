package org.vocabeam.pipelines.compare;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;

/**
 * A number of every training step, as a line.
 *
 * @param steps ascending
 * @param values in the same order
 */
public record Curve(List<Long> steps, List<Float> values) {
  public Curve {
    steps = List.copyOf(steps);
    values = List.copyOf(values);
    checkArgument(
        steps.size() == values.size(), "%s steps, %s values", steps.size(), values.size());
  }

  /**
   * A curve of so many points at most: the means of equally many steps each, at the last of them.
   *
   * @param values by step
   */
  public static Curve of(NavigableMap<Long, Float> values, int points) {
    List<Long> all = List.copyOf(values.keySet());
    int together = Math.max(1, (all.size() + points - 1) / points);
    List<Long> steps = new ArrayList<>();
    List<Float> means = new ArrayList<>();
    for (int first = 0; first < all.size(); first += together) {
      List<Long> part = all.subList(first, Math.min(all.size(), first + together));
      double mean = part.stream().mapToDouble(values::get).average().orElseThrow();
      steps.add(part.get(part.size() - 1));
      means.add((float) mean);
    }
    return new Curve(steps, means);
  }
}
