package org.vocabeam.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.Backbones;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.backbone.SmallTransformers;
import org.vocabeam.models.backbone.WideResNet;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.optimize.AdamW;
import org.vocabeam.models.optimize.Lars;
import org.vocabeam.models.optimize.Optimizer;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.Raster;

/** Warm-up of heads, and rates that decay by layer. */
class ContinuationTest {
  private static final int SIDE = 16;
  private static final int BATCH = 8;
  private static final double RATE = 0.05;
  private static final Backbone RESNET =
      new ResNet(ResNet.Block.BASIC, List.of(1, 2), 4, ResNet.Stem.SMALL_STRIDED);

  private static Recipe recipe(String method, Backbone backbone, Optimizer optimizer) {
    Task task =
        new Task(
            new ImageShape(SIDE, SIDE, 3),
            new Normalisation(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.3f, 0.3f, 0.3f}),
            100,
            1000,
            5);
    Recipe small = Methods.recipe(method, Settings.SMALL, backbone, task);
    ObjectNode tree = (ObjectNode) Methods.toTree(small);
    tree.put("batchSize", BATCH).put("collapseThreshold", 0);
    tree.putPOJO("optimizer", optimizer);
    tree.putPOJO("schedule", new RateSchedule.Cosine(RATE, 0, /* warmupSteps= */ 2));
    if (method.equals("dino")) {
      ObjectNode head = (ObjectNode) tree.get("method").get("head");
      head.put("hidden", 8).put("bottleneck", 6).put("prototypes", 5);
    }
    if (method.equals("obow")) {
      ((ObjectNode) tree.get("method")).put("words", 2 * BATCH);
    }
    return Methods.recipe(tree.toString());
  }

  private static Recipe warmingUp(Recipe recipe, long steps) {
    return recipe.withContinuation(new Continuation(steps, 1));
  }

  private static Trainer.Batch batch(Recipe recipe, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Raster> images = new ArrayList<>();
    String[] ids = new String[BATCH];
    for (int i = 0; i < BATCH; i++) {
      byte[] pixels = new byte[SIDE * SIDE * 3];
      random.nextBytes(pixels);
      images.add(new Raster(pixels, SIDE, SIDE, 3));
      ids[i] = "image" + i;
    }
    return Trainer.Batch.of(recipe, images, ids, new long[BATCH], new float[0]);
  }

  /** Takes steps, and returns the state after them. */
  private static Map<String, float[]> after(
      Recipe recipe, Map<String, float[]> start, long from, long to) {
    try (Trainer trainer = Trainer.of(recipe)) {
      trainer.setState(start == null ? trainer.initialState() : start);
      for (long step = from; step < to; step++) {
        trainer.step(step, batch(recipe, step));
      }
      return trainer.state();
    }
  }

  private static boolean isOfBackbone(Recipe recipe, String variable) {
    String unscoped = variable.replaceFirst("^(?:momentum|moment1|moment2)\\.", "");
    return unscoped.startsWith(Method.STUDENT)
        || recipe.method().studentCopies().stream().anyMatch(unscoped::startsWith);
  }

  private static void assertSame(Map<String, float[]> expected, Map<String, float[]> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), name));
  }

  static Stream<Arguments> warmUps() {
    Optimizer sgd = new Sgd(0.9, 1e-3, true);
    Optimizer adam = AdamW.forTransformers();
    Optimizer lars = new Lars(0.9, 1e-4, 0.01, Lars.Norm.SEPARATE, true, 1e-8);
    Backbone vit = SmallTransformers.PLAIN;
    List<Arguments> cases = new ArrayList<>();
    for (String method : List.of("obow", "byol", "dino", "simclr", "simsiam", "rotation")) {
      cases.add(Arguments.of(method, RESNET, sgd, 1, Precision.FLOAT32));
    }
    cases.add(Arguments.of("simclr", RESNET, lars, 1, Precision.FLOAT32));
    cases.add(Arguments.of("byol", RESNET, adam, 2, Precision.FLOAT32));
    cases.add(Arguments.of("obow", RESNET, adam, 1, Precision.FLOAT16));
    cases.add(Arguments.of("dino", vit, adam, 1, Precision.FLOAT32));
    return cases.stream();
  }

  /** The backbone stays with momentum, statistics and copies; then both move. */
  @ParameterizedTest
  @MethodSource("warmUps")
  void headsMoveAloneFirst(
      String method, Backbone backbone, Optimizer optimizer, int parts, Precision precision) {
    ObjectNode tree = (ObjectNode) Methods.toTree(recipe(method, backbone, optimizer));
    tree.put("microBatches", parts).putPOJO("precision", precision);
    Recipe recipe = warmingUp(Methods.recipe(tree.toString()), 3);
    Map<String, float[]> initial = after(recipe, null, 0, 0);
    Map<String, float[]> warm = after(recipe, initial, 0, 3);
    Map<String, float[]> later = after(recipe, warm, 3, 6);
    boolean headMoved = false;
    for (String name : initial.keySet()) {
      if (isOfBackbone(recipe, name)) {
        assertArrayEquals(initial.get(name), warm.get(name), name);
      } else {
        headMoved |= !Arrays.equals(initial.get(name), warm.get(name));
      }
    }
    assertTrue(headMoved);
    List<String> still = new ArrayList<>();
    for (String name : initial.keySet()) {
      if (name.startsWith(Method.STUDENT) && Arrays.equals(warm.get(name), later.get(name))) {
        still.add(name);
      }
    }
    assertEquals(List.of(), still);
  }

  /** A backbone of a run with a warm-up starts as the run would without, Adam's steps included. */
  @Test
  void theBackbonesSchedulesBeginAfterTheWarmUp() {
    Recipe plain = recipe("rotation", RESNET, new AdamW(0.9, 0.999, 1e-8, 0));
    Recipe warming = warmingUp(plain, 400);
    double[] moved = new double[2];
    for (int i = 0; i < 2; i++) {
      Recipe recipe = i == 0 ? plain : warming;
      Map<String, float[]> initial = after(recipe, null, 0, 0);
      long first = recipe.continuation().headWarmupSteps();
      Map<String, float[]> next = after(recipe, initial, first + 1, first + 2);
      moved[i] = next.get("student.conv1.weight")[0] - initial.get("student.conv1.weight")[0];
    }
    // The second of two steps of the rate's warm-up, with Adam's moments of one step:
    // 0.1 / (1 - 0.9^2) / sqrt(0.001 / (1 - 0.999^2)) = 0.744 of half of the rate.
    assertEquals(0.744 * RATE / 2, Math.abs(moved[0]), 1e-3 * RATE);
    assertEquals(Math.abs(moved[0]), Math.abs(moved[1]), 1e-5 * RATE);
  }

  @Test
  void aRunThatIsKilledInItsWarmUpGoesOnWithTheSameBytes() {
    Recipe recipe = warmingUp(recipe("dino", RESNET, new Sgd(0.9, 1e-3, false)), 3);
    Map<String, float[]> atOnce = after(recipe, null, 0, 5);
    Map<String, float[]> killed = after(recipe, null, 0, 2);
    assertSame(atOnce, after(recipe, killed, 2, 5));
  }

  @Test
  void recipesOfEarlierVersionsHaveNeither() {
    Recipe recipe = recipe("dino", RESNET, new Sgd(0.9, 1e-3, false));
    assertEquals(Continuation.NONE, recipe.continuation());
    ObjectNode older = (ObjectNode) Methods.toTree(recipe);
    older.remove("continuation");
    assertEquals(recipe, Methods.recipe((JsonNode) older));
  }

  static Stream<Arguments> optimizers() {
    return Stream.of(
            new Sgd(0.9, 1e-3, false),
            new Sgd(0.9, 1e-3, true),
            new AdamW(0.9, 0.999, 1e-8, 0.05),
            AdamW.forTransformers(),
            new Lars(0.9, 1e-4, 0.01, Lars.Norm.SEPARATE, false, 1e-8),
            new Lars(0.9, 1e-4, 0.01, Lars.Norm.DECAYED, false, 0))
        .flatMap(
            optimizer ->
                Stream.of(RESNET, SmallTransformers.PLAIN)
                    .map(backbone -> Arguments.of(optimizer, backbone)));
  }

  /** A step moves every parameter by the decay's power of what it moves by without. */
  @ParameterizedTest
  @MethodSource("optimizers")
  void aStepIsSmallerFromLayerToLayer(Optimizer optimizer, Backbone backbone) {
    double decay = 0.5;
    Recipe plain = recipe("rotation", backbone, optimizer);
    Recipe decaying = plain.withContinuation(new Continuation(0, decay));
    Map<String, float[]> start = after(plain, null, 0, 2);
    Map<String, float[]> full = after(plain, start, 2, 3);
    Map<String, float[]> less = after(decaying, start, 2, 3);
    try (Trainer trainer = Trainer.of(plain)) {
      for (VariableSpec spec : trainer.variables()) {
        String name = spec.name();
        if (spec.role() != Role.TRAINED) {
          assertArrayEquals(full.get(name), less.get(name), name);
          continue;
        }
        boolean ofBackbone = name.startsWith(Method.STUDENT);
        double factor =
            ofBackbone ? Math.pow(decay, backbone.layers() - backbone.layerOf(spec.unscoped())) : 1;
        for (int i = 0; i < spec.size(); i++) {
          double from = start.get(name)[i];
          double expected = factor * (full.get(name)[i] - from);
          double rounding = 4 * Math.ulp((float) from) + 1e-6 * Math.abs(expected);
          assertEquals(expected, less.get(name)[i] - from, rounding, name);
        }
      }
    }
  }

  static Stream<Arguments> layers() {
    return Stream.of(
        Arguments.of(
            RESNET,
            4,
            Map.of(
                "conv1.weight", 0,
                "bn1.running_mean", 0,
                "layer1.0.conv2.weight", 1,
                "layer2.0.downsample.0.weight", 2,
                "layer2.1.bn2.weight", 3)),
        Arguments.of(
            ResNet.resNet50(ResNet.Stem.IMAGENET),
            17,
            Map.of("layer1.2.conv3.weight", 3, "layer3.5.bn1.bias", 13, "layer4.2.bn3.bias", 16)),
        Arguments.of(
            new WideResNet(16, 1, List.of(1, 2, 2)),
            7,
            Map.of(
                "conv1.Conv.weight", 0,
                "block1.Block.layer.0.conv1.weight", 1,
                "block1.BN.weight", 2,
                "block3.Block.layer.1.convResidual.conv2.weight", 6,
                "block3.BN.bias", 6)),
        Arguments.of(
            Backbones.named("vit-b14-reg", 224),
            13,
            Map.of(
                "patch_embed.proj.weight", 0,
                "pos_embed", 0,
                "cls_token", 0,
                "register_tokens", 0,
                "blocks.0.norm1.weight", 1,
                "blocks.11.ls2.gamma", 12,
                "norm.weight", 13)));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void layersAreThoseOfTheField(Backbone backbone, int heads, Map<String, Integer> layers) {
    assertEquals(heads, backbone.layers());
    layers.forEach((name, layer) -> assertEquals(layer, backbone.layerOf(name), name));
  }

  /** Every variable of every network has a layer, and later ones are not below earlier ones. */
  @Test
  void everyNetworkHasItsLayers() {
    List<Backbone> networks = new ArrayList<>();
    networks.add(RESNET);
    networks.add(Backbones.named("resnet8", 32));
    networks.add(new WideResNet(16, 1, List.of(1, 2, 2)));
    networks.add(SmallTransformers.PLAIN);
    networks.add(SmallTransformers.FULL);
    for (Backbone backbone : networks) {
      Map<Integer, String> seen = new LinkedHashMap<>();
      try (Trainer trainer = Trainer.of(recipe("rotation", backbone, new Sgd(0.9, 1e-3, false)))) {
        for (VariableSpec spec : trainer.variables()) {
          if (spec.name().startsWith(Method.STUDENT)) {
            int layer = backbone.layerOf(spec.unscoped());
            assertTrue(layer >= 0 && layer <= backbone.layers(), spec.name());
            seen.put(layer, spec.name());
          }
        }
      }
      for (int layer = 0; layer < backbone.layers(); layer++) {
        assertNotNull(seen.get(layer), backbone + " has nothing in layer " + layer);
      }
      assertFalse(backbone instanceof ResNet && seen.containsKey(backbone.layers()));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1000, 2000})
  void aWarmUpLeavesStepsToTheBackbone(long steps) {
    Recipe recipe = recipe("rotation", RESNET, new Sgd(0.9, 0, false));
    UserError error = assertThrows(UserError.class, () -> warmingUp(recipe, steps));
    assertTrue(error.getMessage().startsWith("headWarmupSteps is " + steps), error.getMessage());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.5, 1.01, Double.NaN})
  void aDecayIsAboveZeroAndAtMostOne(double decay) {
    UserError error = assertThrows(UserError.class, () -> new Continuation(0, decay));
    assertEquals("layerDecay is " + decay + ", must be above 0 and at most 1", error.getMessage());
  }
}
