package org.vocabeam.pipelines.run;

import java.util.List;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.runner.TypedCommand;

/**
 * Length of a run, and its replicas.
 *
 * @param rounds rounds of the whole run, positive
 * @param stepsPerRound steps that every replica takes before the replicas are combined, positive
 * @param replicas students that train side by side, positive
 * @param shuffleMegabytes images as they are stored, or their views, that a replica shuffles
 *     together, positive
 * @param signal what is measured of the features meanwhile, and what follows from it
 */
public record RoundPlan(
    int rounds, long stepsPerRound, int replicas, long shuffleMegabytes, SignalPlan signal) {
  /** Default of {@code rounds}. */
  public static final String ROUNDS = "4";

  /** Default of {@code stepsPerRound}. */
  public static final String STEPS_PER_ROUND = "500";

  /** Default of {@code replicas}. */
  public static final String REPLICAS = "1";

  /** Default of {@code shuffleMegabytes}. */
  public static final String SHUFFLE_MEGABYTES = "256";

  /** Returns the plan of a single student. */
  public static RoundPlan alone(int rounds, long stepsPerRound) {
    return new RoundPlan(rounds, stepsPerRound, 1, Long.parseLong(SHUFFLE_MEGABYTES));
  }

  /** Makes a plan with the usual signal. */
  public RoundPlan(int rounds, long stepsPerRound, int replicas, long shuffleMegabytes) {
    this(rounds, stepsPerRound, replicas, shuffleMegabytes, SignalPlan.USUAL);
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

  /** Returns the same rounds with another signal. */
  public RoundPlan with(SignalPlan other) {
    return new RoundPlan(rounds, stepsPerRound, replicas, shuffleMegabytes, other);
  }

  /** Returns the steps of the whole run. */
  public long steps() {
    return rounds * stepsPerRound;
  }

  /** Returns the length, and the other options that differ from their defaults. */
  public List<String> options() {
    return TypedCommand.of("")
        .with("rounds", rounds)
        .with("stepsPerRound", stepsPerRound)
        .unless(Integer.valueOf(REPLICAS), "replicas", replicas)
        .unless(Long.valueOf(SHUFFLE_MEGABYTES), "shuffleMegabytes", shuffleMegabytes)
        .with(signal.options())
        .options();
  }
}
