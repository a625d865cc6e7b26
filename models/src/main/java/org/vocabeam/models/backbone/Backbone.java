package org.vocabeam.models.backbone;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Layers;

/** A convolutional network without head: its maps after every stage. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface Backbone extends Serializable {
  /** The names of the stages, first to last. */
  List<String> levels();

  /** The channels of a level's map. */
  int channels(String level);

  /** The input's height (or width) divided by the map's at a level, padding aside. */
  int stride(String level);

  /**
   * The side of the square of pixels that a cell of a level's map depends on, whose middle is
   * {@link #stride} times the cell's place.
   */
  int receptiveField(String level);

  /**
   * The map of every level, first to last.
   *
   * @param x normalised pixels {@code [B, H, W, C]}
   * @return level to {@code [B, h, w, channels(level)]}
   */
  Map<String, Operand<TFloat32>> maps(Layers layers, Operand<TFloat32> x);

  /**
   * The embedding, the last map pooled over all of it.
   *
   * @param x normalised pixels {@code [B, H, W, C]}
   * @return {@code [B, embeddingWidth]}
   */
  default Operand<TFloat32> embed(Layers layers, Operand<TFloat32> x) {
    return layers.globalAveragePool(maps(layers, x).get(lastLevel()));
  }

  /** The last level: the one that is pooled into the embedding. */
  default String lastLevel() {
    return levels().get(levels().size() - 1);
  }

  /** The width of the embedding. */
  default int embeddingWidth() {
    return channels(lastLevel());
  }

  /** The side of a level's square map for square images of {@code side} pixels. */
  default int mapSide(String level, int side) {
    int stride = stride(level);
    return (side + stride - 1) / stride;
  }
}
