package org.vocabeam.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.optimize.AdamW;
import org.vocabeam.models.views.Normalisation;

class TrainerTest {
  private static final int SIDE = 20;
  private static final int BATCH = 8;
  private static final double RATE = 0.01;

  private static ObjectNode obow() {
    Task task =
        new Task(
            new ImageShape(SIDE, SIDE, 1),
            new Normalisation(new float[] {0.5f}, new float[] {0.3f}),
            100,
            1000,
            5);
    ObjectNode tree = (ObjectNode) Methods.toTree(Methods.recipe("obow", Preset.SMALL, task));
    tree.put("batchSize", BATCH);
    ((ObjectNode) tree.get("backbone")).put("width", 8);
    ((ObjectNode) tree.get("method")).put("words", 2 * BATCH);
    ((ObjectNode) tree.get("schedule")).put("learningRate", RATE).put("endLearningRate", RATE);
    return tree;
  }

  private static Trainer.Batch batch(long seed) {
    byte[] pixels = new byte[BATCH * SIDE * SIDE];
    new SplittableRandom(seed).nextBytes(pixels);
    String[] ids = new String[BATCH];
    Arrays.setAll(ids, i -> "image" + i);
    return new Trainer.Batch(pixels, ids, new long[BATCH], new float[0]);
  }

  private static boolean isObserved(VariableSpec spec) {
    return spec.role() == Role.STATISTIC && spec.name().startsWith(Method.STUDENT);
  }

  @Test
  void observingMovesTheStudentsStatisticsAsAStepDoesAndNothingElse() {
    try (Trainer trainer = Trainer.of(Methods.recipe(obow()))) {
      trainer.step(0, batch(1));
      Map<String, float[]> before = trainer.state();
      trainer.observe(1, batch(2));
      Map<String, float[]> observed = trainer.state();
      trainer.setState(before);
      trainer.step(1, batch(2));
      Map<String, float[]> stepped = trainer.state();
      int statistics = 0;
      for (VariableSpec spec : trainer.variables()) {
        String name = spec.name();
        if (isObserved(spec)) {
          statistics++;
          assertFalse(Arrays.equals(before.get(name), observed.get(name)), name);
          assertArrayEquals(stepped.get(name), observed.get(name), 1e-5f, name);
        } else {
          assertArrayEquals(before.get(name), observed.get(name), name);
        }
      }
      assertTrue(statistics > 10, "statistics: " + statistics);
    }
  }

  /** Adam's first step is about the rate, whatever the gradient: it divides by what it lacks. */
  @Test
  void theOptimizerCountsStepsFromWhereItsMomentumWasZero() {
    ObjectNode tree = obow();
    tree.putPOJO("optimizer", new AdamW(0.9, 0.999, 1e-12, 0));
    try (Trainer trainer = Trainer.of(Methods.recipe(tree.toString()))) {
      Map<String, float[]> initial = trainer.initialState();
      assertEquals(RATE, largestMove(trainer, initial, 500, 0), 0.01 * RATE);
      // sqrt(1 - 0.999^501) / (1 - 0.9^501) (1 - 0.9) / sqrt(1 - 0.999) = 1.986
      assertEquals(1.986 * RATE, largestMove(trainer, initial, 500, 500), 0.02 * RATE);
    }
  }

  private static double largestMove(
      Trainer trainer, Map<String, float[]> initial, long step, long age) {
    trainer.setState(initial);
    trainer.step(step, age, batch(1));
    double largest = 0;
    Map<String, float[]> moved = trainer.state();
    for (VariableSpec spec : trainer.variables()) {
      if (spec.role() == Role.TRAINED) {
        float[] from = initial.get(spec.name());
        float[] to = moved.get(spec.name());
        for (int i = 0; i < from.length; i++) {
          largest = Math.max(largest, Math.abs((double) to[i] - from[i]));
        }
      }
    }
    return largest;
  }
}
