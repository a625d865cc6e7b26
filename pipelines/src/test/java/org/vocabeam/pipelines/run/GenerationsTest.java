package org.vocabeam.pipelines.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.bownet.BagTarget;
import org.vocabeam.pipelines.FileTree;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.codebook.Codebook;
import org.vocabeam.transforms.codebook.CodebookRecord;
import org.vocabeam.transforms.codebook.DescriptorRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.targets.TargetRecord;

/** BoWNet's stages, one by one and chained by pretrain. */
class GenerationsTest {
  private static final int TRAIN = 60;
  private static final int WORDS = 16;
  private static final String LEVEL = "layer2";

  @TempDir static Path directory;
  private static Path images;
  private static Path chain;

  @BeforeAll
  static void runTheChain() throws IOException {
    images = SmallStore.of(directory, TRAIN, 30);
    chain = directory.resolve("chain");
    chain(chain, "--generations=2");
  }

  private static void run(String... arguments) {
    run(List.of(arguments));
  }

  /** Runs a command with options, on the DirectRunner unless they say otherwise. */
  private static void run(List<String> arguments, String... usual) {
    List<String> all = new ArrayList<>(arguments);
    Stream.concat(Stream.of(usual), Stream.of("--runner=DirectRunner"))
        .filter(
            option ->
                all.stream()
                    .noneMatch(a -> a.startsWith(option.substring(0, option.indexOf('=') + 1))))
        .toList()
        .forEach(all::add);
    Vocabeam.run(all);
  }

  private static void chain(Path output, String... more) {
    List<String> arguments = new ArrayList<>(List.of("pretrain", "--method=bownet"));
    arguments.addAll(List.of("--images=" + images, "--output=" + output));
    arguments.addAll(List.of(more));
    run(
        arguments,
        "--rounds=2",
        "--stepsPerRound=3",
        "--batchSize=8",
        "--words=" + WORDS,
        "--set=/method/codebookIterations=3");
  }

  private static Path generation(int generation) {
    return Path.of(new RunDirectory(chain.toString()).generation(generation));
  }

  private static Path newest(int generation) {
    return Path.of(RunDirectory.checkpointOf(generation(generation).resolve("run").toString()));
  }

  private static void extract(Path output, String... more) {
    List<String> arguments = new ArrayList<>(List.of("extract", "--images=" + images));
    arguments.add("--output=" + output);
    arguments.addAll(List.of(more));
    run(arguments, "--checkpoint=" + newest(0), "--level=" + LEVEL);
  }

  private static void assign(Path output, String... more) {
    List<String> arguments = new ArrayList<>(List.of("assign", "--images=" + images));
    arguments.add("--output=" + output);
    arguments.addAll(List.of(more));
    run(
        arguments,
        "--checkpoint=" + newest(0),
        "--codebook=" + generation(1).resolve("words/codebook"));
  }

  @Test
  void stagesAloneGiveTheBytesOfTheChain() throws IOException {
    Path alone = directory.resolve("alone");
    run(
        "pretrain",
        "--method=rotation",
        "--images=" + images,
        "--output=" + alone.resolve("rotation"),
        "--rounds=2",
        "--stepsPerRound=3");
    FileTree.assertSame(generation(0).resolve("run"), alone.resolve("rotation"));
    extract(alone.resolve("descriptors"));
    FileTree.assertSame(generation(1).resolve("descriptors"), alone.resolve("descriptors"));
    run(
        "codebook",
        "--descriptors=" + alone.resolve("descriptors"),
        "--output=" + alone.resolve("words"),
        "--words=" + WORDS,
        "--iterations=3");
    FileTree.assertSame(generation(1).resolve("words"), alone.resolve("words"));
    assign(alone.resolve("targets"), "--checkpoint=" + alone.resolve("rotation"));
    FileTree.assertSame(generation(1).resolve("targets"), alone.resolve("targets"));
    run(
        "pretrain",
        "--method=bownet",
        "--images=" + images,
        "--targets=" + alone.resolve("targets"),
        "--output=" + alone.resolve("student"),
        "--rounds=2",
        "--stepsPerRound=3",
        "--batchSize=8",
        "--words=" + WORDS,
        "--set=/method/codebookIterations=3");
    FileTree.assertSame(generation(1).resolve("run"), alone.resolve("student"));
  }

  /** The checks of EveryMethodTest for bownet; InterruptedRunTest kills it. */
  @Test
  void sameBytesInOneRoundAndInTwoAndWithReplicas() throws IOException {
    Path once = directory.resolve("once");
    chain(once, "--generations=1", "--rounds=1", "--stepsPerRound=6");
    for (int generation = 0; generation <= 1; generation++) {
      String run = new RunDirectory(once.toString()).run(generation);
      FileTree.assertSame(newest(generation), Path.of(RunDirectory.checkpointOf(run)));
    }
    Path replicas = directory.resolve("replicas");
    chain(replicas, "--generations=1", "--replicas=2");
    String student = RunDirectory.checkpointOf(replicas.toString());
    assertTrue(student.endsWith("step-000000006"), student);
    assertTrue(StoreReader.isComplete(student));
  }

  @Test
  void theSameBytesOnFlink() throws IOException {
    Path flink = directory.resolve("flink");
    extract(flink.resolve("descriptors"), "--runner=FlinkRunner", "--parallelism=2");
    FileTree.assertSame(generation(1).resolve("descriptors"), flink.resolve("descriptors"));
    assign(flink.resolve("targets"), "--runner=FlinkRunner", "--parallelism=2");
    FileTree.assertSame(generation(1).resolve("targets"), flink.resolve("targets"));
  }

  /** The teacher's map of every image, {@code [side side C]}. */
  private static Map<String, float[]> maps() throws IOException {
    Map<String, float[]> maps = new HashMap<>();
    TrainingImages of = TrainingImages.open(images.toString(), "train");
    try (var extractor = FeatureSource.cells(newest(0).toString(), LEVEL).open()) {
      for (var group : of.rowGroups()) {
        extractor.extract(
            group,
            "train",
            (batch, features) -> {
              int width = features.length / batch.size();
              for (int i = 0; i < batch.size(); i++) {
                float[] map = new float[width];
                System.arraycopy(features, i * width, map, 0, width);
                maps.put(batch.get(i).id(), map);
              }
            });
      }
    }
    return maps;
  }

  @Test
  void descriptorsAreCellsOfTheTeachersMap() throws IOException {
    Map<String, float[]> maps = maps();
    assertEquals(TRAIN, maps.size(), "only the split's images");
    List<DescriptorRecord> rows =
        StoreReader.open(DescriptorRecord.TYPE, generation(1).resolve("descriptors").toString())
            .rows();
    assertEquals(4 * TRAIN, rows.size());
    Map<String, Integer> perImage = new HashMap<>();
    for (DescriptorRecord row : rows) {
      float[] map = maps.get(row.image());
      int channels = row.bytes().length / Float.BYTES;
      int side = (int) Math.sqrt(map.length / (double) channels);
      float[] expected = new float[channels];
      System.arraycopy(map, (row.y() * side + row.x()) * channels, expected, 0, channels);
      assertEquals(DescriptorRecord.of(row.image(), row.y(), row.x(), expected), row);
      perImage.merge(row.image(), 1, Integer::sum);
    }
    perImage.forEach((image, count) -> assertEquals(4, count, image));
    long cells = rows.stream().map(row -> row.y() + "," + row.x()).distinct().count();
    assertTrue(cells > 4, "every image gives the same cells");
  }

  /** The nearest words by plain loops in double precision. */
  private static Map<Integer, Double> bag(float[] map, Codebook words, BagTarget.Kind kind) {
    Map<Integer, Double> bag = new TreeMap<>();
    int cells = map.length / words.channels();
    for (int cell = 0; cell < cells; cell++) {
      int nearest = -1;
      double least = Double.POSITIVE_INFINITY;
      for (int word = 0; word < words.count(); word++) {
        double distance = 0;
        for (int c = 0; c < words.channels(); c++) {
          double difference =
              (double) map[cell * words.channels() + c]
                  - words.words()[word * words.channels() + c];
          distance += difference * difference;
        }
        if (distance < least) {
          least = distance;
          nearest = word;
        }
      }
      bag.merge(nearest, 1.0 / cells, Double::sum);
    }
    if (kind == BagTarget.Kind.BINARY) {
      bag.replaceAll((word, share) -> 1.0 / bag.size());
    }
    return bag;
  }

  @Test
  void targetsAreTheBagsOfTheNearestWords() throws IOException {
    Codebook words = CodebookRecord.read(generation(1).resolve("words/codebook").toString());
    Path binary = directory.resolve("binary");
    assign(binary, "--target=binary");
    Map<BagTarget.Kind, Path> stores =
        Map.of(
            BagTarget.Kind.HISTOGRAM,
            generation(1).resolve("targets"),
            BagTarget.Kind.BINARY,
            binary);
    Map<String, float[]> maps = maps();
    for (var store : stores.entrySet()) {
      List<TargetRecord> rows =
          StoreReader.open(TargetRecord.TYPE, store.getValue().toString()).rows();
      assertEquals(TRAIN, rows.size());
      for (TargetRecord row : rows) {
        Map<Integer, Double> bag = bag(maps.get(row.id()), words, store.getKey());
        assertEquals(List.copyOf(bag.keySet()), row.words(), row.id());
        for (int i = 0; i < row.words().size(); i++) {
          assertEquals(bag.get(row.words().get(i)), row.weights().get(i), 1e-6, row.id());
        }
      }
    }
  }

  @Test
  void whatIsThereIsNotMadeAgain() throws IOException {
    Map<String, Object> before = FileTree.times(chain);
    chain(chain, "--generations=2");
    assertEquals(before, FileTree.times(chain));
  }

  @Test
  void aRunIsItsLastGenerationsStudent() {
    assertEquals(newest(2).toString(), RunDirectory.checkpointOf(chain.toString()));
    assertEquals(newest(1).toString(), RunDirectory.checkpointOf(generation(1).toString()));
  }

  private static String refused(Runnable command) {
    return Failure.of(assertThrows(Exception.class, command::run)).line();
  }

  @Test
  void whatDoesNotFitTogetherIsRefused() {
    Path none = directory.resolve("none");
    String other = refused(() -> assign(none, "--checkpoint=" + newest(1)));
    assertTrue(other.contains("is made of the features of teacher"), other);
    String level = refused(() -> extract(none, "--level=layer9"));
    assertTrue(level.contains("level is layer9, must be one of [layer1, layer2, layer3]"), level);
    String many = refused(() -> extract(none, "--perImage=26"));
    assertTrue(many.contains("must be 1 to 25"), many);
    String again = refused(() -> extract(generation(1).resolve("descriptors"), "--perImage=5"));
    assertTrue(again.contains("perImage 4 instead of 5"), again);
    String seeds =
        refused(
            () ->
                run(
                    "pretrain",
                    "--method=bownet",
                    "--images=" + images,
                    "--output=" + none,
                    "--targets=" + generation(1).resolve("targets"),
                    "--batchSize=8",
                    "--words=32"));
    assertTrue(seeds.contains("words 16"), seeds);
  }

  private static long count(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Test
  void duckDbReadsDescriptorsAndTargets() throws SQLException {
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      String descriptors = "'" + generation(1).resolve("descriptors") + "/*.parquet'";
      String targets = "'" + generation(1).resolve("targets") + "/*.parquet'";
      assertEquals(4 * TRAIN, count(statement, "SELECT count(*) FROM " + descriptors));
      assertEquals(
          4 * TRAIN,
          count(
              statement,
              "SELECT count(DISTINCT id) FROM "
                  + descriptors
                  + " WHERE octet_length(bytes) = 4 * 64 AND id = image || '#' || y || ',' || x"));
      assertEquals(TRAIN, count(statement, "SELECT count(*) FROM " + targets));
      assertEquals(
          TRAIN,
          count(
              statement,
              "SELECT count(*) FROM "
                  + targets
                  + " WHERE len(words) = len(weights) AND abs(list_sum(weights) - 1) < 1e-5"
                  + " AND list_max(words) < "
                  + WORDS));
    }
  }
}
