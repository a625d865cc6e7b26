package org.vocabeam.models.training;

import java.io.Serializable;
import org.vocabeam.models.backbone.Backbone;

/**
 * Shape of a level's map of an image.
 *
 * <pre>{@code
 * MapShape shape = MapShape.of(recipe, "block12"); // 14 x 14 x 384 for vit-s16 and 224 pixels
 * }</pre>
 *
 * @param rows h
 * @param columns w
 * @param channels C
 */
public record MapShape(int rows, int columns, int channels) implements Serializable {
  /**
   * Returns the shape for the images that a recipe's encoder sees.
   *
   * @param level of the backbone; empty for the last
   * @throws org.vocabeam.models.UserError if the backbone has no such level
   */
  public static MapShape of(Recipe recipe, String level) {
    Backbone backbone = recipe.backbone();
    String known = new Pooling(level, 1).levelOf(backbone);
    return new MapShape(
        backbone.mapSide(known, recipe.images().height()),
        backbone.mapSide(known, recipe.images().width()),
        backbone.channels(known));
  }

  /** Returns the number of values of a map, h w C. */
  public int values() {
    return Math.multiplyExact(Math.multiplyExact(rows, columns), channels);
  }
}
