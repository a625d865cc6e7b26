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
import org.vocabeam.models.views.Cut;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.Raster;
import org.vocabeam.models.views.Resampler;

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
    new ExportedEncoder(recipe, trained, Pooling.GLOBAL, List.of())
        .saveModel(directory.resolve("global"));
    new ExportedEncoder(recipe, trained, GRID, List.of()).saveModel(directory.resolve("grid"));
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

  /** The image in another size, by its nearest pixels. */
  private static byte[] scaled(byte[] image, int height, int width) {
    byte[] scaled = new byte[height * width * CHANNELS];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int from = (y * HEIGHT / height * WIDTH + x * WIDTH / width) * CHANNELS;
        System.arraycopy(image, from, scaled, (y * width + x) * CHANNELS, CHANNELS);
      }
    }
    return scaled;
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
        for (int[] size : new int[][] {{2 * HEIGHT, 2 * WIDTH}, {70, 31}, {31, 70}, {9, 50}}) {
          assertShowsTheCentre(model, pooling, size[0], size[1]);
        }
      }
    }
  }

  /** Images of another size: as if they were cut before, but for a rounding here and there. */
  private static void assertShowsTheCentre(
      SavedModelBundle model, Pooling pooling, int height, int width) {
    List<byte[]> large = images.stream().map(i -> scaled(i, height, width)).toList();
    Cut cut = Cut.whole(height, width, HEIGHT, WIDTH);
    List<byte[]> cuts = large.stream().map(i -> cut(cut, i, height, width)).toList();
    float[] expected = embed(pooling, BATCH, cuts);
    float[] actual = run(model, BATCH, height, width, join(large));
    float largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertArrayEquals(expected, actual, largest / 500);
  }

  private static byte[] cut(Cut cut, byte[] image, int height, int width) {
    byte[] pixels = new byte[cut.bytes(CHANNELS)];
    Raster raster = new Raster(image, height, width, CHANNELS);
    new Resampler().render(cut, raster, ByteBuffer.wrap(pixels), 0);
    return pixels;
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
          float[] embedding = predictor.predict(input).get("embedding").toFloatArray();
          assertArrayEquals(Arrays.copyOf(expected, count * width), embedding, TOLERANCE);
        }
        // Twice as large: of 40 x 48 pixels, scaled to 23 x 27, the centre is shown.
        byte[] large = scaled(images.get(5), 2 * HEIGHT, 2 * WIDTH);
        Cut cut = Cut.whole(2 * HEIGHT, 2 * WIDTH, HEIGHT, WIDTH);
        float[] shown =
            embed(Pooling.GLOBAL, BATCH, List.of(cut(cut, large, 2 * HEIGHT, 2 * WIDTH)));
        NDList input =
            new NDList(
                manager.create(
                    ByteBuffer.wrap(large),
                    new ai.djl.ndarray.types.Shape(1, 2 * HEIGHT, 2 * WIDTH, CHANNELS),
                    DataType.UINT8));
        assertArrayEquals(shown, predictor.predict(input).get("embedding").toFloatArray(), 0.01f);
      }
    }
  }
}
