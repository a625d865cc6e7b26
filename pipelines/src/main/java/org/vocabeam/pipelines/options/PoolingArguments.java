package org.vocabeam.pipelines.options;

import org.vocabeam.pipelines.inputs.PoolingChoice;
import picocli.CommandLine.Option;

/** Mixin of the commands that make features: which map of the encoder, and how it is pooled. */
public final class PoolingArguments {
  @Option(
      names = "--level",
      defaultValue = "last",
      description = "The level of the backbone that is pooled, for example layer2.")
  private String level = "last";

  @Option(
      names = "--grid",
      defaultValue = "1",
      description =
          "Averages the map over GRID x GRID cells: 1 is the global average, more cells keep where"
              + " things are.")
  private int grid = 1;

  /** Returns the features. */
  public PoolingChoice choice() {
    return new PoolingChoice(level, grid);
  }
}
