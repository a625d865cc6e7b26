package org.vocabeam.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.optimize.AdamW;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.Raster;

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
    SplittableRandom random = new SplittableRandom(seed);
    List<Raster> images = new ArrayList<>();
    String[] ids = new String[BATCH];
    for (int i = 0; i < BATCH; i++) {
      byte[] pixels = new byte[SIDE * SIDE];
      random.nextBytes(pixels);
      images.add(new Raster(pixels, SIDE, SIDE, 1));
      ids[i] = "image" + i;
    }
    return Trainer.Batch.of(Methods.recipe(obow()), images, ids, new long[BATCH], new float[0]);
  }

  @ParameterizedTest
  @EnumSource
  void aStepIsAFunctionOfStateNumberAndBatch(Precision precision) {
    ObjectNode tree = obow().putPOJO("precision", precision);
    try (Trainer trainer = Trainer.of(Methods.recipe(tree.toString()))) {
      trainer.step(500, batch(1));
      Map<String, float[]> before = trainer.state();
      float[] metrics = trainer.step(501, batch(2));
      Map<String, float[]> after = trainer.state();
      trainer.step(502, batch(3));
      trainer.setState(before);
      assertArrayEquals(metrics, trainer.step(501, batch(2)));
      assertSame(after, trainer.state());
    }
  }

  @Test
  void aStepThatIsReadyTakesTheSameStep() {
    try (Trainer trainer = Trainer.of(Methods.recipe(obow()))) {
      float[] metrics = trainer.step(500, batch(1));
      Map<String, float[]> after = trainer.state();
      trainer.setState(trainer.initialState());
      try (Trainer.Ready ready = trainer.ready(500, batch(1))) {
        assertArrayEquals(metrics, ready.run());
      }
      assertSame(after, trainer.state());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aStepWhoseMemoryIsMeasuredIsTheSameStep(int microBatches) {
    Recipe recipe = Methods.recipe(obow().put("microBatches", microBatches));
    try (Trainer trainer = Trainer.of(recipe)) {
      float[] metrics = trainer.step(500, batch(1));
      Map<String, float[]> after = trainer.state();
      trainer.setState(trainer.initialState());
      try (Trainer.Ready staged = trainer.staged(500, batch(1))) {
        assertArrayEquals(metrics, staged.recorded().output());
      }
      assertSame(after, trainer.state());
    }
  }

  /** As on a GPU: inputs are put on the device by another thread, several steps ahead. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void stagedStepsAreTheSameSteps(int microBatches) throws Exception {
    int steps = 6;
    Recipe recipe = Methods.recipe(obow().put("microBatches", microBatches));
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (Trainer trainer = Trainer.of(recipe)) {
      List<float[]> metrics = new ArrayList<>();
      for (int step = 0; step < steps; step++) {
        metrics.add(trainer.step(step, batch(step)));
      }
      Map<String, float[]> after = trainer.state();
      other.submit(() -> trainer.ready(7, batch(7), true)).get();
      trainer.setState(trainer.initialState()); // nobody takes step 7
      List<Future<Trainer.Ready>> staged = new ArrayList<>();
      for (int i = 0; i < steps; i++) {
        int step = i;
        staged.add(other.submit(() -> trainer.ready(step, batch(step), true)));
      }
      for (int step = 0; step < steps; step++) { // while later ones are staged
        try (Trainer.Ready ready = staged.get(step).get()) {
          assertArrayEquals(metrics.get(step), ready.run());
        }
      }
      assertSame(after, trainer.state());
    } finally {
      other.shutdown();
    }
  }

  private static void assertSame(Map<String, float[]> expected, Map<String, float[]> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), name));
  }

  /** Adam's first step is about the rate, whatever the gradient: it divides by what it lacks. */
  @Test
  void theOptimizerCountsTheStepsOfTheRun() {
    ObjectNode tree = obow();
    tree.putPOJO("optimizer", new AdamW(0.9, 0.999, 1e-12, 0));
    ((ObjectNode) tree.get("schedule")).put("warmupSteps", 0);
    try (Trainer trainer = Trainer.of(Methods.recipe(tree.toString()))) {
      Map<String, float[]> initial = trainer.initialState();
      assertEquals(RATE, largestMove(trainer, initial, 0), 0.01 * RATE);
      // sqrt(1 - 0.999^501) / (1 - 0.9^501) (1 - 0.9) / sqrt(1 - 0.999) = 1.986
      assertEquals(1.986 * RATE, largestMove(trainer, initial, 500), 0.02 * RATE);
    }
  }

  private static double largestMove(Trainer trainer, Map<String, float[]> initial, long step) {
    trainer.setState(initial);
    trainer.step(step, batch(1));
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
