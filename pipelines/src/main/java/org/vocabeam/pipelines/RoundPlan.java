package org.vocabeam.pipelines;

import org.vocabeam.models.UserError;

/**
 * How long a run trains, and on how many replicas.
 *
 * @param rounds of the whole run
 * @param stepsPerRound that every replica takes before they are combined
 * @param shuffleMegabytes of pixels that a replica shuffles together
 */
record RoundPlan(int rounds, long stepsPerRound, int replicas, long shuffleMegabytes) {
  RoundPlan {
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
  long steps() {
    return rounds * stepsPerRound;
  }
}
