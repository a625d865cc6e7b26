package org.vocabeam.transforms.codebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.CoderProperties;
import org.apache.beam.sdk.testing.CombineFnTester;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.models.codebook.Outliers.Outlier;
import org.vocabeam.models.codebook.WordSums;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.store.WrittenStore;

class BuildCodebookTest {
  @TempDir private Path directory;

  private DescriptorStore descriptors(float[]... values) throws IOException {
    List<DescriptorRecord> rows = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      rows.add(DescriptorRecord.of("i" + i, i, 2 * i, values[i]));
    }
    Path store = directory.resolve("descriptors");
    WrittenStore.of(
        DescriptorRecord.TYPE,
        store,
        rows,
        1024,
        Map.of(DescriptorRecord.CHANNELS, Integer.toString(values[0].length)));
    return DescriptorStore.open(store.toString());
  }

  private String words(String name, float[]... values) throws IOException {
    List<WordRecord> rows = new ArrayList<>();
    for (int word = 0; word < values.length; word++) {
      rows.add(word(word, 0, values[word]));
    }
    Path store = directory.resolve(name);
    WrittenStore.of(WordRecord.TYPE, store, rows, 1024, Map.of());
    return store.toString();
  }

  private static WordRecord word(int word, long count, float... values) {
    return new WordRecord(word, count, DescriptorRecord.encode(values));
  }

  @Test
  void wordsMoveToTheMeansAndEmptyOnesToTheFarthest() throws IOException {
    DescriptorStore store =
        descriptors(
            new float[] {0, 1},
            new float[] {0, 3},
            new float[] {4, 0},
            new float[] {4, 0},
            new float[] {4, 6});
    String words =
        words(
            "words",
            new float[] {0, 0},
            new float[] {-90, 0},
            new float[] {4, 0},
            new float[] {-80, 0});
    Pipeline pipeline = Pipeline.create();
    PCollectionTuple built =
        pipeline.apply(BuildCodebook.of(store, new SurveyRecord(5, 6, 2), words, 4, 3));
    PAssert.that(built.get(BuildCodebook.WORDS))
        .containsInAnyOrder(word(0, 2, 0, 2), word(1, 0, 4, 6), word(2, 3, 4, 2), word(3, 0, 0, 3));
    double shift = Math.sqrt(4 + (94 * 94 + 36) + 4 + (80 * 80 + 9));
    PAssert.that(built.get(BuildCodebook.ITERATION))
        .containsInAnyOrder(new IterationRecord(3, 1 + 9 + 36, 2, 2, shift));
    pipeline.run().waitUntilFinish();
  }

  private static float[][] random(int rows, int channels) {
    SplittableRandom random = new SplittableRandom(8);
    float[][] values = new float[rows][channels];
    for (float[] row : values) {
      for (int c = 0; c < channels; c++) {
        row[c] = (float) ((random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(7)));
      }
    }
    return values;
  }

  /** Returns the rows of the store that an iteration writes. */
  private List<WordRecord> iterate(DescriptorStore store, String words, int count, String name)
      throws IOException {
    Pipeline pipeline = Pipeline.create();
    PCollectionTuple built =
        pipeline.apply(BuildCodebook.of(store, new SurveyRecord(700, 1e7, 3), words, count, 0));
    WriteStore<WordRecord> write =
        WriteStore.to(WordRecord.TYPE, directory.resolve(name).toString());
    write.prepare(false);
    built.get(BuildCodebook.WORDS).apply(write);
    pipeline.run().waitUntilFinish();
    write.commit();
    return WordRecord.read(directory.resolve(name).toString());
  }

  @Test
  void theBytesDoNotDependOnBundlesOrOrder() throws IOException {
    DescriptorStore store = descriptors(random(700, 3));
    float[][] first = new float[20][];
    System.arraycopy(random(700, 3), 100, first, 0, 20);
    first[19] = new float[] {1e9f, 0, 0}; // empty
    String words = words("words", first);
    assertTrue(store.groups().size() > 5, store.groups().toString());
    DescriptorStore together = withRows(store, store.groups(), 1);
    List<RowGroup> shuffled = new ArrayList<>(store.groups());
    Collections.shuffle(shuffled, new Random(3));
    DescriptorStore apart = withRows(store, shuffled, 1_000_000);
    assertEquals(1, together.parts(20).size(), "one bundle");
    assertEquals(shuffled.size(), apart.parts(20).size(), "as many as there are row groups");
    List<WordRecord> one = iterate(together, words, 20, "one");
    assertEquals(one, iterate(apart, words, 20, "many"));
    assertEquals(700, one.stream().mapToLong(WordRecord::count).sum());
    assertEquals(0, one.get(19).count());
  }

  @Test
  void theFirstWordsComeFromASampleThatDoesNotDependOnOrder() throws IOException {
    DescriptorStore store = descriptors(random(700, 3));
    List<RowGroup> shuffled = new ArrayList<>(store.groups());
    Collections.shuffle(shuffled, new Random(3));
    // Pretends twenty times as many descriptors: about a third of 700 is drawn, then 5 of them.
    List<WordRecord> words = seed(withRows(store, store.groups(), 14_000), 4, "straight");
    assertEquals(words, seed(withRows(store, shuffled, 14_000), 4, "shuffled"));
    assertNotEquals(words, seed(store, 4, "all"), "the sample is not the whole");
    assertNotEquals(words, seed(withRows(store, shuffled, 14_000), 5, "other seed"));
  }

  private List<WordRecord> seed(DescriptorStore store, long seed, String name) throws IOException {
    Pipeline pipeline = Pipeline.create();
    PCollectionTuple seeded = pipeline.apply(SeedCodebook.of(store, 5, seed));
    double magnitude = 0;
    for (float[] row : random(700, 3)) {
      for (float value : row) {
        magnitude = Math.max(magnitude, Math.abs(value));
      }
    }
    PAssert.that(seeded.get(SeedCodebook.SURVEY))
        .containsInAnyOrder(new SurveyRecord(700, magnitude, 3));
    WriteStore<WordRecord> write =
        WriteStore.to(WordRecord.TYPE, directory.resolve(name).toString());
    write.prepare(false);
    seeded.get(SeedCodebook.WORDS).apply(write);
    pipeline.run().waitUntilFinish();
    write.commit();
    return WordRecord.read(directory.resolve(name).toString());
  }

  @Test
  void theSampleGrowsWithTheWordsUpToItsMemory() {
    assertEquals(4096, SeedCodebook.sampleSize(5, 3));
    assertEquals(32 * 256, SeedCodebook.sampleSize(256, 512));
    assertEquals(131_072, SeedCodebook.sampleSize(8192, 512), "256 MB");
    assertEquals(4 * 8192, SeedCodebook.sampleSize(8192, 100_000));
  }

  private static DescriptorStore withRows(DescriptorStore store, List<RowGroup> groups, long rows) {
    return new DescriptorStore(
        groups, rows, store.channels(), store.fingerprint(), store.provenance());
  }

  @Test
  void sumsAndOutliersMergeInAnyOrder() {
    List<WordSums> sums = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      sums.add(
          new WordSums(
              2, new long[] {i}, new long[] {1L << (10 * i)}, new long[] {i, 1L << (50 + i)}));
    }
    CombineFnTester.testCombineFn(
        new AddSums(),
        sums,
        new WordSums(
            2,
            new long[] {10},
            new long[] {(1L << 10) + (1L << 20) + (1L << 30) + (1L << 40)},
            new long[] {10, 15L << 51}));
    List<List<Outlier>> outliers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      outliers.add(
          List.of(new Outlier(i, new float[] {i}), new Outlier(9 - i, new float[] {9 - i})));
    }
    CombineFnTester.testCombineFn(
        new KeepFarthest(3),
        outliers,
        org.hamcrest.Matchers.hasToString(
            org.hamcrest.Matchers.startsWith("[Outlier[squaredDistance=9.0")));
  }

  @Test
  void sumsComeThroughTheirCoder() throws Exception {
    CoderProperties.coderDecodeEncodeEqual(
        new WordSumsCoder(),
        new WordSums(
            2,
            new long[] {1, 1L << 62},
            new long[] {-1, 7},
            new long[] {1, -2, 3, Long.MIN_VALUE}));
  }

  @Test
  void unusableCodebooksAreRejected() throws IOException {
    assertRefused("holds no word");
    assertRefused("has no word 1, but 2 words", row(0, 1f, 2f), row(2, 1f, 2f));
    assertRefused("has 1 values in word 1 and 2 in word 0", row(0, 1f, 2f), row(1, 1f));
    assertRefused("has the value NaN in word 1", row(0, 1f, 2f), row(1, 1f, Float.NaN));
    Codebook read = codebook(row(1, 3f, 4f), row(0, 1f, 2f));
    assertEquals(List.of(1f, 2f, 3f, 4f), list(read.words()));
    assertEquals(2, read.count());
    assertEquals(2, read.channels());
    assertEquals("x", read.provenance().get("level"));
    assertEquals(32, read.fingerprint().length());
  }

  private static List<Float> list(float[] values) {
    List<Float> list = new ArrayList<>();
    for (float value : values) {
      list.add(value);
    }
    return list;
  }

  private static CodebookRecord row(int word, Float... values) {
    return new CodebookRecord(word, 3, List.of(values));
  }

  private Codebook codebook(CodebookRecord... rows) throws IOException {
    Path store = directory.resolve("codebook");
    WrittenStore.of(CodebookRecord.TYPE, store, List.of(rows), 1024, Map.of("level", "x"));
    return CodebookRecord.read(store.toString());
  }

  private void assertRefused(String what, CodebookRecord... rows) {
    UserError error = assertThrows(UserError.class, () -> codebook(rows));
    assertTrue(
        error.getMessage().startsWith(directory.resolve("codebook") + " " + what),
        error.getMessage());
  }
}
