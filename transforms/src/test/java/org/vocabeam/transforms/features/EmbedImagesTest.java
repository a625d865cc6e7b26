package org.vocabeam.transforms.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.transforms.features.PixelTeacher.CELLS;
import static org.vocabeam.transforms.features.PixelTeacher.SIDE;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.CoderProperties;
import org.apache.beam.sdk.testing.PAssert;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.models.training.Encoder;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Pooling;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.worker.Compute;
import org.vocabeam.transforms.worker.FeedThreads;

/** {@link EmbedImages} and the sources of features: exact records. */
class EmbedImagesTest {
  @TempDir static Path directory;

  private static String checkpoint;
  private static List<ImageRecord> images;
  private static List<RowGroup> groups;

  @BeforeAll
  static void write() throws IOException {
    checkpoint = PixelTeacher.checkpoint(directory.resolve("checkpoint"));
    images = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      images.add(
          PixelTeacher.image("i" + i, i % 3 == 0 ? null : "c" + i % 3, i % 2 == 0 ? "a" : "b"));
    }
    groups = PixelTeacher.store(directory.resolve("images"), images);
    assertTrue(groups.size() > 1, groups.toString());
  }

  private static List<EmbeddingRecord> expected(Map<String, float[]> features) {
    return images.stream()
        .map(i -> new EmbeddingRecord(i.id(), i.label(), i.split(), features.get(i.id())))
        .toList();
  }

  private static void assertEmbeds(
      List<EmbeddingRecord> expected, List<RowGroup> groups, FeatureSource source) {
    Pipeline pipeline = Pipeline.create();
    PAssert.that(pipeline.apply(EmbedImages.of(groups, source))).containsInAnyOrder(expected);
    pipeline.run().waitUntilFinish();
  }

  @Test
  void theTeachersCellsArePixels() {
    PixelTeacher.cells(images)
        .forEach(
            (id, features) -> {
              byte[] pixels = PixelTeacher.image(id, null, "a").bytes();
              assertEquals(2 * CELLS, features.length);
              for (int cell = 0; cell < CELLS; cell++) {
                float right = cell % SIDE == SIDE - 1 ? 0 : (pixels[cell + 1] & 0xFF) / 255f;
                assertEquals((pixels[cell] & 0xFF) / 255f, features[2 * cell], 1e-5);
                assertEquals(right, features[2 * cell + 1], 1e-5);
              }
            });
  }

  @Test
  void everyImageHasItsFeaturesLabelAndSplit() {
    assertEmbeds(
        expected(PixelTeacher.cells(images)), groups, FeatureSource.cells(checkpoint, "layer1"));
  }

  /** One row group of more images than a batch of the encoder. */
  @Test
  void aRowGroupMayHaveMoreImagesThanABatch() throws IOException {
    List<ImageRecord> many = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      many.add(PixelTeacher.image("m" + i, null, "a"));
    }
    List<RowGroup> one = PixelTeacher.store(directory.resolve("many"), many, 1 << 20);
    assertEquals(1, one.size());
    Map<String, float[]> features = PixelTeacher.cells(many);
    assertEmbeds(
        many.stream()
            .map(i -> new EmbeddingRecord(i.id(), null, "a", features.get(i.id())))
            .toList(),
        one,
        FeatureSource.cells(checkpoint, "layer1"));
  }

  /** A retried row group gives its records again, whatever was embedded before. */
  @Test
  void aRowGroupGivesTheSameRecordsEveryTime() {
    List<EmbeddingRecord> once = expected(PixelTeacher.cells(images));
    List<EmbeddingRecord> twice = new ArrayList<>(once);
    twice.addAll(once);
    List<RowGroup> repeated = new ArrayList<>(groups);
    repeated.addAll(groups);
    assertEmbeds(twice, repeated, FeatureSource.cells(checkpoint, "layer1"));
  }

  @Test
  void noRowGroupsGiveNoRecords() {
    assertEmbeds(List.of(), List.of(), FeatureSource.cells(checkpoint, "layer1"));
  }

  /** The other network's second channel is the pixel below. */
  @Test
  void anotherNetworkOfTheCheckpointHasItsOwnWeights() throws IOException {
    try (FeatureSource.Extractor extractor =
        FeatureSource.cells(checkpoint, PixelTeacher.OTHER, "layer1").open()) {
      extractor.extract(
          groups.get(0),
          null,
          (batch, features) -> {
            for (int i = 0; i < batch.size(); i++) {
              byte[] pixels = batch.get(i).bytes();
              for (int cell = 0; cell < CELLS; cell++) {
                float below = cell + SIDE >= CELLS ? 0 : (pixels[cell + SIDE] & 0xFF) / 255f;
                assertEquals(below, features[(i * CELLS + cell) * 2 + 1], 1e-5);
              }
            }
          });
    }
  }

  @Test
  void onlyTheWantedSplitIsExtracted() throws IOException {
    List<String> ids = new ArrayList<>();
    try (FeatureSource.Extractor extractor = FeatureSource.cells(checkpoint, "layer1").open()) {
      for (RowGroup group : groups) {
        extractor.extract(
            group, "b", (batch, features) -> batch.forEach(image -> ids.add(image.id())));
      }
    }
    assertEquals(
        images.stream().filter(i -> i.split().equals("b")).map(ImageRecord::id).sorted().toList(),
        ids.stream().sorted().toList());
  }

  @Test
  void randomFeaturesAreThoseOfTheWeightsThatARunStartsFrom() throws IOException {
    Map<String, float[]> features = new HashMap<>();
    try (Encoder encoder = Encoder.of(PixelTeacher.RECIPE, null, Pooling.GLOBAL, 256)) {
      for (RowGroup group : groups) {
        List<ImageRecord> batch = new ArrayList<>();
        try (RowReader<ImageRecord> rows = RowReader.of(ImageRecord.TYPE, group)) {
          rows.forEachRemaining(batch::add);
        }
        float[] embedded = encoder.embed(batch.stream().map(ImageRecord::bytes).toList());
        for (int i = 0; i < batch.size(); i++) {
          features.put(batch.get(i).id(), Arrays.copyOfRange(embedded, 2 * i, 2 * i + 2));
        }
      }
    }
    assertTrue(
        features.values().stream().map(Arrays::hashCode).distinct().count() > 40,
        "random weights tell images apart");
    FeatureSource random = FeatureSource.random(PixelTeacher.RECIPE, Pooling.GLOBAL);
    assertEmbeds(expected(features), groups, random);
    assertEquals(random, FeatureSource.trained(checkpoint, Pooling.GLOBAL).random());
  }

  @Test
  void logitsAreThoseOfTheClassifier() throws IOException {
    List<ImageRecord> plain =
        List.of(PixelTeacher.plain("x", null, "a", 255), PixelTeacher.plain("y", null, "a", 51));
    List<RowGroup> group = PixelTeacher.store(directory.resolve("plain"), plain);
    try (FeatureSource.Extractor extractor = FeatureSource.logits(checkpoint).open()) {
      extractor.extract(
          group.get(0),
          null,
          (batch, logits) -> {
            assertEquals(4, logits.length);
            float bright = batch.get(0).id().equals("x") ? 4f : 8f / 5 - 4;
            assertEquals(bright, logits[0], 1e-4);
            assertEquals(-bright, logits[1], 1e-4);
          });
    }
  }

  @Test
  void nameAndDeviceAreReplaced() {
    FeatureSource source = FeatureSource.trained(checkpoint, Pooling.GLOBAL);
    assertEquals("trained", source.name());
    assertEquals("x", source.named("x").name());
    assertEquals(source, source.named("x").named("trained"));
    Compute gpu = new Compute(DeviceChoice.GPU, new FeedThreads(2), true);
    assertEquals(gpu, source.on(gpu).compute());
  }

  @Test
  void anImageOfAnotherSizeIsShownByItsCentre() throws IOException {
    byte[] pixels = new byte[54];
    new SplittableRandom(1).nextBytes(pixels);
    ImageRecord large = new ImageRecord("w", null, "a", 9, 6, 1, ImageRecord.RAW, pixels);
    byte[] centre = Pixels.of(large, new ImageShape(4, 4, 1)).values();
    ImageRecord shown = new ImageRecord("s", null, "a", 4, 4, 1, ImageRecord.RAW, centre);
    List<RowGroup> both = PixelTeacher.store(directory.resolve("sizes"), List.of(large, shown));
    try (FeatureSource.Extractor extractor = FeatureSource.cells(checkpoint, "layer1").open()) {
      extractor.extract(
          both.get(0),
          null,
          (batch, features) -> {
            int width = features.length / 2;
            assertArrayEquals(
                Arrays.copyOf(features, width), Arrays.copyOfRange(features, width, 2 * width));
          });
    }
  }

  @Test
  void anUnknownLevelIsRefused() {
    UserError error =
        assertThrows(UserError.class, () -> FeatureSource.cells(checkpoint, "layer9"));
    assertEquals("level is layer9, must be one of [layer1]", error.getMessage());
  }

  @Test
  void pixelsAreSharesOf255() {
    ImageRecord image =
        new ImageRecord(
            "p", "c", "a", 2, 1, 3, ImageRecord.RAW, new byte[] {0, 51, 102, (byte) 255, 0, 0});
    assertEquals(
        new EmbeddingRecord("p", "c", "a", new float[] {0, 0.2f, 0.4f, 1, 0, 0}),
        PixelFeatures.of(image, 3));
    assertEquals( // 0.299 x 0 + 0.587 x 51 + 0.114 x 102 = 41.6, and 0.299 x 255 = 76.2
        new EmbeddingRecord("p", "c", "a", new float[] {42 / 255f, 76 / 255f}),
        PixelFeatures.of(image, 1));
  }

  @Test
  void largeImagesAreAveragedTo32PixelsASide() {
    byte[] pixels = new byte[64 * 64];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i % 2 == 0 ? 100 : 20); // columns
    }
    float[] features =
        PixelFeatures.of(new ImageRecord("l", null, "a", 64, 64, 1, ImageRecord.RAW, pixels), 1)
            .embedding();
    float[] expected = new float[32 * 32];
    Arrays.fill(expected, 60 / 255f);
    assertTrue(Arrays.equals(expected, features), Arrays.toString(features));
  }

  @Test
  void embeddingsComeThroughTheirCoder() throws Exception {
    for (EmbeddingRecord record :
        List.of(
            new EmbeddingRecord("i", "c", "a", new float[] {1, -0f, Float.NaN, 1e-40f}),
            new EmbeddingRecord("", null, "a", new float[0]))) {
      CoderProperties.coderDecodeEncodeEqual(new EmbeddingCoder(), record);
    }
  }
}
