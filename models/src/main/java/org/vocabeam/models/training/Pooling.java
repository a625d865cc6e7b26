package org.vocabeam.models.training;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.Features;

/**
 * Form of an image's features: a level's feature of the whole image, or its map, averaged over a
 * grid of cells.
 *
 * <pre>{@code
 * Pooling pooling = new Pooling("layer2", 2); // four averages of the map of layer2
 * }</pre>
 *
 * @param level of the backbone; empty for the last
 * @param grid g: the map is averaged over g x g cells. 1 is the feature of the whole image: the
 *     average of a convolutional network's map, the class token of a transformer. More cells keep
 *     the places of things, which helps with small aligned images
 */
public record Pooling(String level, int grid) implements Serializable {
  /** Feature of whole images of the last level, which the papers evaluate. */
  public static final Pooling GLOBAL = new Pooling("", 1);

  public Pooling {
    if (grid < 1) {
      throw new UserError("grid is " + grid + ", must be at least 1");
    }
  }

  /**
   * Returns local features: every cell of a level's map, {@code [side side C]} row by row.
   *
   * @throws UserError when the level is not in the backbone or the images are not square
   */
  public static Pooling cells(Recipe recipe, String level) {
    ImageShape images = recipe.images();
    if (images.height() != images.width()) {
      throw new UserError(
          String.format(
              "images are shown as %d x %d, must be square for local features; train with an image"
                  + " size of %d",
              images.height(), images.width(), Math.min(images.height(), images.width())));
    }
    String known = new Pooling(level, 1).levelOf(recipe.backbone());
    return new Pooling(known, recipe.backbone().mapSide(known, images.height()));
  }

  /**
   * Returns the name of the level.
   *
   * @throws UserError if the backbone has no such level
   */
  public String levelOf(Backbone backbone) {
    if (level.isEmpty()) {
      return backbone.lastLevel();
    }
    if (!backbone.levels().contains(level)) {
      throw new UserError("level is " + level + ", must be one of " + backbone.levels());
    }
    return level;
  }

  /** Returns the number of features of an image, g^2 C. */
  public int width(Backbone backbone) {
    return grid * grid * backbone.channels(levelOf(backbone));
  }

  /** Authors {@code [N, h, w, C] -> [N, g g C]}; cells of uneven maps overlap by one place. */
  Operand<TFloat32> apply(Ops tf, Backbone backbone, Map<String, Features> levels) {
    Features features = levels.get(levelOf(backbone));
    if (grid == 1) {
      return features.image();
    }
    Operand<TFloat32> map = features.map();
    int height = Math.toIntExact(map.shape().get(1));
    int width = Math.toIntExact(map.shape().get(2));
    if (grid > Math.min(height, width)) {
      throw new UserError(
          String.format(
              "grid is %d, must be at most %d, the side of the map of %s",
              grid, Math.min(height, width), levelOf(backbone)));
    }
    if (grid == height && grid == width) {
      return tf.reshape(
          map,
          tf.constant(new long[] {map.shape().get(0), (long) grid * grid * map.shape().get(3)}));
    }
    List<Operand<TFloat32>> cells = new ArrayList<>();
    for (int y = 0; y < grid; y++) {
      for (int x = 0; x < grid; x++) {
        int top = y * height / grid;
        int left = x * width / grid;
        int bottom = ceilDiv((y + 1) * height, grid);
        int right = ceilDiv((x + 1) * width, grid);
        Operand<TFloat32> cell =
            tf.slice(
                map,
                tf.constant(new int[] {0, top, left, 0}),
                tf.constant(new int[] {-1, bottom - top, right - left, -1}));
        cells.add(tf.math.mean(cell, tf.constant(new int[] {1, 2})));
      }
    }
    return tf.concat(cells, tf.constant(1));
  }

  private static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }
}
