package org.vocabeam.models.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Sign of collapse: a metric outside of the range that healthy runs keep to, what that means, and
 * what to change.
 *
 * <pre>{@code
 * CollapseSign.seen(recipe, metrics).forEach(System.err::println);
 * // prototype_entropy is 0.950, below 1.56: few prototypes take all images; set centring to true
 * }</pre>
 *
 * @param metric name in the store of steps
 * @param below true for a sign that is seen below the bound, false for one above it
 * @param bound of healthy values
 * @param meaning a clause
 * @param remedy a clause in the imperative, which names constants of the recipe
 */
public record CollapseSign(
    String metric, boolean below, double bound, String meaning, String remedy) {
  /** Name of the metric of the effective rank. */
  public static final String RANKME = "rankme";

  /** Rank of features of which one direction has nearly all; random weights have more. */
  private static final double LEAST_RANK = 1.1;

  /** Share of 1/sqrt(D), the deviation of D independent features. */
  private static final double LEAST_SPREAD = 0.05;

  /** Returns the sign that a metric falls below a bound. */
  public static CollapseSign below(String metric, double bound, String meaning, String remedy) {
    return new CollapseSign(metric, true, bound, meaning, remedy);
  }

  /** Returns the sign that a metric rises above a bound. */
  public static CollapseSign above(String metric, double bound, String meaning, String remedy) {
    return new CollapseSign(metric, false, bound, meaning, remedy);
  }

  /** Returns the signs that all methods have in common, and those of a recipe's method. */
  static List<CollapseSign> of(Recipe recipe) {
    String remedy = recipe.method().againstCollapse();
    double spread = LEAST_SPREAD / Math.sqrt(recipe.backbone().embeddingWidth());
    List<CollapseSign> signs = new ArrayList<>();
    signs.add(below(Loss.EMBEDDING_STD, spread, "all embeddings are nearly equal", remedy));
    signs.add(below(RANKME, LEAST_RANK, "all features lie nearly on one line", remedy));
    signs.addAll(recipe.method().collapseSigns());
    return signs;
  }

  /**
   * Returns the signs that metrics show, each as a line by its metric.
   *
   * @param metrics name to value; a sign of another metric is not seen
   */
  public static Map<String, String> seen(Recipe recipe, Map<String, Double> metrics) {
    Map<String, String> seen = new LinkedHashMap<>();
    for (CollapseSign sign : of(recipe)) {
      Double value = metrics.get(sign.metric());
      if (value != null && (sign.below() ? value < sign.bound() : value > sign.bound())) {
        seen.putIfAbsent(sign.metric(), sign.line(value));
      }
    }
    return seen;
  }

  private String line(double value) {
    return String.format(
        Locale.ROOT,
        "%s is %.3g, %s %.3g: %s; %s",
        metric,
        value,
        below ? "below" : "above",
        bound,
        meaning,
        remedy);
  }
}
