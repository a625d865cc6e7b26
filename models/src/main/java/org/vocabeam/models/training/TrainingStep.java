package org.vocabeam.models.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.Optimizer;

/**
 * A complete step: the gradients of a loss, the optimizer's updates, the method's own. A step of
 * several micro-batches is taken in parts: the forward pass of each adds its share of the gradients
 * to sums, from which the optimizer then updates the parameters once.
 *
 * @param metrics names of what the forward pass reports; the first is the loss
 * @param values of the metrics, {@code [number of metrics]}; fetching them runs the step, or the
 *     forward pass of a micro-batch
 * @param updated fetching it runs the update from the sums; empty for a step of one part
 */
public record TrainingStep(
    List<String> metrics, Operand<TFloat32> values, Optional<Operand<TFloat32>> updated) {
  private static final String SUM = "sum.";

  /**
   * Completes the graph of a step that is taken at once.
   *
   * @param schedule rate and number of the step, for every trained parameter
   */
  public static TrainingStep author(
      Graph graph,
      Ops tf,
      Variables variables,
      Loss loss,
      Optimizer optimizer,
      Function<VariableSpec, Optimizer.Schedule> schedule) {
    return author(graph, tf, variables, loss, optimizer, schedule, 1);
  }

  /**
   * Completes the graph of a step.
   *
   * @param loss of a micro-batch
   * @param schedule rate and number of the step, for every trained parameter
   * @param microBatches of a step, of equal sizes
   */
  public static TrainingStep author(
      Graph graph,
      Ops tf,
      Variables variables,
      Loss loss,
      Optimizer optimizer,
      Function<VariableSpec, Optimizer.Schedule> schedule,
      int microBatches) {
    Map<String, Operand<TFloat32>> reported = loss.reported(tf);
    List<VariableSpec> trained = variables.specs(Role.TRAINED);
    Optional<LossScale> scale =
        variables.precision().needsLossScale()
            ? Optional.of(new LossScale(tf, variables))
            : Optional.empty();
    scale.ifPresent(s -> reported.put(Loss.LOSS_SCALE, s.value()));
    Operand<TFloat32> total = scale.map(s -> s.scaled(loss.total())).orElse(loss.total());
    List<Operand<TFloat32>> gradients = gradients(graph, variables, total, trained);
    List<Op> moved = new ArrayList<>(variables.updates());
    BiConsumer<Ops, List<Operand<TFloat32>>> update =
        (ops, unscaled) -> {
          List<Operand<TFloat32>> limited = optimizer.limited(ops, unscaled);
          for (int i = 0; i < trained.size(); i++) {
            VariableSpec parameter = trained.get(i);
            optimizer.update(ops, variables, parameter, limited.get(i), schedule.apply(parameter));
          }
        };
    List<String> metrics = List.copyOf(reported.keySet());
    if (microBatches == 1) {
      List<Op> readers = new ArrayList<>(gradients);
      readers.addAll(reported.values());
      readers.addAll(moved);
      moved.addAll(updates(variables, scale, Variables.after(tf, readers), gradients, update));
      return new TrainingStep(
          metrics, tf.withControlDependencies(moved).stack(reported.values()), Optional.empty());
    }
    List<Operand<TFloat32>> sums = new ArrayList<>();
    for (int i = 0; i < trained.size(); i++) {
      VariableSpec parameter = trained.get(i);
      sums.add(
          variables.variable(
              SUM, parameter.name(), Role.SUM, Initializer.ZEROS, parameter.shape()));
      Operand<TFloat32> share =
          tf.math.mul(gradients.get(i), tf.constant((float) (1.0 / microBatches)));
      moved.add(tf.assignAddVariableOp(variables.handle(SUM + parameter.name()), share));
    }
    List<Op> updates =
        new ArrayList<>(updates(variables, scale, Variables.after(tf, sums), sums, update));
    updates.addAll(variables.updatesOf(() -> empty(tf, variables, trained)));
    return new TrainingStep(
        metrics,
        tf.withControlDependencies(moved).stack(reported.values()),
        Optional.of(tf.withControlDependencies(updates).constant(0f)));
  }

  private static void empty(Ops tf, Variables variables, List<VariableSpec> trained) {
    for (VariableSpec parameter : trained) {
      String sum = SUM + parameter.name();
      variables.assign(sum, tf.zerosLike(variables.get(sum)));
    }
  }

  private static List<Op> updates(
      Variables variables,
      Optional<LossScale> scale,
      Ops after,
      List<Operand<TFloat32>> gradients,
      BiConsumer<Ops, List<Operand<TFloat32>>> update) {
    return scale.isPresent()
        ? scale.get().ifFinite(after, gradients, update)
        : variables.updatesOf(() -> update.accept(after, gradients));
  }

  /** Returns d total / d parameter for every parameter, in its shape. */
  public static List<Operand<TFloat32>> gradients(
      Graph graph, Variables variables, Operand<TFloat32> total, List<VariableSpec> parameters) {
    Output<?>[] x =
        parameters.stream().map(p -> variables.get(p.name()).asOutput()).toArray(Output<?>[]::new);
    Output<?>[] gradients = graph.addGradients(total.asOutput(), x);
    List<Operand<TFloat32>> typed = new ArrayList<>();
    for (Output<?> gradient : gradients) {
      typed.add(gradient.expect(TFloat32.class));
    }
    return typed;
  }
}
