package org.vocabeam.models.replicas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.replicas.Combination.Momentum;
import org.vocabeam.models.replicas.Combination.Statistics;
import org.vocabeam.models.replicas.Combination.Weights;

class CombinationTest {
  /**
   * Computed by hand. Round 1: delta = (0.5, -2), v the same, theta = (1, 2) - 0.5 (delta + 0.5 v).
   * Round 2: delta = (0.5, 0), v = 0.5 v + delta = (0.75, -1).
   */
  @Test
  void twoOuterStepsOfNesterov() {
    Weights.Nesterov outer = new Weights.Nesterov(0.5, 0.5);
    float[] weights = {1, 2};
    float[] velocity = {0, 0};
    outer.step(weights, new float[] {0.5f, 4}, velocity);
    assertArrayEquals(new float[] {0.5f, -2}, velocity);
    assertArrayEquals(new float[] {0.625f, 3.5f}, weights);
    outer.step(weights, new float[] {0.125f, 3.5f}, velocity);
    assertArrayEquals(new float[] {0.75f, -1}, velocity);
    assertArrayEquals(new float[] {0.1875f, 3.75f}, weights);
  }

  @Test
  void rateOneWithoutMomentumIsTheMean() {
    float[] weights = {1, 2, -3};
    new Weights.Nesterov(1, 0).step(weights, new float[] {1.5f, 2, 8}, new float[3]);
    assertArrayEquals(new float[] {1.5f, 2, 8}, weights);
  }

  @Test
  void whatCannotBeIsRefused() {
    assertEquals(
        "outerRate is 0.0, must be positive and finite",
        refused(() -> new Weights.Nesterov(0, 0.9)));
    assertEquals(
        "outerRate is Infinity, must be positive and finite",
        refused(() -> new Weights.Nesterov(Double.POSITIVE_INFINITY, 0.9)));
    assertEquals(
        "outerMomentum is 1.0, must be in [0, 1)", refused(() -> new Weights.Nesterov(0.7, 1)));
    assertEquals(
        "outerMomentum is -0.1, must be in [0, 1)", refused(() -> new Weights.Nesterov(0.7, -0.1)));
    assertEquals(
        "statisticsBatches is 0, must be positive", refused(() -> new Statistics.Estimate(0)));
  }

  private static String refused(Executable made) {
    return assertThrows(UserError.class, made).getMessage();
  }

  @Test
  void everyNumberIsWrittenDown() {
    Combination combination =
        new Combination(
            new Weights.Nesterov(0.7, 0.9), Momentum.RESET, new Statistics.Estimate(16));
    assertEquals(
        "{\"momentum\":\"reset\",\"statistics\":{\"type\":\"estimate\",\"batches\":16},"
            + "\"weights\":{\"type\":\"nesterov\",\"momentum\":0.9,\"rate\":0.7}}",
        Methods.toTree(combination).toString());
  }
}
