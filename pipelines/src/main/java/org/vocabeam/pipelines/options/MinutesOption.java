package org.vocabeam.pipelines.options;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import picocli.CommandLine.Option;

/** Mixin for the length of a training in minutes, in place of its rounds and steps. */
public final class MinutesOption {
  @Option(
      names = "--minutes",
      order = Sections.ROUNDS,
      paramLabel = "N",
      description =
          "Minutes of the whole run, in place of --rounds and --stepsPerRound: the speed of a step is"
              + " measured, and what follows is written to plan.json before anything is trained.")
  private @Nullable Double minutes;

  /**
   * Returns the minutes; null where none are given.
   *
   * @throws UserError when rounds or steps are given too
   */
  public @Nullable Double minutes(RoundArguments rounds) {
    if (minutes != null && rounds.givenLength().isPresent()) {
      throw new UserError(
          String.format(
              "--minutes is %s, must be left out beside %s", minutes, rounds.givenLength().get()));
    }
    return minutes;
  }
}
