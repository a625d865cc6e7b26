package org.vocabeam.models.backbone;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;
import org.vocabeam.models.graph.Layers;

/**
 * A network without head, given by the maps of its stages. A kind of network is a record of its
 * shape with a {@code JsonTypeName}, registered in {@link Backbones}.
 *
 * <pre>{@code
 * Backbone backbone = Backbones.named("resnet18", 32);
 * Layers student = new Layers(tf, variables.scope("student."), Mode.TRAINING);
 * Operand<TFloat32> embedding = backbone.embed(student, images); // [B, 512]
 * }</pre>
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface Backbone extends Serializable {
  /** Returns the names of the stages, first to last. */
  List<String> levels();

  /** Returns the channels of a level's map. */
  int channels(String level);

  /** Returns the height (or width) of the input divided by that of a level's map. */
  int stride(String level);

  /**
   * Returns the side of the square of pixels on which a cell of a level's map depends; its middle
   * is {@link #stride} times the cell's place.
   */
  int receptiveField(String level);

  /**
   * Authors the map of every level, first to last, in the type of {@code x}; the part of a network
   * that a kind of network writes.
   *
   * @param x normalised pixels {@code [B, H, W, C]}
   * @return level to {@code [B, h, w, channels(level)]}
   */
  <T extends TFloating> Map<String, Operand<T>> stages(Layers layers, Operand<T> x);

  /**
   * Authors the map of every level, first to last, computed in the precision of the layers.
   *
   * @param x normalised pixels {@code [B, H, W, C]}
   * @return level to {@code [B, h, w, channels(level)]}
   */
  default Map<String, Operand<TFloat32>> maps(Layers layers, Operand<TFloat32> x) {
    Map<String, Operand<TFloat32>> maps = new LinkedHashMap<>();
    stages(layers, layers.reduced(x)).forEach((level, map) -> maps.put(level, layers.float32(map)));
    return maps;
  }

  /**
   * Authors the embedding: the last map, averaged over its cells.
   *
   * @param x normalised pixels {@code [B, H, W, C]}
   * @return {@code [B, embeddingWidth]}
   */
  default Operand<TFloat32> embed(Layers layers, Operand<TFloat32> x) {
    return layers.globalAveragePool(maps(layers, x).get(lastLevel()));
  }

  /** Returns the last level, which is pooled into the embedding. */
  default String lastLevel() {
    return levels().get(levels().size() - 1);
  }

  /** Returns the width of the embedding. */
  default int embeddingWidth() {
    return channels(lastLevel());
  }

  /** Returns the side of a level's map for square images of {@code side} pixels. */
  default int mapSide(String level, int side) {
    int stride = stride(level);
    return (side + stride - 1) / stride;
  }
}
