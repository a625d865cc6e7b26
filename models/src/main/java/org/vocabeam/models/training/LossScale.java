package org.vocabeam.models.training;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.graph.Variables;

/**
 * Dynamic scale of a loss whose gradients are computed in float16 (Micikevicius et al. 2018, "Mixed
 * Precision Training", section 3.2; PyTorch's {@code GradScaler}). The gradients of the scaled loss
 * are divided by the scale before the optimizer sees them. When one of them is not finite, the
 * optimizer's update is left out, parameters and momentum stay, and the scale is halved; after
 * {@value #INTERVAL} updates in a row it is doubled. It is a power of two and changes no digit.
 *
 * <p>As with {@code GradScaler}, what the forward pass moves has moved: a teacher's average,
 * running statistics, vocabularies. The learning rate goes on too.
 */
final class LossScale {
  private static final String UPDATES = Loss.LOSS_SCALE + ".updates";

  /** First scale, TensorFlow's. */
  private static final float FIRST = 1 << 15;

  private static final int INTERVAL = 2000;

  /** Largest scale whose double is finite. */
  private static final float LARGEST = 0x1p126f;

  private final Ops tf;
  private final Variables variables;
  private final Operand<TFloat32> scale;
  private final Operand<TFloat32> inARow;

  /** Adds the scale and its counter to the variables. */
  LossScale(Ops tf, Variables variables) {
    this.tf = tf;
    this.variables = variables;
    this.scale =
        variables.variable("", Loss.LOSS_SCALE, Role.LOSS_SCALE, Initializer.constant(FIRST));
    this.inARow = variables.variable("", UPDATES, Role.LOSS_SCALE, Initializer.ZEROS);
  }

  /** Returns the scale of this step. */
  Operand<TFloat32> value() {
    return scale;
  }

  /** Returns the loss whose gradients {@link #ifFinite} takes. */
  Operand<TFloat32> scaled(Operand<TFloat32> loss) {
    return tf.math.mul(loss, scale);
  }

  /**
   * Authors an update that runs only if all gradients are finite, and that of the scale.
   *
   * @param after operations behind all readers of what the update changes
   * @param gradients of the scaled loss
   * @param update authors the update, from operations and unscaled gradients
   * @return the scale's updates, and what ends when the other has run or is left out
   */
  List<Op> ifFinite(
      Ops after,
      List<Operand<TFloat32>> gradients,
      BiConsumer<Ops, List<Operand<TFloat32>>> update) {
    Operand<TBool> finite = finite(gradients);
    List<Op> updates = new ArrayList<>(variables.updatesOf(() -> move(finite)));
    updates.addAll(
        variables.updatesOf(
            () ->
                variables.onlyIf(
                    after,
                    finite,
                    guarded -> update.accept(guarded, unscaled(guarded, gradients)))));
    return updates;
  }

  private List<Operand<TFloat32>> unscaled(Ops ops, List<Operand<TFloat32>> gradients) {
    Operand<TFloat32> inverse = ops.math.reciprocal(scale);
    List<Operand<TFloat32>> unscaled = new ArrayList<>();
    gradients.forEach(gradient -> unscaled.add(ops.math.mul(gradient, inverse)));
    return unscaled;
  }

  private Operand<TBool> finite(List<Operand<TFloat32>> gradients) {
    List<Operand<TBool>> finite = new ArrayList<>();
    for (Operand<TFloat32> gradient : gradients) {
      Operand<TFloat32> values = tf.reshape(gradient, tf.constant(new int[] {-1}));
      finite.add(tf.reduceAll(tf.math.isFinite(values), tf.constant(0)));
    }
    return tf.reduceAll(tf.stack(finite), tf.constant(0));
  }

  private void move(Operand<TBool> finite) {
    Operand<TFloat32> more = tf.math.add(inARow, tf.constant(1f));
    Operand<TBool> grows = tf.math.greaterEqual(more, tf.constant((float) INTERVAL));
    Operand<TFloat32> larger =
        tf.math.minimum(tf.math.mul(scale, tf.constant(2f)), tf.constant(LARGEST));
    Operand<TFloat32> smaller = tf.math.mul(scale, tf.constant(0.5f));
    Operand<TFloat32> zero = tf.constant(0f);
    variables.assign(Loss.LOSS_SCALE, tf.select(finite, tf.select(grows, larger, scale), smaller));
    variables.assign(UPDATES, tf.select(finite, tf.select(grows, zero, more), zero));
  }
}
