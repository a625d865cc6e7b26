package org.vocabeam.pipelines.run;

import java.util.List;
import java.util.Locale;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.runner.TypedCommand;

/**
 * Measures of a run's features while it trains, and what follows from them.
 *
 * <pre>{@code
 * SignalPlan plan = SignalPlan.USUAL.keeping(SignalPlan.Keep.BEST).withPatience(3);
 * }</pre>
 *
 * @param images images of the sample; 0 measures nothing
 * @param every rounds from one signal to the next; null for so many that the signal's share of the
 *     computations stays small
 * @param keep checkpoints that stay
 * @param monitor metric by which rounds are compared; null for the neighbours where labels allow
 *     them, otherwise the effective rank
 * @param patience signals in a row without a gain after which a run ends; null never ends it
 */
public record SignalPlan(
    int images,
    @Nullable Integer every,
    Keep keep,
    @Nullable Monitor monitor,
    @Nullable Integer patience) {
  /** Default of {@code images}. */
  public static final String IMAGES = "1000";

  /** Default of {@code keep}. */
  public static final String KEEP = "all";

  /** All defaults. */
  public static final SignalPlan USUAL =
      new SignalPlan(Integer.parseInt(IMAGES), null, Keep.ALL, null, null);

  /** No signal. */
  public static final SignalPlan OFF = new SignalPlan(0, null, Keep.ALL, null, null);

  /**
   * Most passes of the signal's images through the network as a share of those of training. A pass
   * forward costs less than half of one in training; reading and comparing come on top.
   */
  private static final double SHARE = 0.01;

  /** Checkpoints that stay. */
  public enum Keep {
    /** Every round's. */
    ALL,
    /** The best one and the newest, from which a run goes on. */
    BEST,
    /** The newest. */
    LAST;

    /** Returns the value of the option. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public SignalPlan {
    require(images >= 0, "signalImages", images, "at least 0");
    require(every == null || every > 0, "signalEvery", every, "positive");
    require(patience == null || patience > 0, "patience", patience, "positive");
    if (images == 0 && monitor != Monitor.LOSS && (keep == Keep.BEST || patience != null)) {
      throw new UserError(
          String.format(
              "--signalImages is 0, must be positive for %s, or take --monitor=loss",
              keep == Keep.BEST ? "--keep=best" : "--patience"));
    }
    if (images == 0 && monitor != null && monitor != Monitor.LOSS) {
      throw new UserError(
          String.format(
              "--signalImages is 0, must be positive for --monitor=%s", monitor.metric()));
    }
  }

  private static void require(boolean valid, String option, @Nullable Object value, String must) {
    if (!valid) {
      throw new UserError("--" + option + " is " + value + ", must be " + must);
    }
  }

  /** Returns the same plan with other checkpoints that stay. */
  public SignalPlan keeping(Keep other) {
    return new SignalPlan(images, every, other, monitor, patience);
  }

  /** Returns the same plan with a signal at other rounds. */
  public SignalPlan withEvery(int rounds) {
    return new SignalPlan(images, rounds, keep, monitor, patience);
  }

  /** Returns the same plan by another metric. */
  public SignalPlan by(Monitor other) {
    return new SignalPlan(images, every, keep, other, patience);
  }

  /** Returns the same plan with an end for want of gains. */
  public SignalPlan withPatience(int signals) {
    return new SignalPlan(images, every, keep, monitor, signals);
  }

  /**
   * Returns the rounds from one signal to the next. It follows from counts and sizes alone, because
   * times differ from run to run and the store of steps must not.
   *
   * @param stepsPerRound steps of a round
   * @param drawn images of the sample
   */
  int interval(Recipe recipe, long stepsPerRound, int drawn) {
    if (every != null) {
      return every;
    }
    double pixels = (double) recipe.images().height() * recipe.images().width();
    double passes =
        recipe.method().views().stream()
            .mapToDouble(view -> view.count() * (double) view.size() * view.size() / pixels)
            .sum();
    double trained = passes * recipe.batchSize() * stepsPerRound;
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, Math.ceil(drawn / (SHARE * trained))));
  }

  /** Returns the options that differ from their defaults. */
  List<String> options() {
    return TypedCommand.of("")
        .unless(Integer.valueOf(IMAGES), "signalImages", images)
        .ifGiven("signalEvery", every)
        .unless(Keep.ALL, "keep", keep)
        .ifGiven("monitor", monitor == null ? null : monitor.metric())
        .ifGiven("patience", patience)
        .options();
  }
}
