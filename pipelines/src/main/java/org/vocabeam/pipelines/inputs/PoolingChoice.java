package org.vocabeam.pipelines.inputs;

import java.util.List;
import java.util.Map;
import org.vocabeam.models.training.Pooling;
import org.vocabeam.pipelines.runner.TypedCommand;

/**
 * A choice of features: a map of the encoder, and its pooling.
 *
 * @param level of the backbone, for example {@code layer2}, or {@link #LAST}
 * @param grid cells of a side of the map that are averaged each, at least 1
 */
public record PoolingChoice(String level, int grid) {
  /** Name of the last level of every backbone. */
  public static final String LAST = "last";

  /** Default of {@code grid}: the feature of the whole image. */
  public static final String GRID = "1";

  /** Global average of the last level. */
  public static final PoolingChoice GLOBAL = new PoolingChoice(LAST, Integer.parseInt(GRID));

  public PoolingChoice {
    pooling(level, grid);
  }

  private static Pooling pooling(String level, int grid) {
    return new Pooling(level.equals(LAST) ? "" : level, grid);
  }

  /** Returns the choice as the encoder takes it. */
  public Pooling pooling() {
    return pooling(level, grid);
  }

  /** Returns entries for the provenance of what is made of the features. */
  public Map<String, String> provenance() {
    return Map.of("level", level, "grid", Integer.toString(grid));
  }

  /** Returns the options that differ from their defaults. */
  public List<String> options() {
    return TypedCommand.of("")
        .unless(GLOBAL.level, "level", level)
        .unless(GLOBAL.grid, "grid", grid)
        .options();
  }
}
