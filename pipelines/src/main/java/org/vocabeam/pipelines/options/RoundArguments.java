package org.vocabeam.pipelines.options;

import org.vocabeam.pipelines.run.RoundPlan;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Mixin of the commands that train in rounds. */
public final class RoundArguments {
  @Option(
      names = "--rounds",
      defaultValue = "4",
      description =
          "Rounds of the whole run. In a step R replicas see R batches: for the images of one student"
              + " give 1/R of its --batchSize, or else 1/R of its rounds.")
  private int rounds;

  @Option(
      names = "--stepsPerRound",
      defaultValue = "500",
      description =
          "Steps that every replica takes in a round, before they are combined. The run has --rounds x"
              + " --stepsPerRound steps, however many replicas: so long is the learning rate's schedule.")
  private long stepsPerRound;

  @Option(
      names = "--replicas",
      defaultValue = "1",
      description = "Students that train side by side on different images in a round.")
  private int replicas;

  @Option(
      names = "--shuffleMegabytes",
      defaultValue = RoundPlan.SHUFFLE_MEGABYTES,
      description =
          "Memory for the pixels that are shuffled together, by replica; a larger data set is"
              + " shuffled by row groups of the store first.")
  private long shuffleMegabytes;

  @Mixin private CombinationArguments combination;

  public RoundPlan plan() {
    return new RoundPlan(
        rounds, stepsPerRound, replicas, shuffleMegabytes, combination.of(replicas));
  }
}
