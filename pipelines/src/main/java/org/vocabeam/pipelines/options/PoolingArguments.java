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
          "Averages the map over N x N cells, which keeps where things are. 1 is the feature of the"
              + " whole image: the global average, or a vision transformer's class token.")
  private int grid;

  /** Returns the features. */
  public PoolingChoice choice() {
    return new PoolingChoice(level, grid);
  }
}
