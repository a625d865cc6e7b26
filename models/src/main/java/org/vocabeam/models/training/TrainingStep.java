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
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.Optimizer;

/**
 * A complete step: the gradients of a loss, the optimizer's updates, the method's own.
 *
 * @param metrics names of what the step reports; the first is the loss
 * @param values of the metrics, {@code [number of metrics]}; fetching them runs the step
 */
public record TrainingStep(List<String> metrics, Operand<TFloat32> values) {
  /**
   * Completes the graph of a step.
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
    Map<String, Operand<TFloat32>> reported = loss.reported(tf);
    List<VariableSpec> trained = variables.specs(Role.TRAINED);
    Optional<LossScale> scale =
        variables.precision().needsLossScale()
            ? Optional.of(new LossScale(tf, variables))
            : Optional.empty();
    scale.ifPresent(s -> reported.put(Loss.LOSS_SCALE, s.value()));
    Operand<TFloat32> total = scale.map(s -> s.scaled(loss.total())).orElse(loss.total());
    List<Operand<TFloat32>> gradients = gradients(graph, variables, total, trained);

    List<Op> readers = new ArrayList<>(gradients);
    readers.addAll(reported.values());
    readers.addAll(variables.updates());
    Ops after = Variables.after(tf, readers);
    BiConsumer<Ops, List<Operand<TFloat32>>> update =
        (ops, unscaled) -> {
          for (int i = 0; i < trained.size(); i++) {
            VariableSpec parameter = trained.get(i);
            optimizer.update(ops, variables, parameter, unscaled.get(i), schedule.apply(parameter));
          }
        };
    List<Op> updates;
    if (scale.isPresent()) {
      updates = scale.get().ifFinite(after, gradients, update);
    } else {
      update.accept(after, gradients);
      updates = variables.updates();
    }
    return new TrainingStep(
        List.copyOf(reported.keySet()),
        tf.withControlDependencies(updates).stack(reported.values()));
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
