package org.vocabeam.models.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.exceptions.TFFailedPreconditionException;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.graph.VariableSpec.Role;

/** Readers and updates of one step. */
final class VariablesTest {
  @Test
  void everyReaderOfAStepSeesTheValueFromBeforeIt() {
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Variables variables = sandbox.variables();
      Operand<TFloat32> v = variables.variable("", "v", Role.STATISTIC, Initializer.ONES, 2);
      variables.assign("v", tf.math.mul(v, tf.constant(3f)));
      Ops after = tf.withControlDependencies(variables.updates());
      Operand<TFloat32> late = after.math.add(v, after.constant(1f));
      sandbox.initialize(1);
      assertArrayEquals(new float[] {2, 2}, sandbox.run(late));
      assertArrayEquals(new float[] {4, 4}, sandbox.run(late));
      assertArrayEquals(new float[] {9, 9}, sandbox.read("v"));
    }
  }

  @Test
  void aChangeInPlaceLeavesItsReadersTheOldValue() {
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Variables variables = sandbox.variables();
      Operand<TFloat32> v = variables.variable("", "v", Role.TRAINED, Initializer.ONES);
      Ops after = Variables.after(tf, List.of(v));
      variables.update("v", after.assignSubVariableOp(variables.handle("v"), tf.constant(5f)));
      Operand<TFloat32> late =
          tf.withControlDependencies(variables.updates()).math.mul(v, tf.constant(10f));
      sandbox.initialize(1);
      assertArrayEquals(new float[] {10}, sandbox.run(late));
      assertArrayEquals(new float[] {-4}, sandbox.read("v"));
    }
  }

  @Test
  void aStatisticMovesFromItsLastValueAndTheLastOneStays() {
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Parameters scope = sandbox.variables().scope("");
      for (int i = 0; i < 3; i++) {
        Operand<TFloat32> s = scope.statistic("s", Initializer.ONES);
        scope.moveStatistic("s", tf.math.mul(s, tf.constant(2f)));
      }
      assertEquals(1, sandbox.variables().updates().size());
      Operand<TFloat32> step =
          tf.withControlDependencies(sandbox.variables().updates()).constant(0f);
      sandbox.initialize(1);
      sandbox.run(step);
      assertArrayEquals(new float[] {8}, sandbox.read("s"));
    }
  }

  @Test
  void aVariableWithoutAValueIsNamed() {
    try (Sandbox sandbox = new Sandbox()) {
      sandbox.variables().variable("a.", "set", Role.FROZEN, Initializer.ONES);
      sandbox.variables().variable("a.", "unset", Role.FROZEN, Initializer.ONES);
      sandbox.write(Map.of("a.set", new float[] {1}));
      var failure =
          assertThrows(TFFailedPreconditionException.class, () -> sandbox.read("a.unset"));
      assertTrue(failure.getMessage().contains("a.unset"), failure.getMessage());
    }
  }
}
