package org.vocabeam.pipelines.options;

import org.vocabeam.pipelines.run.RoundPlan;
import picocli.CommandLine.Option;

/** Mixin of the commands that train in rounds: how many, how long, and with how many replicas. */
public final class RoundArguments {
  @Option(
      names = "--rounds",
      order = Sections.ROUNDS,
      defaultValue = RoundPlan.ROUNDS,
      paramLabel = "N",
      description = "Rounds of the whole run; each ends with a checkpoint.")
  private int rounds;

  @Option(
      names = "--stepsPerRound",
      order = Sections.ROUNDS,
      defaultValue = RoundPlan.STEPS_PER_ROUND,
      paramLabel = "N",
      description =
          "Steps of every replica in a round. The learning rate's schedule is --rounds x"
              + " --stepsPerRound steps long.")
  private long stepsPerRound;

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
    return new RoundPlan(rounds, stepsPerRound, replicas, shuffleMegabytes);
  }
}
