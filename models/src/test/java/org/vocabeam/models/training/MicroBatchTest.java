package org.vocabeam.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.Convolutional;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.optimize.AdamW;
import org.vocabeam.models.optimize.Optimizer;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.Raster;

/** Steps in parts against steps at once. */
class MicroBatchTest {
  private static final int SIDE = 12;
  private static final int BATCH = 8;
  private static final int STEPS = 3;
  private static final double RATE = 0.02;
  private static final double TEACHER_DECAY = 0.8;

  /** A network without statistics of a batch, which is the same for a part and for a whole. */
  private record Plain() implements Convolutional {
    @Override
    public List<String> levels() {
      return List.of("maps");
    }

    @Override
    public int channels(String level) {
      return 6;
    }

    @Override
    public int stride(String level) {
      return 2;
    }

    @Override
    public int receptiveField(String level) {
      return 3;
    }

    @Override
    public <T extends TFloating> Map<String, Operand<T>> stages(Layers layers, Operand<T> x) {
      return Map.of("maps", layers.leakyRelu(layers.conv(x, "conv", 6, 3, 2)));
    }
  }

  /** DINO without batch norm and without a centre: no image of a batch knows of another. */
  private static Method dino(double teacherDecay) {
    Normalisation half = new Normalisation(new float[] {0.5f}, new float[] {0.3f});
    Task task = new Task(new ImageShape(SIDE, SIDE, 1), half, 100, 100, 5);
    ObjectNode tree = (ObjectNode) Methods.toTree(Methods.recipe("dino", Preset.SMALL, task));
    ObjectNode method = (ObjectNode) tree.get("method");
    method.put("centring", false).put("teacherDecay", teacherDecay).put("frozenPrototypes", 0);
    ObjectNode head = (ObjectNode) method.get("head");
    head.put("batchNorm", false).put("hidden", 8).put("bottleneck", 6).put("prototypes", 5);
    return Methods.recipe(tree).method();
  }

  private static Recipe recipe(Backbone backbone, int microBatches) {
    return recipe(
        backbone, microBatches, RATE, TEACHER_DECAY, new Sgd(0.9, 0.01, false), Precision.FLOAT32);
  }

  private static Recipe recipe(
      Backbone backbone,
      int microBatches,
      double rate,
      double teacherDecay,
      Optimizer optimizer,
      Precision precision) {
    return new Recipe(
        dino(teacherDecay),
        backbone,
        new ImageShape(SIDE, SIDE, 1),
        new Normalisation(new float[] {0.5f}, new float[] {0.3f}),
        BATCH,
        optimizer,
        new RateSchedule.Drops(rate, 1, List.of()),
        /* steps= */ 100_000, // the teacher's decay hardly moves
        /* seed= */ 5,
        /* collapseThreshold= */ 0,
        microBatches,
        precision);
  }

  private static Trainer.Batch batch(Recipe recipe, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Raster> images = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      byte[] pixels = new byte[SIDE * SIDE];
      random.nextBytes(pixels);
      images.add(new Raster(pixels, SIDE, SIDE, 1));
    }
    String[] ids = new String[BATCH];
    Arrays.setAll(ids, i -> "image" + i);
    return Trainer.Batch.of(recipe, images, ids, new long[BATCH], new float[0]);
  }

  /** State after some steps, with the losses, and without the centre, which every part moves. */
  private static Map<String, float[]> after(Recipe recipe) {
    try (Trainer trainer = Trainer.of(recipe)) {
      float[] losses = new float[STEPS];
      for (int step = 0; step < STEPS; step++) {
        losses[step] = trainer.step(step, batch(recipe, step))[0];
      }
      Map<String, float[]> state = trainer.state();
      assertEquals(trainer.variables().size(), state.size());
      state.put("losses", losses);
      state.remove("centre");
      return state;
    }
  }

  private static void assertNear(Map<String, float[]> expected, Map<String, float[]> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), 2e-6f, name));
  }

  static Stream<Recipe> inParts() {
    return Stream.of(2, 4).map(parts -> recipe(new Plain(), parts));
  }

  @ParameterizedTest
  @MethodSource("inParts")
  void stepsInPartsAreStepsAtOnce(Recipe recipe) {
    assertNear(after(recipe(new Plain(), 1)), after(recipe));
  }

  /** Steps at once that are what a mistake would make of two parts. */
  static Stream<Recipe> mistakes() {
    double share = 1 - TEACHER_DECAY;
    double twice = (1 - share) * (1 - share);
    Sgd sgd = new Sgd(0.9, 0.01, false);
    return Stream.of(
        // The gradients are added up.
        recipe(new Plain(), 1, 2 * RATE, TEACHER_DECAY, sgd, Precision.FLOAT32),
        // The teacher moves in every part.
        recipe(new Plain(), 1, RATE, twice, sgd, Precision.FLOAT32));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void mistakesAreNoticed(Recipe mistake) {
    Map<String, float[]> inParts = after(recipe(new Plain(), 2));
    Map<String, float[]> wrong = after(mistake);
    assertThrows(AssertionError.class, () -> assertNear(wrong, inParts));
  }

  @Test
  void statisticsOfBatchNormAreThoseOfTheParts() {
    Backbone withNorm = new ResNet(ResNet.Block.BASIC, List.of(1), 4, ResNet.Stem.SMALL_STRIDED);
    Map<String, float[]> atOnce = after(recipe(withNorm, 1));
    Map<String, float[]> inParts = after(recipe(withNorm, 2));
    assertThrows(AssertionError.class, () -> assertNear(atOnce, inParts));
  }

  /** A step leaves nothing behind in the sums, also after gradients that are not finite. */
  @Test
  void aStepInPartsIsAFunctionOfItsState() {
    Recipe recipe =
        recipe(
            new Plain(), 2, RATE, TEACHER_DECAY, new AdamW(0.9, 0.99, 1e-8, 0), Precision.FLOAT16);
    try (Trainer trainer = Trainer.of(recipe)) {
      trainer.step(0, batch(recipe, 0));
      Map<String, float[]> before = trainer.state();
      Map<String, float[]> overflowing = trainer.state();
      overflowing.put(Loss.LOSS_SCALE, new float[] {0x1p120f});
      trainer.setState(overflowing);
      trainer.step(1, batch(recipe, 1));
      assertArrayEquals(new float[] {0x1p119f}, trainer.state().get(Loss.LOSS_SCALE));
      assertArrayEquals(
          before.get("student.conv.weight"), trainer.state().get("student.conv.weight"));
      trainer.setState(before);
      float[] metrics = trainer.step(1, batch(recipe, 1));
      Map<String, float[]> once = trainer.state();
      trainer.setState(before);
      try (Trainer.Ready ready = trainer.ready(1, batch(recipe, 1))) {
        assertArrayEquals(metrics, ready.run());
      }
      once.forEach((name, values) -> assertArrayEquals(values, trainer.state().get(name), name));
    }
  }
}
