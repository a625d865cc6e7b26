package org.vocabeam.models.jointembedding;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Parameters;

/**
 * Projection head of DINO (reference code, {@code DINOHead}): three linear layers with GELU between
 * them, the last a bottleneck whose rows are normalised, then a layer of prototypes of length 1.
 *
 * @param hidden width of the first two layers
 * @param bottleneck width of the third
 * @param prototypes P
 * @param batchNorm true for batch norm in the first two layers, as with convolutional networks
 */
public record DinoHead(int hidden, int bottleneck, int prototypes, boolean batchNorm)
    implements Serializable {
  /** Name of the variable of the prototypes' directions, {@code [P, bottleneck]}. */
  static final String PROTOTYPES = "last_layer.weight_v";

  public DinoHead {
    checkArgument(hidden > 0, "hidden is %s, must be positive", hidden);
    checkArgument(bottleneck > 0, "bottleneck is %s, must be positive", bottleneck);
    checkArgument(prototypes > 1, "prototypes is %s, must be at least 2", prototypes);
  }

  /**
   * Authors {@code [B, D] -> [B, P]}.
   *
   * @param prototypesMove scalar: 1 trains the prototypes, 0 leaves them
   */
  Operand<TFloat32> outputs(
      Ops tf, Parameters parameters, Operand<TFloat32> features, Operand<TFloat32> prototypesMove) {
    Layers mlp = new Layers(tf, parameters, Mode.TRAINING).in("mlp");
    Operand<TFloat32> h = hidden(mlp, "0", features);
    h = hidden(mlp, "2", h);
    h = Layers.l2Normalize(tf, mlp.linear(h, "4", bottleneck, true));
    // A copy of the variable: the native gradient of its square aborts on a reference.
    Operand<TFloat32> weight =
        tf.identity(
            parameters.trained(PROTOTYPES, Initializer.linear(bottleneck), prototypes, bottleneck));
    Operand<TFloat32> still = tf.stopGradient(weight);
    weight = tf.math.add(still, tf.math.mul(prototypesMove, tf.math.sub(weight, still)));
    return Layers.timesTransposed(tf, h, Layers.l2Normalize(tf, weight));
  }

  private Operand<TFloat32> hidden(Layers mlp, String name, Operand<TFloat32> x) {
    Operand<TFloat32> h = mlp.linear(x, name, hidden, true);
    return mlp.gelu(batchNorm ? mlp.batchNorm(h, name + ".bn") : h);
  }
}
