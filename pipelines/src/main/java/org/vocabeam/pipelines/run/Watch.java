package org.vocabeam.pipelines.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.RunOutcome;
import org.vocabeam.pipelines.inputs.RunOutcome.Point;

/**
 * Course of a run by one metric: which round is the best, which checkpoints stay, and whether the
 * run has stopped to gain. It is a function of the stores of steps, so a run that goes on after a
 * kill comes to the same decisions.
 */
final class Watch {
  private final RunDirectory directory;
  private final SignalPlan plan;
  private final Monitor monitor;
  private long steps;
  private @Nullable Point best;
  private @Nullable Point newest;
  private int withoutGain;

  /**
   * @param monitor metric of the plan, chosen where it chooses none
   */
  Watch(RunDirectory directory, SignalPlan plan, Monitor monitor) {
    this.directory = directory;
    this.plan = plan;
    this.monitor = monitor;
  }

  /** Takes note of a complete round. */
  void add(long step, RoundMetrics metrics) {
    add(step, metrics.mean(monitor.metric()));
  }

  /**
   * Takes note of a complete round.
   *
   * @param value of the metric; empty for a round without a signal
   */
  void add(long step, OptionalDouble value) {
    steps = step;
    if (value.isEmpty()) {
      return;
    }
    newest = new Point(step, value.getAsDouble());
    if (best == null || monitor.isBetter(newest.value(), best.value())) {
      best = newest;
      withoutGain = 0;
    } else {
      withoutGain++;
    }
  }

  /** Returns true when the run is not to be trained any further. */
  boolean hasEnded() {
    return plan.patience() != null && withoutGain >= plan.patience();
  }

  /** Returns the best round by the metric; null before the first. */
  @Nullable Point best() {
    return best;
  }

  /** Returns the course so far. */
  RunOutcome outcome() {
    return new RunOutcome(
        steps,
        monitor.metric(),
        best,
        newest,
        plan.keep() == SignalPlan.Keep.BEST && best != null ? best.step() : null,
        hasEnded()
            ? String.format(
                "%s has not gained for %d signals: %s after step %d, %s now",
                monitor.metric(),
                withoutGain,
                monitor.format(best.value()),
                best.step(),
                monitor.format(newest.value()))
            : null);
  }

  /**
   * Returns lines on the course, for a person.
   *
   * @param total steps of all rounds
   */
  List<String> summary(long total) {
    List<String> lines = new ArrayList<>();
    if (best != null) {
      lines.add(
          String.format(
              "Rounds:      %s %s after step %d, best %s after step %d",
              monitor.metric(),
              monitor.format(newest.value()),
              newest.step(),
              monitor.format(best.value()),
              best.step()));
    }
    if (hasEnded()) {
      lines.add(
          String.format("Ended:       after step %d of %d: %s", steps, total, outcome().ended()));
    }
    return lines;
  }

  /**
   * Writes the course into the run, then removes the checkpoints that do not stay. The newest one
   * always stays: from it the run goes on.
   */
  void settle() {
    try {
      directory.settle(outcome());
      if (plan.keep() != SignalPlan.Keep.ALL && steps > 0) {
        Set<Long> kept = new LinkedHashSet<>(Set.of(steps));
        if (plan.keep() == SignalPlan.Keep.BEST && best != null) {
          kept.add(best.step());
        }
        directory.keepOnly(kept);
      }
    } catch (IOException e) {
      throw new UserError("cannot update " + directory.root() + ": " + e.getMessage(), e);
    }
  }
}
