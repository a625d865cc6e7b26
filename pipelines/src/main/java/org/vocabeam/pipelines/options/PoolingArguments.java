package org.vocabeam.pipelines.options;

import org.vocabeam.pipelines.inputs.PoolingChoice;
import picocli.CommandLine.Option;

/** Mixin for the features of an encoder: which of its maps, and how it is pooled. */
public final class PoolingArguments {
  @Option(
      names = "--level",
      order = Sections.FEATURES,
      defaultValue = PoolingChoice.LAST,
      paramLabel = "NAME",
      description = "Level of the backbone that is pooled, for example layer2.")
  private String level;

  @Option(
      names = "--grid",
      order = Sections.FEATURES,
      defaultValue = PoolingChoice.GRID,
      paramLabel = "N",
      description =
          "Averages the map over N x N cells: 1 is the global average, more cells keep where things"
              + " are.")
  private int grid;

  /** Returns the features. */
  public PoolingChoice choice() {
    return new PoolingChoice(level, grid);
  }
}
