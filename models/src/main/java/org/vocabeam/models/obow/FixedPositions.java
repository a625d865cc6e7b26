package org.vocabeam.models.obow;

import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.backbone.SineCosine;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.Parameters;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.graph.Variables;

/**
 * Parameters of a transformer whose positions do not learn: a table of sines and cosines (reference
 * code of MOCA, {@code ViTEncoder}). The table is a variable, so that afterwards the network is one
 * like any other.
 *
 * @param scope start of the table's name
 * @param network whose positions are fixed
 * @param others all other parameters
 */
record FixedPositions(
    Variables variables, String scope, VisionTransformer network, Parameters others)
    implements Parameters {
  @Override
  public Precision precision() {
    return others.precision();
  }

  @Override
  public Operand<TFloat32> trained(String name, Initializer initializer, long... shape) {
    if (!name.equals(VisionTransformer.POSITIONS)) {
      return others.trained(name, initializer, shape);
    }
    float[] table = SineCosine.table(network.grid(), network.grid(), network.width());
    return variables.variable(scope, name, Role.FROZEN, Initializer.table(table), shape);
  }

  @Override
  public Operand<TFloat32> statistic(String name, Initializer initializer, long... shape) {
    return others.statistic(name, initializer, shape);
  }

  @Override
  public void moveStatistic(String name, Operand<TFloat32> value) {
    others.moveStatistic(name, value);
  }

  @Override
  public Optional<Operand<TInt32>> noise() {
    return others.noise();
  }
}
