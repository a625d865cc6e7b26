package org.vocabeam.pipelines.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.vocabeam.pipelines.Cosine;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.store.StoreReader;

/** Checks the commands that use a run: evaluate, embed, export. */
class EncoderCommandsTest {
  private static final int TRAIN = 60;
  private static final int TEST = 30;
  private static final int SIDE = SmallStore.SIDE;

  /** Enough for batch norm to know the images: embeddings of some units, not of hundreds. */
  private static final int STEPS = 40;

  @TempDir static Path directory;
  private static Path images;
  private static Path run;

  @BeforeAll
  static void pretrain() throws IOException {
    images = SmallStore.of(directory, TRAIN, TEST);
    run = directory.resolve("run");
    command(
        "pretrain",
        "--images=" + images,
        "--output=" + run,
        "--rounds=1",
        "--stepsPerRound=" + STEPS,
        "--batchSize=8",
        "--words=16");
    command("evaluate", "--images=" + images, "--checkpoint=" + run, "--output=" + evaluation());
    command("embed", "--images=" + images, "--checkpoint=" + run, "--output=" + embeddings());
  }

  private static Path evaluation() {
    return directory.resolve("evaluation");
  }

  private static Path embeddings() {
    return directory.resolve("embeddings");
  }

  private static void command(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--runner=DirectRunner");
    Vocabeam.run(all);
  }

  private static String refused(String... arguments) {
    return Failure.of(assertThrows(Throwable.class, () -> command(arguments))).line();
  }

  /** The rows of a query on a store, named {@code store} in it, columns as text. */
  private static List<List<String>> query(Path store, String sql) throws SQLException {
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement();
        ResultSet result =
            statement.executeQuery(sql.replace("store", "'" + store + "/*.parquet'"))) {
      List<List<String>> rows = new ArrayList<>();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.add(result.getString(i));
        }
        rows.add(row);
      }
      return rows;
    }
  }

  private record Embedded(String label, String split, float[] features) {}

  private static Map<String, Embedded> embedded(Path store) throws SQLException {
    Map<String, Embedded> rows = new TreeMap<>();
    for (List<String> row :
        query(store, "SELECT id, label, split, array_to_string(embedding, ' ') FROM store")) {
      List<String> numbers = Splitter.on(' ').splitToList(row.get(3));
      float[] features = new float[numbers.size()];
      for (int i = 0; i < features.length; i++) {
        features[i] = Float.parseFloat(numbers.get(i));
      }
      rows.put(row.get(0), new Embedded(row.get(1), row.get(2), features));
    }
    return rows;
  }

  private static Map<String, ImageRecord> images() throws IOException {
    Map<String, ImageRecord> all = new TreeMap<>();
    StoreReader<ImageRecord> store = StoreReader.open(ImageRecord.TYPE, images.toString());
    for (RowGroup group : store.rowGroups()) {
      try (RowReader<ImageRecord> rows = store.read(group)) {
        rows.forEachRemaining(image -> all.put(image.id(), image));
      }
    }
    return all;
  }

  @Test
  void everyImageHasAnEmbedding() throws Exception {
    assertEquals(
        List.of(List.of("test", "30", "128", "128"), List.of("train", "60", "128", "128")),
        query(
            embeddings(),
            "SELECT split, count(*), min(len(embedding)), max(len(embedding)) FROM store"
                + " GROUP BY split ORDER BY split"));
    Map<String, Embedded> embedded = embedded(embeddings());
    Map<String, ImageRecord> images = images();
    assertEquals(images.keySet(), embedded.keySet());
    images.forEach(
        (id, image) -> {
          assertEquals(image.label(), embedded.get(id).label());
          assertEquals(image.split(), embedded.get(id).split());
        });
    // The same features as those that evaluate has measured.
    Map<String, Embedded> evaluated = embedded(evaluation().resolve("embeddings/trained"));
    Map<String, Embedded> random = embedded(evaluation().resolve("embeddings/random"));
    for (String id : images.keySet()) {
      assertArrayEquals(embedded.get(id).features(), evaluated.get(id).features(), id);
      assertFalse(Arrays.equals(embedded.get(id).features(), random.get(id).features()), id);
    }
  }

  /** DuckDB's copy of the images is embedded as it is, and ingested for all else. */
  @Test
  void imagesOfAnotherEngineAreTaken() throws Exception {
    Path copy = directory.resolve("copy");
    Files.createDirectories(copy);
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement sql = duckdb.createStatement()) {
      sql.execute(
          String.format(
              "COPY (SELECT * FROM '%s/*.parquet') TO '%s/all.parquet' (FORMAT parquet)",
              images, copy));
    }
    Files.createFile(copy.resolve("_SUCCESS"));
    Path output = directory.resolve("copy-embeddings");
    command("embed", "--images=" + copy, "--checkpoint=" + run, "--output=" + output);
    Map<String, Embedded> ours = embedded(embeddings());
    Map<String, Embedded> theirs = embedded(output);
    assertEquals(ours.keySet(), theirs.keySet());
    // Batches are of other images, so sums may round otherwise.
    ours.forEach(
        (id, row) -> assertArrayEquals(row.features(), theirs.get(id).features(), 1e-5f, id));

    String[] pretrain = {
      "pretrain",
      "--images=" + copy,
      "--output=" + directory.resolve("copy-run"),
      "--rounds=1",
      "--stepsPerRound=1",
      "--batchSize=8",
      "--words=16"
    };
    assertEquals(
        copy
            + "/statistics.json is missing, but training and evaluation need the mean and classes of"
            + " their images; if another engine has written "
            + copy
            + ", ingest it into a new store",
        refused(pretrain));
    Path ingested = directory.resolve("ingested");
    command("ingest", "--input=" + copy, "--output=" + ingested);
    Path store = ingested.resolve("images");
    assertEquals(facts(images), facts(store));
    assertEquals(
        query(images, "SELECT * FROM store ORDER BY id"),
        query(store, "SELECT * FROM store ORDER BY id"));
    pretrain[1] = "--images=" + store;
    command(pretrain);
    assertTrue(StoreReader.isComplete(RunDirectory.checkpointOf(directory + "/copy-run")));
  }

  @Test
  void levelAndGridAreThoseAskedFor() throws Exception {
    Path grid = directory.resolve("grid");
    command(
        "embed",
        "--images=" + images,
        "--checkpoint=" + run,
        "--output=" + grid,
        "--level=layer2",
        "--grid=2");
    assertEquals(
        List.of(List.of("90", "256")),
        query(grid, "SELECT count(*), min(len(embedding)) FROM store"));
    assertEquals(
        "level is layer7, must be one of [layer1, layer2, layer3] (in the stage embed)",
        refused(
            "embed",
            "--images=" + images,
            "--checkpoint=" + run,
            "--output=" + directory.resolve("none"),
            "--level=layer7"));
  }

  @Test
  void metricsAreAccuraciesOfEveryKindOfFeatures() throws Exception {
    List<List<String>> expected = new ArrayList<>();
    for (String features : List.of("pixels", "random", "trained")) {
      expected.add(List.of(features, "knn20", "1.0"));
      expected.add(List.of(features, "knn200", "1.0"));
      for (String share : List.of("0.01", "0.1", "1.0")) {
        expected.add(List.of(features, "linear", share));
      }
    }
    Path metrics = evaluation().resolve("metrics");
    assertEquals(
        expected,
        query(
            metrics,
            "SELECT features, metric, labelShare FROM store WHERE value BETWEEN 0 AND 1"
                + " ORDER BY features, metric, labelShare"));
    Map<String, Embedded> trained = embedded(embeddings());
    for (int k : new int[] {20, 200}) {
      double value =
          Double.parseDouble(
              query(
                      metrics,
                      "SELECT value FROM store WHERE features = 'trained' AND metric = 'knn"
                          + k
                          + "'")
                  .get(0)
                  .get(0));
      assertEquals(neighbours(trained, k, k == 20 ? 0.07 : 0.1), value, 1e-9, "knn" + k);
    }
    // Squares, discs and bars on a plain ground: a linear model of the pixels sees most of it.
    double pixels =
        Double.parseDouble(
            query(
                    metrics,
                    "SELECT value FROM store WHERE features = 'pixels' AND metric = 'linear' AND"
                        + " labelShare = 1")
                .get(0)
                .get(0));
    assertTrue(pixels > 0.5, "chance is 0.33: " + pixels);
  }

  /** Weighted k nearest neighbours by cosine, as it is defined. */
  private static double neighbours(Map<String, Embedded> rows, int k, double temperature) {
    int right = 0;
    for (Embedded query : rows.values()) {
      if (!query.split().equals("test")) {
        continue;
      }
      Map<String, Double> votes = new HashMap<>();
      rows.values().stream()
          .filter(row -> row.split().equals("train"))
          .sorted(Comparator.comparingDouble(row -> -Cosine.of(query.features(), row.features())))
          .limit(k)
          .forEach(
              row ->
                  votes.merge(
                      row.label(),
                      Math.exp(Cosine.of(query.features(), row.features()) / temperature),
                      Double::sum));
      String winner = votes.entrySet().stream().max(Map.Entry.comparingByValue()).get().getKey();
      right += winner.equals(query.label()) ? 1 : 0;
    }
    return (double) right / TEST;
  }

  @Test
  @Tag("slow")
  void anEvaluationAgainGivesTheSameBytes() throws Exception {
    Path again = directory.resolve("again");
    for (int time = 0; time < 2; time++) { // an earlier one in the same place is replaced
      command("evaluate", "--images=" + images, "--checkpoint=" + run, "--output=" + again);
      for (String store : List.of("metrics", "embeddings/trained", "embeddings/random")) {
        String part = store + "/part-00000-of-00001.parquet";
        assertArrayEquals(
            Files.readAllBytes(evaluation().resolve(part)),
            Files.readAllBytes(again.resolve(part)),
            part);
      }
    }
  }

  @Test
  void anExportedEncoderGivesTheSameEmbeddings() throws Exception {
    Path encoder = directory.resolve("encoder");
    String[] export = {
      "export",
      "--checkpoint=" + run,
      "--metrics=" + evaluation().resolve("metrics"),
      "--output=" + encoder
    };
    command(export);
    Map<String, Embedded> embedded = embedded(embeddings());
    try (SavedModelBundle model = SavedModelBundle.load(encoder.toString(), "serve")) {
      for (ImageRecord image : images().values()) {
        byte[] pixels = Pixels.of(image, 1).values();
        try (TUint8 input = TUint8.tensorOf(Shape.of(1, SIDE, SIDE, 1), DataBuffers.of(pixels));
            Result result = model.function("serving_default").call(Map.of("images", input))) {
          TFloat32 embedding = (TFloat32) result.get("embedding").orElseThrow();
          float[] values = new float[(int) embedding.size()];
          embedding.copyTo(DataBuffers.of(values));
          assertArrayEquals(embedded.get(image.id()).features(), values, 1e-5f, image.id());
        }
      }
    }
    String card = Files.readString(encoder.resolve("model-card.md"));
    for (String line :
        List.of(
            "# Image encoder, obow",
            "- in: `images`, uint8 `[N, h, w, 1]`, any N, h and w",
            "- out: `embedding`, float32 `[N, 128]`",
            "- steps: " + STEPS + " of " + STEPS,
            "- images a step: 8 by 1 replica(s)",
            "- seed: 1",
            "- split: train",
            "\"words\" : 16")) {
      assertTrue(card.contains(line), line + " is not in " + card);
    }
    assertTrue(card.contains("linear, 100.0 % labels"), card);
    // Others may read it where they may read other new directories.
    assertEquals(
        Files.getPosixFilePermissions(Files.createDirectory(directory.resolve("usual"))),
        Files.getPosixFilePermissions(encoder));
    assertTrue(refused(export).contains("exists; choose another output"));
  }

  @Test
  void aShareOfTheImagesIsWholeRowGroupsFromAllOverTheStore() throws Exception {
    Path half = directory.resolve("half");
    command(
        "evaluate",
        "--images=" + images,
        "--checkpoint=" + run,
        "--output=" + half,
        "--imageShare=0.5");
    List<RowGroup> groups = StoreReader.open(ImageRecord.TYPE, images.toString()).rowGroups();
    int taken = Math.round(groups.size() / 2f);
    TreeSet<String> expected = new TreeSet<>();
    for (int i = 0; i < taken; i++) {
      try (RowReader<ImageRecord> rows =
          RowReader.of(ImageRecord.TYPE, groups.get(i * groups.size() / taken))) {
        rows.forEachRemaining(image -> expected.add(image.id()));
      }
    }
    Map<String, Embedded> some = embedded(half.resolve("embeddings/trained"));
    assertEquals(expected, some.keySet());
    assertTrue(expected.size() < 60, groups.size() + " row groups, " + expected.size());
    Map<String, Embedded> whole = embedded(evaluation().resolve("embeddings/trained"));
    some.forEach((id, row) -> assertArrayEquals(whole.get(id).features(), row.features(), id));
    assertTrue(
        refused(
                "evaluate",
                "--images=" + images,
                "--checkpoint=" + run,
                "--output=" + directory.resolve("none"),
                "--imageShare=0")
            .contains("image share is 0.0, must be in (0, 1]"));
  }

  @Test
  void whatCannotBeDoneIsRefusedInOneLine() {
    assertTrue(
        refused("embed", "--images=" + images, "--checkpoint=" + run, "--output=" + embeddings())
            .contains("already holds embeddings (90 rows)"));
    assertTrue(
        refused(
                "evaluate",
                "--images=" + images,
                "--checkpoint=" + run,
                "--output=" + directory.resolve("none"),
                "--testSplit=valid")
            .contains("has no split 'valid', only test, train"));
    assertTrue(
        refused(
                "evaluate",
                "--images=" + images,
                "--checkpoint=" + run,
                "--output=" + directory.resolve("none"),
                "--labelShares=0")
            .contains("label shares: 0.0, must be in (0, 1]"));
    assertTrue(
        refused("export", "--checkpoint=" + images, "--output=" + directory.resolve("none"))
            .contains("is a store of images"));
    assertTrue(
        refused("export", "--checkpoint=" + directory, "--output=" + directory.resolve("none"))
            .contains("is neither a run of pretrain nor a checkpoint of one"));
    assertFalse(Files.exists(directory.resolve("none")));
  }

  /** Returns the statistics without the place where labels and splits were found. */
  private static String facts(Path store) {
    return ImageStatistics.read(store.toString())
        .toString()
        .replaceAll("(label|split)sFrom=[^,]+", "");
  }
}
