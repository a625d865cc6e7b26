package org.vocabeam.transforms.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;

/**
 * Values that a replica's program starts a round with. The first round may start from another run's
 * checkpoint: its momentum and its loss scale belong to the end of another schedule and are left
 * behind, and variables that it does not have start with their initial values.
 *
 * @param isFirst true for the first round of a run
 */
record StartState(boolean isFirst) {
  static StartState of(Assignment assignment) {
    return new StartState(assignment.firstStep() == 0);
  }

  /**
   * Returns the values of every variable.
   *
   * @param initial values of a variable, asked for where they are needed
   * @param checkpoint that the round starts from; null for the initial values
   */
  Map<String, float[]> values(
      List<VariableSpec> variables,
      Function<VariableSpec, float[]> initial,
      @Nullable Map<String, float[]> checkpoint) {
    Map<String, float[]> state = new LinkedHashMap<>();
    for (VariableSpec spec : variables) {
      state.put(
          spec.name(),
          checkpoint == null || (isFirst && isLeftBehind(spec, checkpoint))
              ? initial.apply(spec)
              : checkpoint.get(spec.name()));
    }
    return state;
  }

  private static boolean isLeftBehind(VariableSpec spec, Map<String, float[]> checkpoint) {
    return spec.role() == Role.MOMENTUM
        || spec.role() == Role.LOSS_SCALE
        || !checkpoint.containsKey(spec.name());
  }
}
