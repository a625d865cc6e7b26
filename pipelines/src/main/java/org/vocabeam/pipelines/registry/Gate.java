package org.vocabeam.pipelines.registry;

import com.google.common.base.Splitter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.stage.MetricsTable.Trained;

/**
 * Conditions of a promotion, all of which must hold.
 *
 * <pre>{@code
 * Gate gate = Gate.parse(List.of("linear>=-0.5,knn20>=70%"));
 * }</pre>
 */
public record Gate(List<Condition> conditions) {

  /**
   * Parses conditions.
   *
   * @param texts texts of one condition each, or of several separated by commas
   * @throws org.vocabeam.models.UserError when a condition is wrong
   */
  public static Gate parse(List<String> texts) {
    List<Condition> conditions = new ArrayList<>();
    for (String text : texts) {
      Splitter.on(',').split(text).forEach(part -> conditions.add(Condition.parse(part)));
    }
    return new Gate(List.copyOf(conditions));
  }

  /** Refuses a gate with a metric that no evaluation gives. */
  public void checkKnown(Set<String> metrics) {
    conditions.forEach(condition -> condition.checkKnown(metrics));
  }

  /**
   * Refuses a gate with a condition that could not be judged, before anything is trained.
   *
   * @param leftOut metrics that the labels do not allow, each with the reason
   */
  public void checkJudged(Map<String, String> leftOut) {
    for (Condition condition : conditions) {
      condition
          .unjudged(leftOut)
          .ifPresent(
              reason -> {
                throw new UserError(
                    String.format(
                        "the gate %s cannot be judged: %s; give another --gate",
                        condition, reason));
              });
    }
  }

  /**
   * Returns the outcome of every condition.
   *
   * @param candidate measures of the candidate
   * @param promoted measures of the promoted model on the same images; empty when there is none
   */
  public List<Condition.Result> test(Trained candidate, Trained promoted) {
    return conditions.stream().map(condition -> condition.test(candidate, promoted)).toList();
  }

  /** Returns the conditions as the option takes them. */
  @Override
  public String toString() {
    return conditions.stream().map(Condition::toString).collect(Collectors.joining(","));
  }
}
