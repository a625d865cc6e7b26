package org.vocabeam.models.backbone;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Layers;

/**
 * A network without head, given by the features of its levels. A kind of network is a record of its
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
   * Returns the side of the square of pixels that stands for a cell of a level's map. In a
   * convolutional network the cell depends on them; a transformer's depends on all pixels. The
   * square's middle is {@link #firstMiddle} plus {@link #stride} times the cell's place.
   */
  int receptiveField(String level);

  /** Returns the pixel, down and across, that is the middle of a level's first cell. */
  default int firstMiddle(String level) {
    return 0;
  }

  /**
   * Authors the features of every level, first to last, computed in the precision of the layers;
   * the part of a network that a kind of network writes.
   *
   * @param x normalised pixels {@code [B, H, W, C]}
   * @return level to a map {@code [B, h, w, channels(level)]} and its {@code [B, channels(level)]}
   */
  Map<String, Features> features(Layers layers, Operand<TFloat32> x);

  /**
   * Authors the map of every level, first to last, computed in the precision of the layers.
   *
   * @param x normalised pixels {@code [B, H, W, C]}
   * @return level to {@code [B, h, w, channels(level)]}
   */
  default Map<String, Operand<TFloat32>> maps(Layers layers, Operand<TFloat32> x) {
    Map<String, Operand<TFloat32>> maps = new LinkedHashMap<>();
    features(layers, x).forEach((level, features) -> maps.put(level, features.map()));
    return maps;
  }

  /**
   * Authors the embedding: the last level's feature of whole images.
   *
   * @param x normalised pixels {@code [B, H, W, C]}
   * @return {@code [B, embeddingWidth]}
   */
  default Operand<TFloat32> embed(Layers layers, Operand<TFloat32> x) {
    return features(layers, x).get(lastLevel()).image();
  }

  /**
   * Returns the number of the layer on top of the network: its last norm and the heads. Below are
   * the embedding of pixels, 0, and the blocks. By default a network is one layer below its heads.
   */
  default int layers() {
    return 1;
  }

  /**
   * Returns the layer of a variable, from 0 to {@link #layers}.
   *
   * @param variable name without scope, as {@code layer1.0.conv1.weight}
   */
  default int layerOf(String variable) {
    return 0;
  }

  /** Returns the probability with which a step drops branches of the network; 0 for none. */
  default double dropPath() {
    return 0;
  }

  /**
   * Returns the largest side of views up to {@code side}, in pixels, of which the network sees all
   * pixels.
   */
  default int wholePatches(int side) {
    return side;
  }

  /**
   * Rejects views that are too small for the network.
   *
   * @param side of the views, in pixels
   * @throws org.vocabeam.models.UserError with the sides that are allowed
   */
  default void check(int side) {}

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
