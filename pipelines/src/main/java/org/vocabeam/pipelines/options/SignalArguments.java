package org.vocabeam.pipelines.options;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.pipelines.run.Monitor;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.pipelines.run.SignalPlan;
import picocli.CommandLine.Option;

/**
 * Mixin of the commands that pre-train: what is measured of the features meanwhile, which
 * checkpoints stay, and when a run ends early.
 */
public final class SignalArguments {
  @Option(
      names = "--signalImages",
      order = Sections.SIGNAL,
      defaultValue = SignalPlan.IMAGES,
      paramLabel = "N",
      description =
          "Training images on which nearest neighbours (where they have labels) and the effective"
              + " rank (RankMe) are measured after a round; 0 measures nothing.")
  private int images;

  @Option(
      names = "--signalEvery",
      order = Sections.SIGNAL,
      paramLabel = "ROUNDS",
      description =
          "Rounds from one signal to the next; the last has one too. Default: as few as should cost"
              + " at most 3 %% of the time, by the sizes of images and rounds.")
  private @Nullable Integer every;

  @Option(
      names = "--keep",
      order = Sections.SIGNAL,
      defaultValue = SignalPlan.KEEP,
      paramLabel = "WHICH",
      description =
          "Checkpoints that stay: all; best, which is the one that other commands then take, and the"
              + " newest, from which the run goes on; or last.")
  private SignalPlan.Keep keep;

  @Option(
      names = "--monitor",
      order = Sections.SIGNAL,
      paramLabel = "METRIC",
      description =
          "Metric of --keep=best and --patience: neighbours, rankme or loss. Default: neighbours"
              + " where there are labels, otherwise rankme.")
  private @Nullable Monitor monitor;

  @Option(
      names = "--patience",
      order = Sections.SIGNAL,
      paramLabel = "N",
      description = "Ends a run after N signals in a row without a better one. Default: never.")
  private @Nullable Integer patience;

  /** Returns rounds with the signal that was asked for. */
  public RoundPlan of(RoundPlan rounds) {
    return rounds.with(new SignalPlan(images, every, keep, monitor, patience));
  }
}
