package org.vocabeam.transforms.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.replicas.Combination;
import org.vocabeam.models.replicas.Combination.Momentum;

/**
 * Where the variables of a replica's program stand in a checkpoint. Most under their own names; of
 * momentum that the replicas keep there is one for each of them, of momentum that is reset there is
 * none; and beside the weights stands the momentum of the outer step, if there is one.
 *
 * @param isFirst whether it is about the run's first round, which may start from another run's
 *     checkpoint: momentum there belongs to the end of another schedule, and what it does not have
 *     starts with its first values
 * @param combination of the replicas; null for the only one
 */
record ReplicaState(int replica, boolean isFirst, @Nullable Combination combination) {
  private static final String OUTER = "outer.";

  static ReplicaState of(Assignment assignment) {
    return new ReplicaState(
        assignment.replica(), assignment.firstStep() == 0, assignment.combination());
  }

  /**
   * The values that the replica's program starts a round with.
   *
   * @param initial of a variable, asked for where they are needed
   * @param checkpoint that the round starts from; null for the initial values
   */
  Map<String, float[]> start(
      List<VariableSpec> variables,
      Function<VariableSpec, float[]> initial,
      @Nullable Map<String, float[]> checkpoint) {
    Map<String, float[]> state = new LinkedHashMap<>();
    for (VariableSpec spec : variables) {
      state.put(
          spec.name(),
          checkpoint == null || isReset(spec) || (isFirst && isOwn(spec, checkpoint))
              ? initial.apply(spec)
              : checkpoint.get(stored(spec).name()));
    }
    return state;
  }

  /** Whether a variable of the first round is not taken from another run. */
  private static boolean isOwn(VariableSpec spec, Map<String, float[]> other) {
    return spec.role() == Role.MOMENTUM || !other.containsKey(spec.name());
  }

  boolean resetsMomentum() {
    return combination != null && combination.momentum() == Momentum.RESET;
  }

  /** Whether the variable starts every round from its initial value, and is in no checkpoint. */
  boolean isReset(VariableSpec spec) {
    return spec.role() == Role.MOMENTUM && resetsMomentum();
  }

  /** Whether it is this replica that says where an outer step starts. */
  boolean givesOuterStart() {
    return replica == 0
        && combination != null
        && combination.weights() instanceof Combination.Weights.Nesterov;
  }

  /** The variable of the checkpoint that holds the replica's. */
  VariableSpec stored(VariableSpec spec) {
    boolean own =
        spec.role() == Role.MOMENTUM
            && combination != null
            && combination.momentum() == Momentum.KEEP;
    return own ? prefixed("replica" + replica + ".", spec, Role.MOMENTUM) : spec;
  }

  /** The momentum of the outer step of a trained variable. */
  static VariableSpec outerMomentum(VariableSpec trained) {
    return prefixed(OUTER, trained, Role.OUTER_MOMENTUM);
  }

  /** That momentum before the round. */
  float[] startOfOuter(VariableSpec trained, @Nullable Map<String, float[]> checkpoint) {
    return isFirst || checkpoint == null
        ? new float[trained.size()]
        : checkpoint.get(outerMomentum(trained).name());
  }

  private static VariableSpec prefixed(String prefix, VariableSpec spec, Role role) {
    return new VariableSpec(
        prefix + spec.name(), spec.unscoped(), role, Initializer.ZEROS, spec.shape());
  }
}
