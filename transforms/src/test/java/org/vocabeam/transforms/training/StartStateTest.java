package org.vocabeam.transforms.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;

class StartStateTest {
  private static final List<VariableSpec> VARIABLES =
      List.of(
          spec("w", Role.TRAINED),
          spec("momentum.w", Role.MOMENTUM),
          spec("loss_scale", Role.LOSS_SCALE));
  private static final Map<String, float[]> INITIAL =
      Map.of("w", new float[] {1}, "momentum.w", new float[] {0}, "loss_scale", new float[] {64});
  private static final Map<String, float[]> CHECKPOINT =
      Map.of("w", new float[] {2}, "momentum.w", new float[] {3}, "loss_scale", new float[] {16});

  private static VariableSpec spec(String name, Role role) {
    return new VariableSpec(name, name, role, Initializer.ZEROS, new long[] {1});
  }

  private static Map<String, float[]> start(
      boolean isFirst, @Nullable Map<String, float[]> checkpoint) {
    return new StartState(isFirst)
        .values(VARIABLES, variable -> INITIAL.get(variable.name()), checkpoint);
  }

  private static void check(float weight, float momentum, float scale, Map<String, float[]> state) {
    assertEquals(List.of("w", "momentum.w", "loss_scale"), List.copyOf(state.keySet()));
    assertArrayEquals(new float[] {weight}, state.get("w"));
    assertArrayEquals(new float[] {momentum}, state.get("momentum.w"));
    assertArrayEquals(new float[] {scale}, state.get("loss_scale"));
  }

  @Test
  void aRunStartsFromTheInitialValues() {
    check(1, 0, 64, start(true, null));
  }

  @Test
  void aRoundGoesOnFromItsCheckpoint() {
    check(2, 3, 16, start(false, CHECKPOINT));
  }

  @Test
  void aRunThatStartsFromAnotherLeavesItsMomentumAndLossScaleBehind() {
    check(2, 0, 64, start(true, CHECKPOINT));
  }

  @Test
  void aRunTakesInitialValuesForWhatTheOtherDoesNotHave() {
    check(1, 0, 64, start(true, Map.of("other", new float[] {9})));
  }

  @Test
  void aVariableThatTheRunsOwnCheckpointDoesNotHaveIsNotMadeUp() {
    assertNull(start(false, Map.of("w", new float[] {2})).get("momentum.w"));
  }
}
