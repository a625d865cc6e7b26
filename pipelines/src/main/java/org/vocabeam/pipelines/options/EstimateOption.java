package org.vocabeam.pipelines.options;

import picocli.CommandLine.Option;

/** Mixin for learning what a run takes instead of training it. */
public final class EstimateOption {
  @Option(
      names = "--estimate",
      order = Sections.ROUNDS,
      description =
          "Measures the speed of a step, prints the time, memory and disk that the run will take, and"
              + " ends.")
  private boolean given;

  /** Returns true if nothing but the estimate is asked for. */
  public boolean isGiven() {
    return given;
  }
}
