package org.vocabeam.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.views.ColourJitter;
import org.vocabeam.models.views.DrawnViews;
import org.vocabeam.models.views.GaussianBlur;
import org.vocabeam.models.views.Grey;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.Orientation;
import org.vocabeam.models.views.RandomResizedCrop;
import org.vocabeam.models.views.Raster;
import org.vocabeam.models.views.Resampler;
import org.vocabeam.models.views.Solarize;
import org.vocabeam.models.views.ViewSpec;

/** A step computes the same from images and from their views, whatever rendered those. */
class ViewSourceTest {
  private static final int HEIGHT = 20;
  private static final int WIDTH = 24;
  private static final int BATCH = 8;

  private static final ViewSpec EVERYTHING =
      new ViewSpec(
          "everything",
          14,
          2,
          new RandomResizedCrop(0.2, 1),
          new Orientation(0.5, true),
          List.of(
              new ColourJitter(0.4, 0.4, 0.4, 0.1, 0.8),
              new Grey(0.3),
              new GaussianBlur(0.1, 2, 0.5),
              new Solarize(128, 0.3)));

  private static Recipe recipe(int channels) {
    float[] half = new float[channels];
    Arrays.fill(half, 0.5f);
    Task task =
        new Task(new ImageShape(HEIGHT, WIDTH, channels), new Normalisation(half, half), 100, 3, 5);
    ObjectNode tree = (ObjectNode) Methods.toTree(Methods.recipe("obow", Preset.SMALL, task));
    tree.put("batchSize", BATCH);
    ((ObjectNode) tree.get("backbone")).put("width", 8);
    ((ObjectNode) tree.get("method")).put("words", 2 * BATCH);
    ArrayNode crops = ((ObjectNode) tree.get("method")).putArray("crops");
    crops.addPOJO(EVERYTHING);
    crops.addPOJO(ViewSpec.obowPatches(20, 8, 3));
    // From text, so that views are what JSON makes of them.
    return Methods.recipe(tree.toString());
  }

  /** Images of different sizes. */
  private static List<Raster> images(Recipe recipe, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Raster> images = new ArrayList<>();
    ImageShape shape = recipe.images();
    for (int i = 0; i < recipe.batchSize(); i++) {
      int height = shape.height() + i % 5;
      int width = shape.width() + i % 7;
      byte[] image = new byte[height * width * shape.channels()];
      random.nextBytes(image);
      images.add(new Raster(image, height, width, shape.channels()));
    }
    return images;
  }

  /** The views of every image, each rendered in the company of a few others. */
  private static ViewBatch views(
      Augmenter augmenter, Recipe recipe, List<Raster> images, List<String> ids, long epoch) {
    ViewBatch views = ViewBatch.of(recipe, ViewSource.STORED, images.size());
    int some = augmenter.batchSize() - 1; // so no batch is full
    ViewBatch company = augmenter.batch();
    Resampler resampler = new Resampler();
    for (int from = 0; from < images.size(); from += some) {
      int to = Math.min(images.size(), from + some);
      for (int i = from; i < to; i++) {
        Raster image = images.get(i);
        List<DrawnViews> drawn =
            augmenter.views().draw(ids.get(i), epoch, image.height(), image.width());
        company.cut(i - from, drawn, image, resampler);
      }
      Map<String, byte[]> rendered = augmenter.render(company);
      for (ViewSpec view : recipe.method().views()) {
        int bytes = view.size() * view.size() * recipe.images().channels();
        for (int i = from; i < to; i++) {
          for (int crop = 0; crop < view.count(); crop++) {
            int at = ((i - from) * view.count() + crop) * bytes;
            byte[] stored = Arrays.copyOfRange(rendered.get(view.name()), at, at + bytes);
            views.put(i, view.name(), crop, stored);
          }
        }
      }
    }
    return views;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void stepsAreTheSameBitForBit(int channels) {
    Recipe recipe = recipe(channels);
    assertEquals(3, recipe.method().views().size());
    assertSameSteps(recipe, 3);
  }

  /** Kernels are large enough here to be cut among threads. */
  @Test
  void stepsOfTheSmallPresetAreTheSameBitForBit() {
    Task task =
        new Task(
            new ImageShape(28, 28, 1),
            new Normalisation(new float[] {0.286f}, new float[] {0.353f}),
            60_000,
            100,
            1);
    assertSameSteps(Methods.recipe("obow", Preset.SMALL, task), 1);
  }

  private static void assertSameSteps(Recipe recipe, int steps) {
    int batch = recipe.batchSize();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < batch; i++) {
      ids.add("image" + i);
    }
    String[] names = ids.toArray(String[]::new);
    try (Trainer trainer = Trainer.of(recipe);
        Augmenter augmenter = Augmenter.of(recipe, 8)) {
      List<float[]> metrics = new ArrayList<>();
      for (int step = 0; step < steps; step++) {
        metrics.add(
            trainer.step(
                step,
                Trainer.Batch.of(
                    recipe, images(recipe, step), names, epochs(batch, step), new float[0])));
      }
      Map<String, float[]> fromImages = trainer.state();
      Map<String, float[]> first = trainer.initialState();
      assertFalse(
          fromImages.entrySet().stream()
              .allMatch(e -> Arrays.equals(e.getValue(), first.get(e.getKey()))),
          "nothing was learned");
      trainer.setState(first);
      for (int step = 0; step < steps; step++) {
        ViewBatch views = views(augmenter, recipe, images(recipe, step), ids, step);
        assertArrayEquals(
            metrics.get(step),
            trainer.step(step, new Trainer.Batch(views, names, epochs(batch, step), new float[0])));
      }
      Map<String, float[]> fromViews = trainer.state();
      assertEquals(fromImages.keySet(), fromViews.keySet());
      fromImages.forEach((name, values) -> assertArrayEquals(values, fromViews.get(name), name));
    }
  }

  private static long[] epochs(int batch, long epoch) {
    long[] epochs = new long[batch];
    Arrays.fill(epochs, epoch);
    return epochs;
  }
}
