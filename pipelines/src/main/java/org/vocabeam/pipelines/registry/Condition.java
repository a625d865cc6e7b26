package org.vocabeam.pipelines.registry;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.stage.MetricsTable.Trained;

/**
 * Condition that a candidate must meet: {@code linear>=-0.5} is at most half a point below the
 * promoted model, {@code knn20>=80%} an accuracy of at least 80 % by itself.
 *
 * @param metric name of a metric of a version
 * @param strict true for {@code >}, false for {@code >=}
 * @param bound points or percent
 * @param absolute true if the accuracy itself is compared, false for the difference
 */
public record Condition(String metric, boolean strict, BigDecimal bound, boolean absolute) {
  private static final Pattern FORM =
      Pattern.compile(
          "\\s*([A-Za-z0-9-]+(?:@[0-9.]+)?)\\s*(>=|>)\\s*([+-]?\\d{1,3}(?:\\.\\d{1,9})?)\\s*(%?)\\s*");

  /** Decimals that are compared, because accuracies are quotients in binary fractions. */
  private static final int DIGITS = 9;

  /**
   * Outcome of a condition.
   *
   * @param condition condition as in a gate
   * @param candidate accuracy in percent; null if it was not measured
   * @param promoted accuracy of the promoted model in percent; null without one
   * @param holds true if the candidate meets the condition
   * @param reason one line on why the condition could not be judged; null if it was
   */
  public record Result(
      String condition,
      @Nullable Double candidate,
      @Nullable Double promoted,
      boolean holds,
      @Nullable String reason) {

    /** Returns a line such as {@code linear>=-0.5: 87.10 (promoted 86.40, +0.70), holds}. */
    @Override
    public String toString() {
      if (reason != null) {
        return condition + ": cannot be judged, " + reason;
      }
      String than =
          promoted == null
              ? "none promoted"
              : String.format(Locale.ROOT, "promoted %.2f, %+.2f", promoted, candidate - promoted);
      return String.format(
          Locale.ROOT,
          "%s: %.2f (%s), %s",
          condition,
          candidate,
          than,
          holds ? "holds" : "does not hold");
    }
  }

  /** Parses one condition. */
  static Condition parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new UserError(
          "--gate has '"
              + text
              + "', must be METRIC>=POINTS, the difference from the promoted model, as"
              + " linear>=-0.5, or METRIC>=NUMBER%, an accuracy, as knn20>=80% (or > for >=)");
    }
    boolean absolute = !matcher.group(4).isEmpty();
    BigDecimal bound = new BigDecimal(matcher.group(3));
    BigDecimal hundred = BigDecimal.valueOf(100);
    BigDecimal least = absolute ? BigDecimal.ZERO : hundred.negate();
    if (bound.compareTo(least) < 0 || bound.compareTo(hundred) > 0) {
      throw new UserError(
          String.format(
              "--gate has '%s', must compare with %s to 100%s", text, least, matcher.group(4)));
    }
    return new Condition(matcher.group(1), matcher.group(2).equals(">"), bound, absolute);
  }

  /** Refuses a metric that no evaluation gives. */
  void checkKnown(Set<String> metrics) {
    if (!metrics.contains(metric)) {
      throw new UserError(
          String.format("--gate names %s, must be one of %s", metric, String.join(", ", metrics)));
    }
  }

  /**
   * Returns the reason why the condition cannot be judged, or nothing.
   *
   * @param leftOut metrics that were not measured, each with the reason
   */
  Optional<String> unjudged(Map<String, String> leftOut) {
    return Optional.ofNullable(leftOut.get(metric))
        .map(reason -> metric + " was left out: " + reason);
  }

  /**
   * Tests a candidate. A condition on a metric that was not measured does not hold; without a
   * promoted model a difference holds.
   *
   * @param candidate measures of the candidate
   * @param promoted measures of the promoted model on the same images; empty when there is none
   */
  Result test(Trained candidate, Trained promoted) {
    Optional<String> unjudged =
        unjudged(candidate.leftOut())
            .or(
                () ->
                    absolute
                        ? Optional.empty()
                        : unjudged(promoted.leftOut()).map(reason -> "promoted: " + reason));
    if (unjudged.isPresent()) {
      return new Result(toString(), null, null, false, unjudged.get());
    }
    checkKnown(candidate.values().keySet());
    BigDecimal reached = percent(candidate.values().get(metric));
    Double other = promoted.values().get(metric);
    boolean holds = true;
    if (absolute || other != null) {
      BigDecimal compared = absolute ? reached : reached.subtract(percent(other));
      int comparison = compared.compareTo(bound);
      holds = strict ? comparison > 0 : comparison >= 0;
    }
    return new Result(
        toString(),
        reached.doubleValue(),
        other == null ? null : percent(other).doubleValue(),
        holds,
        null);
  }

  private static BigDecimal percent(double share) {
    return new BigDecimal(share).movePointRight(2).setScale(DIGITS, RoundingMode.HALF_EVEN);
  }

  /** Returns the condition as a gate writes it. */
  @Override
  public String toString() {
    return metric + (strict ? ">" : ">=") + bound.toPlainString() + (absolute ? "%" : "");
  }
}
