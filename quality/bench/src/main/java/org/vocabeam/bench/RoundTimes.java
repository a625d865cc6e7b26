package org.vocabeam.bench;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * When the steps of a run ended, and its rounds; numbers are means over all rounds but the first.
 *
 * @param started when the run was
 * @param steps when every step ended, in order
 * @param completed when the checkpoint of every round was complete
 */
record RoundTimes(Instant started, List<Instant> steps, List<Instant> completed) {
  RoundTimes {
    steps = List.copyOf(steps);
    completed = List.copyOf(completed);
    int rounds = completed.size();
    checkArgument(
        rounds > 1 && steps.size() % rounds == 0 && steps.size() > rounds,
        "%s steps in %s rounds",
        steps.size(),
        rounds);
  }

  private int stepsPerRound() {
    return steps.size() / completed.size();
  }

  private Instant first(int round) {
    return steps.get(round * stepsPerRound());
  }

  private Instant last(int round) {
    return steps.get((round + 1) * stepsPerRound() - 1);
  }

  private int lastRound() {
    return completed.size() - 1;
  }

  /** Seconds from the end of a round's last step to that of the next round's. */
  double round() {
    return seconds(last(0), last(lastRound())) / lastRound();
  }

  /** Seconds of a step among those of its round. */
  double step() {
    double all = 0;
    for (int round = 1; round <= lastRound(); round++) {
      all += seconds(first(round), last(round));
    }
    return all / (lastRound() * (stepsPerRound() - 1));
  }

  /** Seconds from the last step of a round until its checkpoint is complete. */
  double end() {
    double all = 0;
    for (int round = 1; round <= lastRound(); round++) {
      all += seconds(last(round), completed.get(round));
    }
    return all / lastRound();
  }

  /** Seconds from a complete checkpoint to the first step of the next round, which is not in it. */
  double start() {
    double all = 0;
    for (int round = 1; round <= lastRound(); round++) {
      all += seconds(completed.get(round - 1), first(round));
    }
    return all / lastRound() - step();
  }

  /** The same of the first round, from when the run was started. */
  double firstStart() {
    return seconds(started, first(0)) - step();
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e9;
  }
}
