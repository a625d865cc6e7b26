package org.vocabeam.pipelines.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.Float16;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Pooling;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.FileTree;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.features.MapRecord;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.store.AlignedRows;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.StoreView;
import org.vocabeam.transforms.worker.Compute;

/** Checks the maps that embed writes with --patches. */
class EmbedMapsTest {
  /** Side of the map of layer2 for images of 20 pixels, and its channels. */
  private static final int CELLS = 5;

  private static final int CHANNELS = 64;

  @TempDir static Path directory;
  private static Path images;
  private static Path run;
  private static Path halves;
  private static Path floats;

  @BeforeAll
  static void embed() throws IOException {
    images = SmallStore.of(directory, 60, 30);
    run = directory.resolve("run");
    Vocabeam.run(
        List.of(
            "pretrain",
            "--images=" + images,
            "--output=" + run,
            "--rounds=1",
            "--stepsPerRound=2",
            "--batchSize=8",
            "--words=16",
            "--runner=DirectRunner"));
    halves = maps("halves", "--patches", "--level=layer2");
    floats = maps("floats", "--patches=float32", "--level=layer2");
  }

  private static Path maps(String name, String... options) {
    return maps(images, name, options);
  }

  private static Path maps(Path images, String name, String... options) {
    Path output = directory.resolve(name);
    List<String> arguments =
        new ArrayList<>(
            List.of("embed", "--images=" + images, "--checkpoint=" + run, "--output=" + output));
    arguments.addAll(List.of(options));
    if (Stream.of(options).noneMatch(option -> option.startsWith("--runner"))) {
      arguments.add("--runner=DirectRunner");
    }
    Vocabeam.run(arguments);
    return output;
  }

  /** The patches of every image as DuckDB reads them. */
  private static Map<String, float[]> patches(Path store) throws SQLException {
    Map<String, float[]> patches = new TreeMap<>();
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT id, patches FROM '"
                    + store
                    + "/*.parquet' WHERE rows * columns * channels = len(patches)")) {
      while (rows.next()) {
        Object[] numbers = (Object[]) rows.getArray(2).getArray();
        float[] values = new float[numbers.length];
        for (int i = 0; i < values.length; i++) {
          values[i] = (Float) numbers[i];
        }
        patches.put(rows.getString(1), values);
      }
    }
    return patches;
  }

  private static Map<String, ImageRecord> imagesById() throws IOException {
    Map<String, ImageRecord> byId = new TreeMap<>();
    StoreReader.open(ImageRecord.TYPE, images.toString())
        .rows()
        .forEach(image -> byId.put(image.id(), image));
    return byId;
  }

  private static Map<String, float[]> cells(FeatureSource source) throws IOException {
    Map<String, float[]> expected = new TreeMap<>();
    try (FeatureSource.Extractor cells = source.open()) {
      for (RowGroup group : StoreReader.open(ImageRecord.TYPE, images.toString()).rowGroups()) {
        cells.extract(
            group,
            null,
            (read, features) -> {
              int width = features.length / read.size();
              for (int i = 0; i < read.size(); i++) {
                float[] map = new float[width];
                System.arraycopy(features, i * width, map, 0, width);
                expected.put(read.get(i).id(), map);
              }
            });
      }
    }
    return expected;
  }

  @Test
  void patchesAreTheCellsOfTheLevel() throws Exception {
    Map<String, float[]> expected =
        cells(FeatureSource.cells(RunDirectory.checkpointOf(run.toString()), "layer2"));
    Map<String, float[]> float32 = patches(floats);
    Map<String, float[]> float16 = patches(halves);
    assertEquals(90, expected.size());
    assertEquals(expected.keySet(), float32.keySet());
    assertEquals(expected.keySet(), float16.keySet());
    expected.forEach(
        (id, map) -> {
          assertEquals(CELLS * CELLS * CHANNELS, map.length);
          assertArrayEquals(map, float32.get(id), 1e-5f, id);
          float[] rounded = float32.get(id).clone();
          for (int i = 0; i < rounded.length; i++) {
            rounded[i] = Float16.value(Float16.bits(rounded[i]));
          }
          assertArrayEquals(rounded, float16.get(id), id);
        });
  }

  @Test
  void largerImagesHaveLargerMaps() throws Exception {
    Path larger = maps("larger", "--patches=float32", "--level=layer2", "--imageSize=40");
    String checkpoint = RunDirectory.checkpointOf(run.toString());
    Recipe recipe = Checkpoint.open(checkpoint).recipe().withImages(new ImageShape(40, 40, 1));
    Map<String, float[]> expected =
        cells(
            new FeatureSource(
                "larger",
                recipe,
                checkpoint,
                Method.STUDENT,
                Pooling.cells(recipe, "layer2"),
                Compute.CPU));
    List<MapRecord> rows = StoreReader.open(MapRecord.TYPE, larger.toString()).rows();
    assertEquals(90, rows.size());
    for (MapRecord row : rows) {
      assertEquals(List.of(2 * CELLS, 2 * CELLS, CHANNELS), shape(row));
      assertArrayEquals(expected.get(row.id()), row.patches(), 1e-5f, row.id());
    }
    assertEquals(
        "--imageSize is 40, but only --patches, which stores the embeddings too, has another size"
            + " than the checkpoint's; give both or none",
        refused(images, "--imageSize=40"));
  }

  /** Rows carry what an embedding does, and the feature of the whole image is embed's. */
  @Test
  void rowsHoldShapeLabelAndEmbedding() throws Exception {
    Map<String, ImageRecord> byId = imagesById();
    Map<String, float[]> embeddings = new TreeMap<>();
    Path pooled = maps("pooled", "--level=layer2");
    StoreReader.open(EmbeddingRecord.TYPE, pooled.toString())
        .rows()
        .forEach(row -> embeddings.put(row.id(), row.embedding()));
    List<MapRecord> rows = StoreReader.open(MapRecord.TYPE, floats.toString()).rows();
    assertEquals(90, rows.size());
    for (MapRecord row : rows) {
      assertEquals(byId.get(row.id()).label(), row.label());
      assertEquals(byId.get(row.id()).split(), row.split());
      assertEquals(List.of(CELLS, CELLS, CHANNELS), shape(row));
      assertArrayEquals(embeddings.get(row.id()), row.embedding(), 1e-5f, row.id());
      for (int c = 0; c < CHANNELS; c++) {
        float sum = 0;
        for (int cell = 0; cell < CELLS * CELLS; cell++) {
          sum += row.patches()[cell * CHANNELS + c];
        }
        assertEquals(row.embedding()[c], sum / (CELLS * CELLS), 1e-5f * Math.max(1, sum), row.id());
      }
    }
  }

  private static List<Integer> shape(MapRecord row) {
    return List.of(row.rows(), row.columns(), row.channels());
  }

  @Test
  void theStoreSaysWhatItHolds() {
    StoreReader<MapRecord> store = StoreReader.open(MapRecord.TYPE, halves.toString());
    Map<String, String> provenance = store.manifest().provenance();
    assertEquals("layer2", provenance.get(MapRecord.LEVEL));
    assertEquals("5", provenance.get(MapRecord.ROWS));
    assertEquals("5", provenance.get(MapRecord.COLUMNS));
    assertEquals("64", provenance.get(MapRecord.CHANNELS));
    assertEquals("float16", provenance.get(MapRecord.NUMBERS));
    String checkpoint = RunDirectory.checkpointOf(run.toString());
    assertEquals(Provenance.checkpoint(checkpoint), provenance.get(MapRecord.TEACHER));
    provenance.forEach((key, value) -> assertEquals(value, store.metadata().get(key), key));
    assertTrue(bytes(halves) < 0.6 * bytes(floats), bytes(halves) + " of " + bytes(floats));
  }

  private static long bytes(Path store) {
    return StoreReader.open(MapRecord.TYPE, store.toString()).rowGroups().stream()
        .mapToLong(RowGroup::bytes)
        .sum();
  }

  /** A run reads the maps of its images beside them. */
  @Test
  void rowsAreInTheOrderOfTheImages() throws Exception {
    StoreReader<ImageRecord> store = StoreReader.open(ImageRecord.TYPE, images.toString());
    for (RowGroup group : store.rowGroups()) {
      long before =
          store.rowGroups().stream()
              .filter(other -> other.file().equals(group.file()) && other.index() < group.index())
              .mapToLong(RowGroup::rows)
              .sum();
      try (var read = store.read(group);
          AlignedRows<MapRecord> maps =
              AlignedRows.of(MapRecord.TYPE, halves.toString(), group, before)) {
        while (read.hasNext()) {
          String id = read.next().id();
          assertEquals(id, maps.next(id).id());
        }
      }
    }
  }

  @Test
  void onFlinkTheBytesAreTheSame() throws Exception {
    FileTree.assertSame(
        halves,
        maps("flink", "--patches", "--level=layer2", "--runner=FlinkRunner", "--parallelism=2"));
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() throws Exception {
    assertEquals(
        "--grid is 2, but --patches keeps every cell; leave one of them out",
        refused(images, "--patches", "--grid=2"));
    assertEquals(
        "--shards is 3, but with --patches there are as many files as of the images; leave it out",
        refused(images, "--patches", "--shards=3"));
    assertEquals(
        "level is layer7, must be one of [layer1, layer2, layer3]",
        refused(images, "--patches", "--level=layer7"));
    assertTrue(refused(images, "--patches=float8").contains("float8"));
    Path view = directory.resolve("view");
    Path root = directory.getParent();
    StoreView.write(
        root.toString(),
        root.relativize(view).toString(),
        ImageRecord.TYPE,
        List.of(root.relativize(images).toString()),
        Map.of());
    assertEquals(
        view
            + " is several stores, and maps need one that ingest wrote; make it: ingest with"
            + " --input="
            + view
            + " and another --output",
        refused(view, "--patches"));
    assertFalse(Files.exists(directory.resolve("none")));
  }

  private static String refused(Path images, String... options) {
    return Failure.of(assertThrows(Throwable.class, () -> maps(images, "none", options))).line();
  }
}
