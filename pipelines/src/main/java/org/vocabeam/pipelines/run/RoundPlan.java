package org.vocabeam.pipelines.run;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.replicas.Combination;
import org.vocabeam.models.replicas.Combination.Statistics;

/**
 * How long a run trains, and on how many replicas.
 *
 * @param rounds of the whole run
 * @param stepsPerRound that every replica takes before they are combined
 * @param shuffleMegabytes of pixels that a replica shuffles together
 * @param combination of the replicas; null for a single one
 */
public record RoundPlan(
    int rounds,
    long stepsPerRound,
    int replicas,
    long shuffleMegabytes,
    @Nullable Combination combination) {
  /** Of pixels that are shuffled together unless asked otherwise. */
  public static final String SHUFFLE_MEGABYTES = "256";

  /** Of a single student. */
  public static RoundPlan alone(int rounds, long stepsPerRound) {
    return new RoundPlan(rounds, stepsPerRound, 1, Long.parseLong(SHUFFLE_MEGABYTES), null);
  }

  public RoundPlan {
    require(rounds > 0, "rounds", rounds);
    require(stepsPerRound > 0, "stepsPerRound", stepsPerRound);
    require(replicas > 0, "replicas", replicas);
    require(shuffleMegabytes > 0, "shuffleMegabytes", shuffleMegabytes);
  }

  private static void require(boolean valid, String option, Object actual) {
    if (!valid) {
      throw new UserError("--" + option + " is " + actual + ", must be positive");
    }
  }

  /** Steps of the whole run. */
  public long steps() {
    return rounds * stepsPerRound;
  }

  /** Batches of a round on which statistics are estimated; 0 when they are not. */
  long statisticsBatches() {
    return combination != null && combination.statistics() instanceof Statistics.Estimate estimate
        ? Math.min(estimate.batches(), stepsPerRound)
        : 0;
  }
}
