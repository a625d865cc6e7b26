package org.vocabeam.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
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
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.SmallTransformers;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.Raster;

/** Transformers with every method, and as encoders. */
class TransformerTest {
  private static final int SIDE = 32;
  private static final int BATCH = 4;

  static Stream<String> methods() {
    return Methods.names().stream();
  }

  private static Task task() {
    float[] half = {0.5f, 0.5f, 0.5f};
    return new Task(
        new ImageShape(SIDE, SIDE, 3), new Normalisation(half, half), 1000, 100, /* seed= */ 5);
  }

  private static Recipe recipe(String method, VisionTransformer transformer) {
    Recipe recipe = Methods.recipe(method, Preset.named("small/vit-ti16"), task());
    ObjectNode tree = (ObjectNode) Methods.toTree(recipe);
    tree.put("batchSize", BATCH).putPOJO("backbone", transformer);
    // The settings' levels are among twelve blocks, these networks have two.
    return Methods.recipe(tree.toString().replaceAll("block1[0-2]", "block2"));
  }

  private static Trainer.Batch batch(Recipe recipe, long epoch) {
    SplittableRandom random = new SplittableRandom(1);
    List<Raster> images = new ArrayList<>();
    String[] ids = new String[BATCH];
    long[] epochs = new long[BATCH];
    Arrays.fill(epochs, epoch);
    for (int i = 0; i < BATCH; i++) {
      byte[] pixels = new byte[SIDE * SIDE * 3];
      random.nextBytes(pixels);
      images.add(new Raster(pixels, SIDE, SIDE, 3));
      ids[i] = "image" + i;
    }
    float[] targets = new float[BATCH * recipe.method().targetWords()];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = (float) BATCH / targets.length;
    }
    return Trainer.Batch.of(recipe, images, ids, epochs, targets);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void everyMethodTrainsATransformer(String method) {
    for (VisionTransformer transformer : SmallTransformers.ALL) {
      Recipe recipe = recipe(method, transformer);
      try (Trainer trainer = Trainer.of(recipe)) {
        Map<String, float[]> first = trainer.state();
        float[] metrics = trainer.step(50, batch(recipe, 0));
        for (float metric : metrics) {
          assertTrue(Float.isFinite(metric), trainer.metrics() + " " + Arrays.toString(metrics));
        }
        Map<String, float[]> after = trainer.state();
        assertFalse(
            Arrays.equals(
                first.get("student.blocks.0.attn.qkv.weight"),
                after.get("student.blocks.0.attn.qkv.weight")));
        // The same step from the same state, to the last bit: dropped branches too.
        trainer.setState(first);
        assertArrayEquals(metrics, trainer.step(50, batch(recipe, 0)));
        after.forEach((name, values) -> assertArrayEquals(values, trainer.state().get(name), name));
      }
    }
  }

  /** A student drops branches, by the images of a step; a teacher and an encoder drop none. */
  @Test
  void onlyStudentsDropBranches() {
    Recipe dropping = recipe("dino", SmallTransformers.FULL);
    assertEquals(List.of("dropPath"), dropping.draws().stream().map(Method.Draw::name).toList());
    assertEquals(List.of(), recipe("dino", SmallTransformers.PLAIN).draws());
    List<byte[]> images = List.of(new byte[SIDE * SIDE * 3]);
    try (Encoder encoder = Encoder.of(dropping, null, Pooling.GLOBAL, BATCH)) {
      assertArrayEquals(encoder.embed(images), encoder.embed(images));
    }
  }

  @Test
  void everyBlockIsALevelWithCells() {
    Recipe recipe = recipe("obow", SmallTransformers.FULL);
    List<byte[]> images = batchOfBytes();
    for (String level : List.of("block1", "block2")) {
      Pooling cells = Pooling.cells(recipe, level);
      assertEquals(8, cells.grid());
      try (Encoder encoder = Encoder.of(recipe, null, cells, BATCH);
          Encoder quarters = Encoder.of(recipe, null, new Pooling(level, 2), BATCH);
          Encoder whole = Encoder.of(recipe, null, new Pooling(level, 1), BATCH)) {
        assertEquals(8 * 8 * 8, encoder.embed(images).length / images.size());
        assertEquals(2 * 2 * 8, quarters.embed(images).length / images.size());
        assertEquals(8, whole.embed(images).length / images.size());
      }
    }
    assertEquals(
        "level is layer2, must be one of [block1, block2]",
        assertThrows(UserError.class, () -> Pooling.cells(recipe, "layer2")).getMessage());
  }

  private static List<byte[]> batchOfBytes() {
    SplittableRandom random = new SplittableRandom(2);
    List<byte[]> images = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      byte[] pixels = new byte[SIDE * SIDE * 3];
      random.nextBytes(pixels);
      images.add(pixels);
    }
    return images;
  }

  /** Images of other sizes than those of the training, and not square. */
  @Test
  void imagesMayHaveAnotherShapeThanInTraining() {
    Recipe recipe = recipe("simclr", SmallTransformers.FULL);
    for (int[] shape : new int[][] {{16, 16}, {48, 20}, {33, 33}}) {
      ObjectNode tree = (ObjectNode) Methods.toTree(recipe);
      tree.set(
          "images",
          ((ObjectNode) tree.get("images")).put("height", shape[0]).put("width", shape[1]));
      try (Encoder encoder = Encoder.of(Methods.recipe(tree), null, Pooling.GLOBAL, BATCH)) {
        assertEquals(8, encoder.embed(List.of(new byte[shape[0] * shape[1] * 3])).length);
      }
    }
  }

  @Test
  void viewsSmallerThanAPatchAreRefused() {
    ObjectNode tree = (ObjectNode) Methods.toTree(recipe("byol", SmallTransformers.PLAIN));
    ((ObjectNode) tree.get("backbone")).put("patch", 40);
    assertEquals(
        "images or views are 32 pixels, must be at least 40, a patch of the transformer; take"
            + " larger images or a smaller patch",
        assertThrows(UserError.class, () -> Methods.recipe(tree)).getMessage());
    ObjectNode crops = (ObjectNode) Methods.toTree(recipe("obow", SmallTransformers.PLAIN));
    ((ObjectNode) ((ArrayNode) crops.at("/method/crops")).get(0)).put("size", 3);
    assertTrue(
        assertThrows(UserError.class, () -> Methods.recipe(crops))
            .getMessage()
            .startsWith("images or views are 3 pixels, must be at least 4"));
  }
}
