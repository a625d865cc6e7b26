package org.vocabeam.pipelines.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.codebook.Codebook;
import org.vocabeam.transforms.codebook.CodebookRecord;
import org.vocabeam.transforms.codebook.DescriptorRecord;
import org.vocabeam.transforms.store.WriteStore;

class CodebookCommandTest {
  private static final String DIRECT = "--runner=DirectRunner";
  private static final int CHANNELS = 5;
  private static final int ROWS = 900;
  private static final int WORDS = 7;

  @TempDir static Path directory;
  private static Path descriptors;

  @BeforeAll
  static void write() throws IOException {
    SplittableRandom random = new SplittableRandom(11);
    List<DescriptorRecord> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      rows.add(DescriptorRecord.of("train/" + i / 9, i % 9 / 3, i % 3, around(random)));
    }
    descriptors = store("descriptors", rows);
  }

  /** One of four places, and some noise. */
  private static float[] around(SplittableRandom random) {
    float[] values = new float[CHANNELS];
    int place = random.nextInt(4);
    for (int c = 0; c < CHANNELS; c++) {
      values[c] = (float) (3 * ((place >> (c % 2)) & 1) + random.nextDouble());
    }
    return values;
  }

  private static Path store(String name, List<DescriptorRecord> rows) throws IOException {
    Path store = directory.resolve(name);
    WriteStore<DescriptorRecord> write =
        WriteStore.to(DescriptorRecord.TYPE, store.toString())
            .withShards(3)
            .withRowGroupBytes(1024)
            .withProvenance(
                Map.of(
                    DescriptorRecord.LEVEL, "layer3",
                    DescriptorRecord.CHANNELS, Integer.toString(CHANNELS),
                    DescriptorRecord.TEACHER, "abc"));
    write.prepare(false);
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.fromArgs(DIRECT).create());
    pipeline.apply(Create.of(rows).withCoder(DescriptorRecord.TYPE.coder())).apply(write);
    pipeline.run().waitUntilFinish();
    write.commit();
    return store;
  }

  private static void codebook(Path of, String output, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("codebook", "--descriptors=" + of, "--output=" + directory.resolve(output)));
    arguments.addAll(List.of(more));
    if (arguments.stream().noneMatch(argument -> argument.startsWith("--words="))) {
      arguments.add("--words=" + WORDS);
    }
    Vocabeam.run(arguments);
  }

  private static String refused(Path of, String output, String... more) {
    return Failure.of(assertThrows(Throwable.class, () -> codebook(of, output, more))).line();
  }

  /** Hash of every file by its name. */
  private static Map<String, String> bytes(String output) throws IOException {
    Path root = directory.resolve(output);
    Map<String, String> hashes = new TreeMap<>();
    for (Path file : MoreFiles.fileTraverser().depthFirstPreOrder(root)) {
      if (Files.isRegularFile(file)) {
        hashes.put(
            root.relativize(file).toString(),
            MoreFiles.asByteSource(file).hash(Hashing.sha256()).toString());
      }
    }
    return hashes;
  }

  private static List<String> query(String sql) throws Exception {
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (result.next()) {
        rows.add(result.getString(1));
      }
      return rows;
    }
  }

  @Test
  void duckDbSeesEveryDescriptorCountedAndAnInertiaThatFalls() throws Exception {
    codebook(descriptors, "whole", DIRECT, "--tolerance=0");
    String store = "'" + directory.resolve("whole/codebook") + "/*.parquet'";
    assertEquals(
        List.of(WORDS + " " + ROWS + " " + CHANNELS + " " + (WORDS - 1)),
        query(
            "SELECT concat_ws(' ', count(*), sum(count), min(len(vector)), max(word)) FROM "
                + store));
    List<String> inertia =
        query(
            "SELECT inertia FROM '"
                + directory.resolve("whole/iterations")
                + "/*/*.parquet' ORDER BY iteration");
    assertTrue(inertia.size() > 2, inertia.toString());
    for (int i = 1; i < inertia.size(); i++) {
      assertTrue(
          Double.parseDouble(inertia.get(i)) <= Double.parseDouble(inertia.get(i - 1)),
          inertia.toString());
    }
    Codebook codebook = CodebookRecord.read(directory.resolve("whole/codebook").toString());
    assertEquals(WORDS, codebook.count());
    assertEquals(CHANNELS, codebook.channels());
    assertEquals("layer3", codebook.provenance().get("level"));
    assertEquals("abc", codebook.provenance().get("teacher"));
    assertEquals(Integer.toString(inertia.size() - 1), codebook.provenance().get("iterationsRun"));
    assertEquals(inertia.get(inertia.size() - 1), codebook.provenance().get("inertia"));
  }

  @Test
  void theSameCommandAgainDoesNothing() throws IOException {
    codebook(descriptors, "again", DIRECT, "--iterations=2");
    Map<String, String> before = bytes("again");
    Object written =
        Files.getLastModifiedTime(directory.resolve("again/words/iteration-0001/_SUCCESS"));
    codebook(descriptors, "again", DIRECT, "--iterations=2");
    assertEquals(before, bytes("again"));
    assertEquals(
        written,
        Files.getLastModifiedTime(directory.resolve("again/words/iteration-0001/_SUCCESS")));
  }

  @Test
  void aKilledRunGoesOnAndEndsWithTheSameBytes() throws IOException {
    String[] options = {DIRECT, "--iterations=4", "--tolerance=0"};
    codebook(descriptors, "uninterrupted", options);
    Map<String, String> whole = bytes("uninterrupted");
    codebook(descriptors, "killed", options);
    // As after a kill while the third iteration wrote its words.
    for (String gone :
        List.of(
            "words/iteration-0003/_SUCCESS",
            "words/iteration-0004/_SUCCESS",
            "words/iteration-0005/_SUCCESS",
            "iterations/iteration-0003/_SUCCESS",
            "iterations/iteration-0004/_SUCCESS",
            "codebook/_SUCCESS")) {
      Files.delete(directory.resolve("killed").resolve(gone));
    }
    Files.writeString(
        directory.resolve("killed/words/iteration-0003/part-00000-of-00001.parquet"), "half");
    Path second = directory.resolve("killed/words/iteration-0002/_SUCCESS");
    Object before = Files.getLastModifiedTime(second);
    codebook(descriptors, "killed", options);
    assertEquals(whole, bytes("killed"));
    assertEquals(before, Files.getLastModifiedTime(second), "a complete one is not taken again");
    // As after a kill before the first words were complete.
    Files.delete(directory.resolve("killed/words/iteration-0000/_SUCCESS"));
    codebook(descriptors, "killed", options);
    assertEquals(whole, bytes("killed"));
  }

  @Test
  void otherOptionsAreRefused() {
    codebook(descriptors, "claimed", DIRECT, "--iterations=1");
    assertEquals(
        directory.resolve("claimed")
            + " is a run with seed 1, and now it is 2; give the same, or another --output",
        refused(descriptors, "claimed", DIRECT, "--iterations=1", "--seed=2"));
    assertTrue(
        refused(descriptors, "claimed", DIRECT).contains("with iterations 1, and now it is 50"));
  }

  @Test
  void optionsReachTheResult() throws IOException {
    codebook(descriptors, "seed1", DIRECT, "--iterations=0");
    codebook(descriptors, "seed2", DIRECT, "--iterations=0", "--seed=2");
    Codebook one = CodebookRecord.read(directory.resolve("seed1/codebook").toString());
    Codebook two = CodebookRecord.read(directory.resolve("seed2/codebook").toString());
    assertFalse(Arrays.equals(one.words(), two.words()));
    codebook(descriptors, "tolerant", DIRECT, "--tolerance=0.9");
    assertEquals(
        "1",
        CodebookRecord.read(directory.resolve("tolerant/codebook").toString())
            .provenance()
            .get("iterationsRun"));
    assertEquals(
        "--tolerance is 1.0, must be in [0, 1)",
        refused(descriptors, "no", DIRECT, "--tolerance=1"));
    assertEquals("--words is 0, must be positive", refused(descriptors, "no", DIRECT, "--words=0"));
    assertEquals(
        "--iterations is -1, must be 0 or more",
        refused(descriptors, "no", DIRECT, "--iterations=-1"));
  }

  @Test
  void moreWordsThanDifferentDescriptorsAreRefused() throws IOException {
    List<DescriptorRecord> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      rows.add(DescriptorRecord.of("i" + i, 0, 0, new float[] {i % 6, 1, 2, 3, 4}));
    }
    Path few = store("few", rows);
    assertEquals(
        "words is 7, must be at most 6, because only so many of the 40 descriptors are different;"
            + " give fewer words, or extract descriptors of more images (in the stage codebook-seed)",
        refused(few, "refused", DIRECT));
    assertEquals(
        "--words is 41, must be at most the 40 descriptors; give fewer words, or extract"
            + " descriptors of more images",
        refused(few, "refused-too", DIRECT, "--words=41"));
    codebook(few, "exact", DIRECT, "--words=6");
    Codebook exact = CodebookRecord.read(directory.resolve("exact/codebook").toString());
    assertEquals("0.0", exact.provenance().get("inertia"), "every different descriptor is a word");
  }

  @Test
  void descriptorsThatAreNotFiniteOrOfOneWidthAreRefused() throws IOException {
    float[] broken = new float[CHANNELS];
    broken[2] = Float.NaN;
    List<DescriptorRecord> rows = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      float[] values = new float[CHANNELS];
      values[0] = i;
      rows.add(DescriptorRecord.of("i" + i, 0, 0, values));
    }
    rows.add(DescriptorRecord.of("bad", 1, 2, broken));
    String line = refused(store("nan", rows), "nan-out", DIRECT);
    assertTrue(line.startsWith("descriptor bad#1,2 has the value NaN in channel 2"), line);
    rows.set(10, DescriptorRecord.of("bad", 1, 2, new float[3]));
    line = refused(store("narrow", rows), "narrow-out", DIRECT);
    assertTrue(line.startsWith("bad#1,2: a descriptor has 12 bytes, must have 20"), line);
  }

  @Test
  @Tag("slow")
  void embeddedFlinkGivesTheSameBytes() throws IOException {
    String[] options = {"--iterations=3", "--tolerance=0"};
    codebook(descriptors, "direct", DIRECT, options[0], options[1]);
    codebook(descriptors, "flink", "--parallelism=2", options[0], options[1]);
    assertEquals(bytes("direct"), bytes("flink"));
    assertArrayEquals(
        Files.readAllBytes(directory.resolve("direct/codebook/part-00000-of-00001.parquet")),
        Files.readAllBytes(directory.resolve("flink/codebook/part-00000-of-00001.parquet")));
  }
}
