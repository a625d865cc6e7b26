package org.vocabeam.models.backbone;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;
import org.vocabeam.models.graph.Layers;

/** A network whose maps are averaged over their cells into the features of whole images. */
public interface Convolutional extends Backbone {
  /**
   * Authors the map of every level, first to last, in the type of {@code x}; the part of a network
   * that a kind of network writes.
   *
   * @param x normalised pixels {@code [B, H, W, C]}
   * @return level to {@code [B, h, w, channels(level)]}
   */
  <T extends TFloating> Map<String, Operand<T>> stages(Layers layers, Operand<T> x);

  @Override
  default Map<String, Features> features(Layers layers, Operand<TFloat32> x) {
    Map<String, Features> features = new LinkedHashMap<>();
    stages(layers, layers.reduced(x))
        .forEach(
            (level, map) -> features.put(level, Features.averaged(layers, layers.float32(map))));
    return features;
  }
}
