package org.vocabeam.models.obow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.backbone.SmallTransformers;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.CollapseSign;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Settings;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.training.Trainer;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.Raster;

/** Short runs with and without what keeps MOCA from collapsing. */
final class MocaCollapseTest {
  private static final int SIDE = 20;
  private static final int BATCH = 16;

  private static final int STEPS = 160;
  private static final int WORDS = 32;

  private static Recipe recipe(Map<String, Object> values) {
    float[] half = {0.5f, 0.5f, 0.5f};
    Task task =
        new Task(new ImageShape(SIDE, SIDE, 3), new Normalisation(half, half), BATCH, STEPS, 3);
    ObjectNode tree =
        (ObjectNode)
            Methods.toTree(Methods.recipe("moca", Settings.SMALL, SmallTransformers.PLAIN, task));
    tree.put("batchSize", BATCH);
    ((ObjectNode) tree.get("schedule")).put("learningRate", 0.01);
    ObjectNode method = (ObjectNode) tree.get("method");
    method.put("words", WORDS).put("newWords", 8);
    values.forEach(method::putPOJO);
    return Methods.recipe(tree.toString());
  }

  /** Returns the metrics of the last step of a run. */
  private static Map<String, Double> last(Recipe recipe) {
    try (Trainer trainer = Trainer.of(recipe)) {
      float[] metrics = {};
      for (int step = 0; step < STEPS; step++) {
        metrics = trainer.step(step, batch(recipe, step));
      }
      Map<String, Double> named = new HashMap<>();
      for (int i = 0; i < metrics.length; i++) {
        named.put(trainer.metrics().get(i), (double) metrics[i]);
      }
      return named;
    }
  }

  private static Trainer.Batch batch(Recipe recipe, long epoch) {
    SplittableRandom random = new SplittableRandom(4);
    List<Raster> images = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      byte[] colours = new byte[6];
      random.nextBytes(colours);
      byte[] pixels = new byte[SIDE * SIDE * 3];
      for (int p = 0; p < pixels.length; p++) {
        pixels[p] = colours[p < pixels.length / 2 ? p % 3 : 3 + p % 3];
      }
      images.add(new Raster(pixels, SIDE, SIDE, 3));
    }
    String[] ids = new String[BATCH];
    Arrays.setAll(ids, i -> "image" + i);
    long[] epochs = new long[BATCH];
    Arrays.fill(epochs, epoch);
    return Trainer.Batch.of(recipe, images, ids, epochs, new float[0]);
  }

  /**
   * Codes are sharp by an inverse temperature of 10 / m, where m follows the distances. Without it
   * every image has all 32 words alike, which is easy to predict.
   */
  @Test
  void everyImageHasAllWordsWithoutSharpCodes() {
    Recipe sharp = recipe(Map.of());
    Recipe dull = recipe(Map.of("inverseDelta", 1.0, "distanceDecay", 1.0));
    Map<String, Double> with = last(sharp);
    Map<String, Double> without = last(dull);
    assertTrue(with.get("perplexity_image") < 22, "with them " + with);
    assertTrue(with.get("loss") > 0.5, "with them " + with);
    assertTrue(without.get("perplexity_image") > 30, "without them " + without);
    assertTrue(without.get("loss") < 0.1, "without them " + without);
    assertEquals(Map.of(), CollapseSign.seen(sharp, with));
    assertEquals(Set.of("perplexity_image"), CollapseSign.seen(dull, without).keySet());
  }
}
