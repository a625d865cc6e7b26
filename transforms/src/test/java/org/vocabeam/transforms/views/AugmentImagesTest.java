package org.vocabeam.transforms.views;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.program.Program;
import org.vocabeam.models.program.ProgramWriter;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.DrawnViews;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.Raster;
import org.vocabeam.models.views.Resampler;
import org.vocabeam.models.views.ViewRenderer;
import org.vocabeam.models.views.ViewSampler;
import org.vocabeam.models.views.ViewSpec;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.store.ReadStore;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.store.WrittenStore;
import org.vocabeam.transforms.views.ViewsRecord.View;

class AugmentImagesTest {
  private static final int SIDE = 20;
  private static final int IMAGES = 210;
  private static final int SHARDS = 2;
  private static final long EPOCH = 7;

  @TempDir static Path directory;
  private static List<ImageRecord> images;
  private static StoreReader<ImageRecord> store;
  private static Recipe recipe;

  @BeforeAll
  static void write() throws IOException {
    images = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < IMAGES; i++) {
      int height = SIDE + i % 3;
      int width = SIDE + i % 4;
      byte[] pixels = new byte[height * width * 3];
      random.nextBytes(pixels);
      images.add(
          new ImageRecord(
              "i" + i,
              i % 2 == 0 ? "even" : null,
              i % 3 == 0 ? "test" : "train",
              width,
              height,
              3,
              ImageRecord.RAW,
              pixels));
    }
    store =
        WrittenStore.of(
            ImageRecord.TYPE, directory.resolve("images"), images, SHARDS, 20_000, Map.of());
    assertTrue(store.rowGroups().size() > 2 * SHARDS, "row groups: " + store.rowGroups().size());
    float[] half = {0.5f, 0.5f, 0.5f};
    Task task =
        new Task(new ImageShape(SIDE, SIDE, 3), new Normalisation(half, half), IMAGES, 10, 5);
    ObjectNode tree = (ObjectNode) Methods.toTree(Methods.recipe("obow", Preset.SMALL, task));
    ArrayNode crops = ((ObjectNode) tree.get("method")).withArray("crops");
    crops.addPOJO(ViewSpec.obowPatches(20, 8, 3));
    recipe = Methods.recipe(tree.toString());
  }

  private static StoreManifest augment(
      String name, @Nullable String split, long epoch, String... options) throws IOException {
    WriteStore<ViewsRecord> write =
        WriteStore.to(ViewsRecord.TYPE, directory.resolve(name).toString()).withShards(SHARDS);
    write.prepare(false);
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.fromArgs(options).create());
    pipeline.apply(AugmentImages.of(store, split, recipe, epoch, write.shardWriter()));
    pipeline.run().waitUntilFinish();
    return write.commit();
  }

  /** Renders every view alone, from the seeds that training uses. */
  private static List<ViewsRecord> expected(String split, long epoch) {
    TensorFlowNative.load();
    Map<String, List<View>> views = new HashMap<>();
    for (ViewSpec spec : recipe.method().views()) {
      try (ProgramWriter writer = new ProgramWriter()) {
        int side = spec.cutSize();
        Operand<TUint8> cuts = writer.input("cuts", TUint8.class, spec.cuts(), side, side, 3);
        Operand<TFloat32> parameters =
            spec.width() == 0
                ? null
                : writer.input("drawn", TFloat32.class, spec.count(), spec.width());
        Map<String, Operand<?>> inputs = new LinkedHashMap<>();
        inputs.put("cuts", cuts);
        if (parameters != null) {
          inputs.put("drawn", parameters);
        }
        writer.signature(
            "render",
            inputs,
            Map.of("view", ViewRenderer.render(writer.ops(), spec, cuts, parameters)));
        try (Program program = Program.load(writer)) {
          for (ImageRecord image : images) {
            long seed = Seeds.of(recipe.seed(), epoch, image.id(), spec.name());
            DrawnViews drawn = ViewSampler.sample(spec, image.height(), image.width(), seed);
            ByteBuffer pixels = ByteBuffer.allocate(spec.cuts() * side * side * 3);
            Raster raster = new Raster(image.bytes(), image.height(), image.width(), 3);
            for (int cut = 0; cut < spec.cuts(); cut++) {
              new Resampler().render(drawn.cuts().get(cut), raster, pixels, cut * side * side * 3);
            }
            Map<String, Object> fed = new HashMap<>(Map.of("cuts", pixels));
            if (parameters != null) {
              fed.put("drawn", drawn.parameters());
            }
            byte[] rendered = program.run("render", fed, outputs -> outputs.get(0).toByteArray());
            int bytes = spec.size() * spec.size() * 3;
            for (int crop = 0; crop < spec.count(); crop++) {
              views
                  .computeIfAbsent(image.id(), id -> new ArrayList<>())
                  .add(
                      new View(
                          spec.name(),
                          crop,
                          spec.size(),
                          3,
                          Arrays.copyOfRange(rendered, crop * bytes, (crop + 1) * bytes)));
            }
          }
        }
      }
    }
    return images.stream()
        .filter(image -> image.split().equals(split))
        .map(
            image ->
                new ViewsRecord(
                    image.id(), epoch, image.label(), image.split(), views.get(image.id())))
        .toList();
  }

  @Test
  void everyImageHasTheViewsThatTrainingWouldRender() throws IOException {
    StoreManifest manifest = augment("exact", "train", EPOCH);
    assertEquals(140, manifest.rows());
    Pipeline pipeline = Pipeline.create();
    PAssert.that(
            pipeline.apply(ReadStore.from(ViewsRecord.TYPE, directory.resolve("exact").toString())))
        .containsInAnyOrder(expected("train", EPOCH));
    pipeline.run().waitUntilFinish();
  }

  @Test
  void rowsHaveTheOrderOfTheImages() throws IOException {
    augment("order", "train", EPOCH);
    StoreReader<ViewsRecord> views =
        StoreReader.open(ViewsRecord.TYPE, directory.resolve("order").toString());
    assertEquals(
        WrittenStore.rows(store).stream()
            .filter(image -> image.split().equals("train"))
            .map(ImageRecord::id)
            .toList(),
        WrittenStore.rows(views).stream().map(ViewsRecord::id).toList());
  }

  @Test
  void bytesAreThoseOfAGroupedAndSortedStore() throws IOException {
    augment("shards", "train", EPOCH, "--targetParallelism=1");
    List<ViewsRecord> rows =
        WrittenStore.rows(
            StoreReader.open(ViewsRecord.TYPE, directory.resolve("shards").toString()));
    WriteStore<ViewsRecord> write =
        WriteStore.to(ViewsRecord.TYPE, directory.resolve("grouped").toString()).withShards(SHARDS);
    write.prepare(false);
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(Create.of(rows).withCoder(ViewsRecord.TYPE.coder())).apply(write);
    pipeline.run().waitUntilFinish();
    write.commit();
    assertSameFiles("shards", "grouped");
  }

  @Test
  void bytesDependOnTheEpochAndNotOnTheWorkers() throws IOException {
    augment("one", null, EPOCH, "--targetParallelism=1");
    augment("four", null, EPOCH, "--targetParallelism=4");
    assertSameFiles("one", "four");
    augment("later", null, EPOCH + 1);
    for (int shard = 0; shard < SHARDS; shard++) {
      assertNotEquals(
          Arrays.hashCode(Files.readAllBytes(file("one", shard))),
          Arrays.hashCode(Files.readAllBytes(file("later", shard))));
    }
  }

  @Test
  void aSplitWithoutImagesHasEmptyFiles() throws IOException {
    assertEquals(0, augment("none", "valid", EPOCH).rows());
    assertEquals(SHARDS, augment("none2", "valid", EPOCH).shards().size());
  }

  private static Path file(String name, int shard) {
    return directory.resolve(String.format("%s/part-%05d-of-%05d.parquet", name, shard, SHARDS));
  }

  private static void assertSameFiles(String expected, String actual) throws IOException {
    for (int shard = 0; shard < SHARDS; shard++) {
      assertArrayEquals(
          Files.readAllBytes(file(expected, shard)), Files.readAllBytes(file(actual, shard)));
    }
    try (Stream<Path> files = Files.list(directory.resolve(actual))) {
      assertEquals(SHARDS + 1, files.count(), "and the marker, nothing temporary");
    }
  }

  @Test
  void duckDbReadsTheSameViews() throws Exception {
    augment("duck", "train", EPOCH);
    String files = "'" + directory.resolve("duck") + "/*.parquet'";
    ViewsRecord one = expected("train", EPOCH).get(3);
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement sql = duckdb.createStatement()) {
      try (ResultSet rows =
          sql.executeQuery(
              "SELECT v.view, count(*), min(v.size), max(v.crop), count(DISTINCT id) FROM (SELECT"
                  + " id, unnest(views) AS v FROM "
                  + files
                  + ") GROUP BY 1 ORDER BY 1")) {
        assertCount(rows, "crops14", 280, 14, 1);
        assertCount(rows, "patches8", 420, 8, 2);
        assertCount(rows, "teacher", 140, 20, 0);
      }
      try (ResultSet rows =
          sql.executeQuery(
              "SELECT v.bytes, epoch, label, split FROM (SELECT *, unnest(views) AS v FROM "
                  + files
                  + ") WHERE id = '"
                  + one.id()
                  + "' ORDER BY v.view = 'teacher', v.view, v.crop")) {
        for (View view : one.views()) {
          assertTrue(rows.next());
          assertArrayEquals(view.bytes(), rows.getBytes(1));
          assertEquals(EPOCH, rows.getLong(2));
          assertEquals(one.label(), rows.getString(3));
          assertEquals("train", rows.getString(4));
        }
      }
    }
  }

  private static void assertCount(ResultSet rows, String view, int count, int size, int lastCrop)
      throws Exception {
    assertTrue(rows.next());
    assertEquals(view, rows.getString(1));
    assertEquals(count, rows.getInt(2));
    assertEquals(size, rows.getInt(3));
    assertEquals(lastCrop, rows.getInt(4));
    assertEquals(140, rows.getInt(5));
  }
}
