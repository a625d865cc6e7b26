package org.vocabeam.models.graph;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Numbers of a network's convolutions and matrix products, and of the maps between them. Weights,
 * statistics, losses, assignments and the optimizer are float32 with every precision.
 */
public enum Precision {
  /** 24 bits of significand; on GPUs products have TensorFloat-32's 11. */
  @JsonProperty("float32")
  FLOAT32(TFloat32.class),
  /** 8 bits of significand, the range of float32. */
  @JsonProperty("bfloat16")
  BFLOAT16(TBfloat16.class),
  /** 11 bits of significand, from 6e-8 to 65,504. Small gradients vanish unless they are scaled. */
  @JsonProperty("float16")
  FLOAT16(TFloat16.class);

  private final Class<? extends TFloating> type;

  Precision(Class<? extends TFloating> type) {
    this.type = type;
  }

  /** Returns the name in recipes. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns TensorFlow's type of the numbers. */
  Class<? extends TFloating> type() {
    return type;
  }

  /** Returns true where gradients become 0 or infinite unless the loss is scaled. */
  public boolean needsLossScale() {
    return this == FLOAT16;
  }
}
