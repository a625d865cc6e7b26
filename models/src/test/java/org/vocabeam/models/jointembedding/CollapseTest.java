package org.vocabeam.models.jointembedding;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.training.Trainer;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.Raster;

/** Short runs with and without the guard that keeps a method from collapsing. */
final class CollapseTest {
  private static final int SIDE = 12;
  private static final int BATCH = 16;
  private static final int STEPS = 80;

  /** Returns a metric of the last step of a run. */
  private static float last(String method, String metric, String guard, Object value) {
    float[] half = {0.5f, 0.5f, 0.5f};
    Task task =
        new Task(new ImageShape(SIDE, SIDE, 3), new Normalisation(half, half), BATCH, STEPS, 3);
    ObjectNode tree = (ObjectNode) Methods.toTree(Methods.recipe(method, Preset.SMALL, task));
    tree.putPOJO(
        "backbone", new ResNet(ResNet.Block.BASIC, List.of(1), 8, ResNet.Stem.SMALL_STRIDED));
    ObjectNode settings = (ObjectNode) tree.get("method");
    settings.put("hidden", 16).put("outputs", 8);
    if (method.equals("swav")) {
      settings.put("prototypes", 12).put("queue", 0);
    }
    settings.putPOJO(guard, value);
    Recipe recipe = Methods.recipe(tree.toString());
    try (Trainer trainer = Trainer.of(recipe)) {
      float[] metrics = {};
      for (int step = 0; step < STEPS; step++) {
        metrics = trainer.step(step, batch(recipe, step));
      }
      return metrics[trainer.metrics().indexOf(metric)];
    }
  }

  /** Images that differ: each has a colour of its own above and another below. */
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

  /** Equal shares of 12 prototypes have an entropy of ln 12 = 2.48. */
  @Test
  void onePrototypeOfSwavTakesEverythingWithoutEquipartition() {
    float with = last("swav", "prototype_entropy", "equipartition", true);
    float without = last("swav", "prototype_entropy", "equipartition", false);
    assertTrue(with > 2.2, "with it " + with);
    assertTrue(without < 0.5, "without it " + without);
  }

  /** Rows that point everywhere have a std of 1 / sqrt(8) = 0.35. */
  @Test
  void theProjectionsOfLejepaComeTogetherWithoutSigReg() {
    float with = last("lejepa", "projection_std", "regularisation", 0.02);
    float without = last("lejepa", "projection_std", "regularisation", 0);
    assertTrue(with > 0.25, "with it " + with);
    assertTrue(without < 0.15, "without it " + without);
  }
}
