package org.vocabeam.models.backbone;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Layers;

/**
 * Features of images at a level of a network.
 *
 * @param map of every place, {@code [B, h, w, C]}
 * @param image of the whole image, {@code [B, C]}
 */
public record Features(Operand<TFloat32> map, Operand<TFloat32> image) {
  /** Returns the features of a network whose feature of the image is the mean of the map. */
  public static Features averaged(Layers layers, Operand<TFloat32> map) {
    return new Features(map, layers.globalAveragePool(map));
  }
}
