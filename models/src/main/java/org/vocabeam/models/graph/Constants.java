package org.vocabeam.models.graph;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Parameters that are constants of the graph: any TensorFlow loads such a network as it is. */
public final class Constants implements Parameters {
  private final Ops tf;
  private final String scope;
  private final Map<String, float[]> state;

  /**
   * Makes parameters of a state.
   *
   * @param scope start of the names in {@code state}
   * @param state values by name
   */
  public Constants(Ops tf, String scope, Map<String, float[]> state) {
    this.tf = tf;
    this.scope = scope;
    this.state = state;
  }

  /** An exported network computes in float32, however it was trained. */
  @Override
  public Precision precision() {
    return Precision.FLOAT32;
  }

  @Override
  public Operand<TFloat32> trained(String name, Initializer initializer, long... shape) {
    float[] values = state.get(scope + name);
    checkArgument(values != null, "the checkpoint has no variable %s%s", scope, name);
    return tf.withName(name).constant(Shape.of(shape), DataBuffers.of(values));
  }

  @Override
  public Operand<TFloat32> statistic(String name, Initializer initializer, long... shape) {
    return trained(name, initializer, shape);
  }

  @Override
  public void moveStatistic(String name, Operand<TFloat32> value) {
    throw new IllegalStateException(name + " is a constant and cannot move; use inference mode");
  }
}
