package org.vocabeam.transforms.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.replicas.Combination;
import org.vocabeam.models.replicas.Combination.Momentum;
import org.vocabeam.models.replicas.Combination.Statistics;
import org.vocabeam.models.replicas.Combination.Weights;

class ReplicaStateTest {
  private static final VariableSpec WEIGHT = spec("w", Role.TRAINED);
  private static final VariableSpec MOMENTUM = spec("momentum.w", Role.MOMENTUM);
  private static final List<VariableSpec> VARIABLES = List.of(WEIGHT, MOMENTUM);
  private static final Map<String, float[]> INITIAL =
      Map.of("w", new float[] {1}, "momentum.w", new float[] {0});
  private static final Map<String, float[]> CHECKPOINT =
      Map.of(
          "w", new float[] {2},
          "momentum.w", new float[] {3},
          "replica0.momentum.w", new float[] {4},
          "replica1.momentum.w", new float[] {5});

  private static VariableSpec spec(String name, Role role) {
    return new VariableSpec(name, name, role, Initializer.ZEROS, new long[] {1});
  }

  private static ReplicaState replica(int number, Momentum momentum) {
    return new ReplicaState(
        number, false, new Combination(new Weights.Mean(), momentum, new Statistics.Mean()));
  }

  private static float[] initial(VariableSpec variable) {
    return INITIAL.get(variable.name());
  }

  private static float momentum(ReplicaState replica) {
    Map<String, float[]> state = replica.start(VARIABLES, ReplicaStateTest::initial, CHECKPOINT);
    assertEquals(2, state.size());
    assertArrayEquals(new float[] {2}, state.get("w"));
    return state.get("momentum.w")[0];
  }

  @Test
  void momentumComesFromWhereTheCheckpointHasIt() {
    assertEquals(3, momentum(new ReplicaState(0, false, null)));
    assertEquals(3, momentum(replica(1, Momentum.MEAN)));
    assertEquals(4, momentum(replica(0, Momentum.KEEP)));
    assertEquals(5, momentum(replica(1, Momentum.KEEP)));
    assertEquals(0, momentum(replica(1, Momentum.RESET)));
  }

  @Test
  void theFirstRoundStartsFromTheInitialValues() {
    for (Momentum momentum : Momentum.values()) {
      Map<String, float[]> state =
          replica(1, momentum).start(VARIABLES, ReplicaStateTest::initial, null);
      assertEquals(1, state.get("w")[0]);
      assertEquals(0, state.get("momentum.w")[0]);
    }
  }

  /** That checkpoint is another run's. */
  @Test
  void momentumAtTheStartOfARunIsItsOwn() {
    assertEquals(0, momentum(new ReplicaState(0, true, null)));
    for (Momentum momentum : Momentum.values()) {
      assertEquals(0, momentum(new ReplicaState(0, true, replica(0, momentum).combination())));
    }
    Map<String, float[]> other = Map.of("outer.w", new float[] {7});
    assertEquals(0, new ReplicaState(0, true, null).startOfOuter(WEIGHT, other)[0]);
    assertEquals(7, new ReplicaState(0, false, null).startOfOuter(WEIGHT, other)[0]);
  }

  @Test
  void momentumGoesWhereTheNextRoundLooksForIt() {
    assertEquals(MOMENTUM, new ReplicaState(0, false, null).stored(MOMENTUM));
    assertEquals(MOMENTUM, replica(1, Momentum.MEAN).stored(MOMENTUM));
    assertEquals("replica1.momentum.w", replica(1, Momentum.KEEP).stored(MOMENTUM).name());
    assertEquals(WEIGHT, replica(1, Momentum.KEEP).stored(WEIGHT));
    assertTrue(replica(1, Momentum.RESET).isReset(MOMENTUM));
    assertFalse(replica(1, Momentum.RESET).isReset(WEIGHT));
    assertFalse(replica(1, Momentum.KEEP).isReset(MOMENTUM));
  }

  @Test
  void aVariableThatTheCheckpointDoesNotHaveIsNotMadeUp() {
    Map<String, float[]> without = Map.of("w", new float[] {2});
    assertNull(
        replica(1, Momentum.KEEP)
            .start(VARIABLES, ReplicaStateTest::initial, without)
            .get("momentum.w"));
  }
}
