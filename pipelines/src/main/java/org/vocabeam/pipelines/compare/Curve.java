package org.vocabeam.pipelines.compare;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;

/**
 * A number of every training step, as a line.
 *
 * @param steps ascending steps
 * @param values values in the order of the steps
 */
public record Curve(List<Long> steps, List<Float> values) {
  public Curve {
    steps = List.copyOf(steps);
    values = List.copyOf(values);
    checkArgument(
        steps.size() == values.size(), "%s steps, %s values", steps.size(), values.size());
  }

  /**
   * Returns a curve whose points are the means of equally many steps each, at the last of them.
   *
   * @param values values by step
   * @param points largest number of points
   */
  public static Curve of(NavigableMap<Long, Float> values, int points) {
    List<Long> every = List.copyOf(values.keySet());
    int together = Math.max(1, (every.size() + points - 1) / points);
    List<Long> steps = new ArrayList<>();
    List<Float> means = new ArrayList<>();
    for (int first = 0; first < every.size(); first += together) {
      List<Long> part = every.subList(first, Math.min(every.size(), first + together));
      double mean = part.stream().mapToDouble(values::get).average().orElseThrow();
      steps.add(part.get(part.size() - 1));
      means.add((float) mean);
    }
    return new Curve(steps, means);
  }
}
