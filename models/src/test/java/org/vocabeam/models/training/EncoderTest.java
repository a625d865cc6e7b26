package org.vocabeam.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.translate.NoopTranslator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.Raster;

class EncoderTest {
  private static final int HEIGHT = 20;
  private static final int WIDTH = 24;
  private static final int CHANNELS = 3;
  private static final int BATCH = 8;

  /**
   * Enough for batch norm's running statistics to be those of the images. Fewer leave the embedding
   * in the hundreds, of which the tolerance is a rounding or two.
   */
  private static final int STEPS = 40;

  private static final Pooling GRID = new Pooling("layer2", 2);
  private static final float TOLERANCE = 1e-5f;

  @TempDir static Path directory;
  private static Recipe recipe;
  private static Map<String, float[]> untouched;
  private static Map<String, float[]> trained;
  private static List<byte[]> images;

  /** A student whose weights and batch norm's statistics are its own. */
  @BeforeAll
  static void train() throws Exception {
    ObjectNode tree =
        (ObjectNode)
            Methods.toTree(
                Methods.recipe(
                    "obow",
                    Preset.SMALL,
                    new Task(
                        new ImageShape(HEIGHT, WIDTH, CHANNELS),
                        new Normalisation(
                            new float[] {0.5f, 0.4f, 0.6f}, new float[] {0.3f, 0.25f, 0.2f}),
                        100,
                        STEPS,
                        3)));
    recipe = Methods.recipe(tree.put("batchSize", BATCH));
    images = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < BATCH; i++) {
      byte[] image = new byte[recipe.images().bytes()];
      random.nextBytes(image);
      // Not only noise: every image has a brightness of its own.
      for (int at = 0; at < image.length; at++) {
        image[at] = (byte) ((image[at] & 0xFF) / 4 + 24 * i);
      }
      images.add(image);
    }
    String[] ids = new String[BATCH];
    Arrays.setAll(ids, i -> "image" + i);
    try (Trainer trainer = Trainer.of(recipe)) {
      untouched = trainer.initialState();
      for (int step = 0; step < STEPS; step++) {
        List<Raster> rasters =
            images.stream().map(image -> new Raster(image, HEIGHT, WIDTH, CHANNELS)).toList();
        trainer.step(step, Trainer.Batch.of(recipe, rasters, ids, new long[BATCH], new float[0]));
      }
      trained = trainer.state();
    }
    Encoder.export(recipe, trained, Pooling.GLOBAL, directory.resolve("global"));
    Encoder.export(recipe, trained, GRID, directory.resolve("grid"));
  }

  private static byte[] join(List<byte[]> images) {
    ByteBuffer all = ByteBuffer.allocate(images.stream().mapToInt(i -> i.length).sum());
    images.forEach(all::put);
    return all.array();
  }

  private static float[] embed(Pooling pooling, int batchSize, List<byte[]> images) {
    try (Encoder encoder = Encoder.of(recipe, trained, pooling, batchSize)) {
      float[] features = encoder.embed(images);
      assertEquals(images.size() * encoder.width(), features.length);
      return features;
    }
  }

  /** Every image twice as large, each pixel four times. */
  private static byte[] doubled(byte[] image) {
    byte[] large = new byte[4 * image.length];
    for (int y = 0; y < 2 * HEIGHT; y++) {
      for (int x = 0; x < 2 * WIDTH; x++) {
        System.arraycopy(
            image,
            (y / 2 * WIDTH + x / 2) * CHANNELS,
            large,
            (y * 2 * WIDTH + x) * CHANNELS,
            CHANNELS);
      }
    }
    return large;
  }

  @Test
  void anEmbeddingDoesNotDependOnItsBatch() {
    float[] together = embed(Pooling.GLOBAL, BATCH, images);
    int width = together.length / BATCH;
    assertEquals(128, width);
    try (Encoder encoder = Encoder.of(recipe, trained, Pooling.GLOBAL, BATCH)) {
      for (int i = 0; i < BATCH; i++) {
        float[] alone = encoder.embed(List.of(images.get(i)));
        float[] among = Arrays.copyOfRange(together, i * width, (i + 1) * width);
        assertArrayEquals(among, alone, "image " + i);
        float[] last =
            encoder.embed(List.of(images.get((i + 1) % BATCH), images.get(0), images.get(i)));
        assertArrayEquals(among, Arrays.copyOfRange(last, 2 * width, 3 * width), "image " + i);
      }
    }
    assertArrayEquals(together, embed(Pooling.GLOBAL, BATCH + 3, images), TOLERANCE);
    assertFalse(
        Arrays.equals(
            Arrays.copyOf(together, width), Arrays.copyOfRange(together, width, 2 * width)),
        "images have different embeddings");
  }

  @Test
  void theWeightsAreThoseOfTheStudent() {
    float[] expected = embed(GRID, BATCH, images);
    Map<String, float[]> student = new HashMap<>(trained);
    student.keySet().removeIf(variable -> !variable.startsWith(Method.STUDENT));
    assertTrue(student.size() < trained.size());
    try (Encoder alone = Encoder.of(recipe, student, GRID, BATCH);
        Encoder untrained = Encoder.of(recipe, untouched, GRID, BATCH);
        Encoder random = Encoder.of(recipe, null, GRID, BATCH)) {
      assertArrayEquals(expected, alone.embed(images));
      assertFalse(Arrays.equals(expected, random.embed(images)));
      assertArrayEquals(
          untrained.embed(images), random.embed(images), "those that the run started from");
    }
  }

  @Test
  void theSavedModelGivesTheSameEmbeddingInTensorFlow() {
    for (Pooling pooling : List.of(Pooling.GLOBAL, GRID)) {
      Path saved = directory.resolve(pooling.equals(GRID) ? "grid" : "global");
      try (SavedModelBundle model = SavedModelBundle.load(saved.toString(), "serve")) {
        float[] expected = embed(pooling, BATCH, images);
        int width = expected.length / BATCH;
        for (int count : new int[] {BATCH, 1, 3}) {
          assertArrayEquals(
              Arrays.copyOf(expected, count * width),
              run(model, count, HEIGHT, WIDTH, join(images.subList(0, count))),
              TOLERANCE,
              count + " images");
        }
        // Half-pixel centres: the average of four equal pixels, so the same image again.
        byte[] large = join(images.stream().map(EncoderTest::doubled).toList());
        assertArrayEquals(expected, run(model, BATCH, 2 * HEIGHT, 2 * WIDTH, large), TOLERANCE);
      }
    }
  }

  private static float[] run(
      SavedModelBundle model, int count, int height, int width, byte[] pixels) {
    try (TUint8 input =
            TUint8.tensorOf(Shape.of(count, height, width, CHANNELS), DataBuffers.of(pixels));
        Result result = model.function("serving_default").call(Map.of("images", input))) {
      TFloat32 embedding = (TFloat32) result.get("embedding").orElseThrow();
      assertEquals(count, embedding.shape().get(0));
      float[] values = new float[(int) embedding.size()];
      embedding.copyTo(DataBuffers.of(values));
      return values;
    }
  }

  @Test
  void theSavedModelGivesTheSameEmbeddingInDjl() throws Exception {
    float[] expected = embed(Pooling.GLOBAL, BATCH, images);
    int width = expected.length / BATCH;
    try (Model model = Model.newInstance("encoder", "TensorFlow")) {
      model.load(directory.resolve("global"));
      try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator());
          NDManager manager = model.getNDManager().newSubManager()) {
        for (int count : new int[] {BATCH, 2}) {
          NDList input =
              new NDList(
                  manager.create(
                      ByteBuffer.wrap(join(images.subList(0, count))),
                      new ai.djl.ndarray.types.Shape(count, HEIGHT, WIDTH, CHANNELS),
                      DataType.UINT8));
          float[] embedding = predictor.predict(input).singletonOrThrow().toFloatArray();
          assertArrayEquals(Arrays.copyOf(expected, count * width), embedding, TOLERANCE);
        }
        byte[] large = doubled(images.get(5));
        NDList input =
            new NDList(
                manager.create(
                    ByteBuffer.wrap(large),
                    new ai.djl.ndarray.types.Shape(1, 2 * HEIGHT, 2 * WIDTH, CHANNELS),
                    DataType.UINT8));
        assertArrayEquals(
            Arrays.copyOfRange(expected, 5 * width, 6 * width),
            predictor.predict(input).singletonOrThrow().toFloatArray(),
            TOLERANCE);
      }
    }
  }
}
