package org.vocabeam.pipelines.options;

import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.pipelines.run.RoundPlan;
import picocli.CommandLine.Option;

/** Mixin of the commands that train in rounds: how many, how long, and with how many replicas. */
public final class RoundArguments {
  @Option(
      names = "--rounds",
      order = Sections.ROUNDS,
      paramLabel = "N",
      description = "Rounds, each with a checkpoint. Default: " + RoundPlan.ROUNDS + ".")
  private @Nullable Integer rounds;

  @Option(
      names = "--stepsPerRound",
      order = Sections.ROUNDS,
      paramLabel = "N",
      description =
          "Steps of every replica in a round; the rate's schedule is --rounds x --stepsPerRound long."
              + " Default: "
              + RoundPlan.STEPS_PER_ROUND
              + ".")
  private @Nullable Long stepsPerRound;

  @Option(
      names = "--replicas",
      order = Sections.ROUNDS,
      defaultValue = RoundPlan.REPLICAS,
      paramLabel = "R",
      description =
          "Students that train side by side on different images and are averaged after a round."
              + " For the images of one student, give 1/R of its --batchSize or --rounds.")
  private int replicas;

  @Option(
      names = "--shuffleMegabytes",
      order = Sections.ROUNDS,
      defaultValue = RoundPlan.SHUFFLE_MEGABYTES,
      paramLabel = "MB",
      description =
          "Memory of a replica for the images that are shuffled together. A larger data set is"
              + " shuffled by row groups of the store first.")
  private long shuffleMegabytes;

  /** Returns the plan of the rounds. */
  public RoundPlan plan() {
    return new RoundPlan(
        rounds == null ? Integer.parseInt(RoundPlan.ROUNDS) : rounds,
        stepsPerRound == null ? Long.parseLong(RoundPlan.STEPS_PER_ROUND) : stepsPerRound,
        replicas,
        shuffleMegabytes);
  }

  /** Returns an option of the length as it was typed, if one was. */
  Optional<String> givenLength() {
    return rounds != null
        ? Optional.of("--rounds=" + rounds)
        : Optional.ofNullable(stepsPerRound).map(steps -> "--stepsPerRound=" + steps);
  }
}
