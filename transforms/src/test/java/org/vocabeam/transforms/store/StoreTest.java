package org.vocabeam.transforms.store;

import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.testing.CoderProperties;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

class StoreTest {
  private static final Map<String, String> PROVENANCE = Map.of("command", "test", "seed", "7");

  @TempDir Path temporary;

  @Test
  void whatIsWrittenIsReadBack() throws Exception {
    List<Sample> samples = samples(500);
    WriteStore<Sample> write = write("store", samples, 3);

    StoreReader<Sample> store = StoreReader.open(Sample.TYPE, directory("store"));
    assertEquals(500, store.manifest().rows());
    assertEquals(PROVENANCE, store.manifest().provenance());
    assertEquals("7", store.metadata().get("seed"));
    assertEquals("samples", store.metadata().get(WriteStore.STORE));

    Pipeline pipeline = Pipeline.create();
    PAssert.that(pipeline.apply(ReadStore.from(Sample.TYPE, directory("store"))))
        .containsInAnyOrder(samples);
    pipeline.run().waitUntilFinish();
    assertThrows(UserError.class, () -> write.prepare(false));
  }

  @Test
  void theOutputNamesEveryShardWithItsRows() throws Exception {
    Pipeline pipeline = Pipeline.create();
    WriteStore<Sample> write =
        WriteStore.to(Sample.TYPE, directory("named")).withShards(2).withProvenance(PROVENANCE);
    write.prepare(false);
    PAssert.that(pipeline.apply(Create.of(samples(1)).withCoder(Sample.TYPE.coder())).apply(write))
        .satisfies(
            shards -> {
              Map<String, Long> rows = new TreeMap<>();
              shards.forEach(shard -> rows.put(shard.getKey(), shard.getValue()));
              assertEquals(
                  new TreeSet<>(
                      List.of("part-00000-of-00002.parquet", "part-00001-of-00002.parquet")),
                  rows.keySet());
              assertEquals(1, rows.values().stream().mapToLong(n -> n).sum());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void bytesDependOnTheRowsAndNotOnTheirOrder() throws Exception {
    List<Sample> samples = samples(300);
    write("first", samples, 3);
    Collections.shuffle(samples, new Random(1));
    write("shuffled", samples, 3);
    assertEquals(contents("first"), contents("shuffled"));

    samples.set(17, new Sample(samples.get(17).id(), "other", 1, new byte[9]));
    write("changed", samples, 3);
    Map<String, String> first = contents("first");
    Map<String, String> changed = contents("changed");
    first.keySet().removeIf(file -> first.get(file).equals(changed.get(file)));
    assertEquals(2, first.size(), "one shard and _SUCCESS: " + first.keySet());
  }

  /** Two keys of one hash: a hash map keeps them in the order in which they came. */
  @Test
  void bytesDependOnTheProvenanceAndNotOnItsOrder() throws Exception {
    assertEquals("Aa".hashCode(), "BB".hashCode());
    Map<String, String> provenance = new LinkedHashMap<>();
    provenance.put("Aa", "1");
    provenance.put("BB", "2");
    WrittenStore.of(Sample.TYPE, temporary.resolve("a-first"), samples(3), 4096, provenance);
    provenance.put("Aa", provenance.remove("Aa"));
    WrittenStore.of(Sample.TYPE, temporary.resolve("b-first"), samples(3), 4096, provenance);
    assertEquals(contents("a-first"), contents("b-first"));
  }

  /** Few large rows among small ones, as in a checkpoint. */
  @Test
  void rowGroupsOfUnevenRowsAreNoLargerThanAsked() throws Exception {
    Random random = new Random(1);
    List<Sample> rows = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      byte[] content = new byte[i % 30 == 0 ? 40_000 : 10];
      random.nextBytes(content); // what compresses counts by what is left of it
      rows.add(new Sample("s" + i, null, i, content));
    }
    StoreReader<Sample> store =
        WrittenStore.of(Sample.TYPE, temporary.resolve("uneven"), rows, 50_000, Map.of());
    long largest = store.rowGroups().stream().mapToLong(RowGroup::bytes).max().getAsLong();
    assertTrue(largest < 150_000, "" + largest);
  }

  @Test
  void rowsAreMixed() throws Exception {
    write("mixed", samples(2000), 1);
    List<Sample> rows = rows("mixed");
    long low = rows.subList(0, 1000).stream().filter(row -> row.number() < 1000).count();
    // Hypergeometric: mean 500, standard deviation 11.2.
    assertTrue(low > 440 && low < 560, "of the first half " + low);
  }

  @Test
  void rowGroupsAreReadAlone() throws Exception {
    List<Sample> samples = samples(1000);
    WriteStore<Sample> write =
        WriteStore.to(Sample.TYPE, directory("groups")).withShards(2).withRowGroupBytes(20_000);
    run(write, samples);
    StoreReader<Sample> store = StoreReader.open(Sample.TYPE, directory("groups"));
    List<RowGroup> groups = store.rowGroups();
    assertTrue(groups.size() >= 6, "groups: " + groups.size());
    long next = 0;
    List<Sample> all = rows("groups");
    for (RowGroup group : groups) {
      assertEquals(next, group.firstRow());
      assertTrue(group.bytes() < 40_000, "bytes: " + group.bytes());
      List<Sample> rows = new ArrayList<>();
      try (RowReader<Sample> reader = store.read(group)) {
        reader.forEachRemaining(rows::add);
      }
      assertEquals(all.subList((int) next, (int) (next + group.rows())), rows);
      next += group.rows();
    }
    assertEquals(1000, next);
  }

  /**
   * A task that is cancelled while it reads: its runner may try again, the user has nothing to
   * mend.
   */
  @Test
  void anInterruptedReaderDoesNotBlameTheFile() throws Exception {
    write("interrupted", samples(50), 1);
    RowGroup group = StoreReader.open(Sample.TYPE, directory("interrupted")).rowGroups().get(0);
    Thread.currentThread().interrupt();
    try {
      Exception failure =
          assertThrows(Exception.class, () -> RowReader.of(Sample.TYPE, group).close());
      assertFalse(failure instanceof UserError, failure.toString());
    } finally {
      assertTrue(Thread.interrupted());
    }
  }

  private record NumberOnly(int number) {
    static final RecordType<NumberOnly> TYPE =
        RecordType.projection(NumberOnly.class, Sample.TYPE.store());
  }

  /** The last column, whose page is damaged, is not read. */
  @Test
  void aNarrowTypeReadsItsColumnsOnly() throws Exception {
    write("wide", samples(50), 1);
    List<Integer> expected = rows("wide").stream().map(Sample::number).toList();
    Path file = temporary.resolve("wide/part-00000-of-00001.parquet");
    ColumnChunkMetaData content;
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
      content = reader.getFooter().getBlocks().get(0).getColumns().get(3);
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[Math.toIntExact(content.getStartingPos() + content.getTotalSize() - 1)] ^= 4;
    Files.write(file, bytes);
    assertThrows(UserError.class, () -> rows("wide"));

    StoreReader<NumberOnly> numbers = StoreReader.open(NumberOnly.TYPE, directory("wide"));
    assertEquals(expected, numbers.rows().stream().map(NumberOnly::number).toList());
  }

  /** A row as it was before it got a label. */
  private record UnlabelledSample(String id, int number, byte[] content) {
    static final RecordType<UnlabelledSample> TYPE =
        RecordType.of(UnlabelledSample.class, Sample.TYPE.store(), UnlabelledSample::id);
  }

  private record LabelOnly(@Nullable String label) {
    static final RecordType<LabelOnly> TYPE =
        RecordType.projection(LabelOnly.class, Sample.TYPE.store());
  }

  @Test
  void aStoreThatIsOlderThanANullableColumnOpens() throws Exception {
    List<UnlabelledSample> older =
        samples(300).stream()
            .map(s -> new UnlabelledSample(s.id(), s.number(), s.content()))
            .toList();
    StoreReader<UnlabelledSample> written =
        WrittenStore.of(
            UnlabelledSample.TYPE, temporary.resolve("older"), older, 20_000, PROVENANCE);
    assertTrue(written.rowGroups().size() > 1);
    List<Sample> expected =
        written.rows().stream()
            .map(s -> new Sample(s.id(), null, s.number(), s.content()))
            .toList();
    StoreReader<Sample> opened = StoreReader.open(Sample.TYPE, directory("older"));
    assertEquals(expected, opened.rows());
    assertEquals(written.fingerprint(), opened.fingerprint());

    Pipeline pipeline = Pipeline.create();
    PAssert.that(pipeline.apply(ReadStore.from(Sample.TYPE, directory("older"))))
        .containsInAnyOrder(expected);
    pipeline.run().waitUntilFinish();

    assertEquals(
        Collections.nCopies(300, new LabelOnly(null)),
        StoreReader.open(LabelOnly.TYPE, directory("older")).rows(),
        "no column is left to read");
  }

  /** The other way round: what has no place in the record is not read. */
  @Test
  void aStoreWithAColumnTooManyOpens() throws Exception {
    write("newer", samples(20), 1);
    StoreReader<UnlabelledSample> opened =
        StoreReader.open(UnlabelledSample.TYPE, directory("newer"));
    assertEquals(
        rows("newer").stream().map(Sample::number).toList(),
        opened.rows().stream().map(UnlabelledSample::number).toList());
  }

  @Test
  void anEmptyStoreHasASchema() throws Exception {
    write("empty", List.of(), 2);
    assertEquals(List.of(), rows("empty"));
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement sql = duckdb.createStatement();
        ResultSet rows =
            sql.executeQuery(
                "SELECT count(id), count(*) FROM '" + directory("empty") + "/*.parquet'")) {
      rows.next();
      assertEquals(0, rows.getInt(2));
    }
  }

  @Test
  void duckDbReadsTheSameRowsAndMetadata() throws Exception {
    write("duck", samples(100), 2);
    String files = "'" + directory("duck") + "/*.parquet'";
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement sql = duckdb.createStatement()) {
      try (ResultSet rows =
          sql.executeQuery(
              "SELECT id, label, number, content FROM " + files + " WHERE number=47")) {
        assertTrue(rows.next());
        assertEquals("s47", rows.getString(1));
        assertEquals("c2", rows.getString(2));
        assertEquals(47, rows.getInt(3));
        assertArrayEquals(Sample.of(47).content(), rows.getBytes(4));
        assertFalse(rows.next());
      }
      try (ResultSet rows = sql.executeQuery("SELECT count(*), count(label) FROM " + files)) {
        rows.next();
        assertEquals(100, rows.getInt(1));
        assertEquals(66, rows.getInt(2));
      }
      Map<String, String> metadata = new HashMap<>();
      try (ResultSet rows =
          sql.executeQuery(
              "SELECT decode(key), decode(value) FROM parquet_kv_metadata(" + files + ")")) {
        while (rows.next()) {
          metadata.put(rows.getString(1), rows.getString(2));
        }
      }
      assertEquals("test", metadata.get("command"));
      assertEquals("samples", metadata.get("vocabeam.store"));
    }
  }

  @Test
  void withoutSuccessThereIsNoStore() throws Exception {
    write("killed", samples(10), 1);
    Files.delete(temporary.resolve("killed/_SUCCESS"));
    Path leftover = temporary.resolve("killed/part-00000-of-00009.parquet." + uuid() + ".tmp");
    Files.writeString(leftover, "half");
    Path oldPart = temporary.resolve("killed/part-00004-of-00009.parquet");
    Files.writeString(oldPart, "other sharding");
    Path foreign = temporary.resolve("killed/notes.tmp");
    Files.writeString(foreign, "mine");

    assertFalse(StoreReader.isComplete(directory("killed")));
    UserError error =
        assertThrows(UserError.class, () -> StoreReader.open(Sample.TYPE, directory("killed")));
    assertTrue(error.getMessage().contains("_SUCCESS"), error.getMessage());

    write("killed", samples(10), 1);
    assertFalse(Files.exists(leftover));
    assertFalse(Files.exists(oldPart));
    assertTrue(Files.exists(foreign));
    assertEquals(10, rows("killed").size());
  }

  @Test
  void aCompleteStoreIsReplacedOnlyOnRequest() throws Exception {
    WriteStore<Sample> old = write("kept", samples(40), 3);
    UserError error = assertThrows(UserError.class, () -> old.prepare(false));
    assertTrue(error.getMessage().contains("40 rows"), error.getMessage());
    assertEquals(40, rows("kept").size());

    WriteStore<Sample> fresh = WriteStore.to(Sample.TYPE, directory("kept"));
    fresh.prepare(true);
    assertFalse(StoreReader.isComplete(directory("kept")));
    run(fresh, samples(5));
    assertEquals(5, rows("kept").size());
  }

  @Test
  void duplicateIdsAreRefused() {
    List<Sample> samples = samples(10);
    samples.add(new Sample("s3", null, 99, new byte[1]));
    UserError error = userError(() -> write("twice", samples, 2));
    assertTrue(error.getMessage().contains("'s3'"), error.getMessage());
    assertFalse(StoreReader.isComplete(directory("twice")));
  }

  @Test
  void storesOfOtherRowsAndOtherFilesAreRefused() throws Exception {
    write("store", samples(100), 1);
    RecordType<Sample> others = RecordType.of(Sample.class, "others", Sample::id);
    UserError wrong =
        assertThrows(UserError.class, () -> StoreReader.open(others, directory("store")));
    assertTrue(wrong.getMessage().contains("store of samples"), wrong.getMessage());

    write("other", samples(99), 1);
    String part = "part-00000-of-00001.parquet";
    Files.copy(
        temporary.resolve("other/" + part),
        temporary.resolve("store/" + part),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThrows(UserError.class, () -> StoreReader.open(Sample.TYPE, directory("store")));
    Files.write(temporary.resolve("other/" + part), new byte[100]);
    assertThrows(UserError.class, () -> StoreReader.open(Sample.TYPE, directory("other")));
  }

  @Test
  void aFlippedBitIsFound() throws Exception {
    write("flipped", samples(100), 1);
    Path file = temporary.resolve("flipped/part-00000-of-00001.parquet");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 3] ^= 4;
    Files.write(file, bytes);
    assertThrows(RuntimeException.class, () -> rows("flipped"));
  }

  @Test
  void theFingerprintIsThatOfTheData() throws Exception {
    List<Sample> samples = samples(200);
    write("one", samples, 2);
    String one = StoreReader.open(Sample.TYPE, directory("one")).fingerprint();
    run(
        WriteStore.to(Sample.TYPE, directory("regrouped")).withShards(2).withRowGroupBytes(4096),
        samples);
    assertEquals(one, StoreReader.open(Sample.TYPE, directory("regrouped")).fingerprint());

    // The same length and the same smallest and largest value in every column.
    Sample old = samples.get(100);
    byte[] content = old.content().clone();
    content[50]++;
    samples.set(100, new Sample(old.id(), old.label(), old.number(), content));
    write("changed", samples, 2);
    assertNotEquals(one, StoreReader.open(Sample.TYPE, directory("changed")).fingerprint());
    write("resharded", samples(200), 3);
    assertNotEquals(one, StoreReader.open(Sample.TYPE, directory("resharded")).fingerprint());
  }

  @Test
  void directoriesMayHaveAnyName() throws Exception {
    write("photos [2020] {a,b} *?", samples(10), 2);
    assertEquals(10, rows("photos [2020] {a,b} *?").size());
  }

  @Test
  void theCoderIsDeterministicAndReadsNoFurtherThanItsRow() throws Exception {
    Coder<Sample> coder = Sample.TYPE.coder();
    coder.verifyDeterministic();
    CoderProperties.coderSerializable(coder);
    CoderProperties.coderDecodeEncodeEqual(coder, Sample.of(4));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    coder.encode(Sample.of(1), out);
    coder.encode(Sample.of(3), out);
    ByteArrayInputStream in = new ByteArrayInputStream(out.toByteArray());
    assertEquals(Sample.of(1), coder.decode(in));
    assertEquals(Sample.of(3), coder.decode(in));
    assertEquals(0, in.available());
  }

  @Test
  void shardsHoldAbout128Megabytes() {
    assertEquals(1, WriteStore.shardsFor(0));
    assertEquals(1, WriteStore.shardsFor(128L << 20));
    assertEquals(2, WriteStore.shardsFor((128L << 20) + 1));
    assertEquals(1193, WriteStore.shardsFor(160_000_000_000L));
    assertThrows(UserError.class, () -> WriteStore.to(Sample.TYPE, "x").withShards(0));
    assertThrows(UserError.class, () -> WriteStore.to(Sample.TYPE, "x").withRowGroupBytes(10));
  }

  private static List<Sample> samples(int count) {
    return new ArrayList<>(IntStream.range(0, count).mapToObj(Sample::of).toList());
  }

  private String directory(String name) {
    return temporary.resolve(name).toString();
  }

  private static String uuid() {
    return "01234567-89ab-cdef-0123-456789abcdef";
  }

  private WriteStore<Sample> write(String name, List<Sample> samples, int shards)
      throws IOException {
    WriteStore<Sample> write =
        WriteStore.to(Sample.TYPE, directory(name)).withShards(shards).withProvenance(PROVENANCE);
    run(write, samples);
    return write;
  }

  private static void run(WriteStore<Sample> write, List<Sample> samples) throws IOException {
    write.prepare(false);
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(Create.of(samples).withCoder(Sample.TYPE.coder())).apply(write);
    pipeline.run().waitUntilFinish();
    write.commit();
  }

  private List<Sample> rows(String name) throws IOException {
    StoreReader<Sample> store = StoreReader.open(Sample.TYPE, directory(name));
    List<Sample> rows = new ArrayList<>();
    for (RowGroup group : store.rowGroups()) {
      try (RowReader<Sample> reader = store.read(group)) {
        reader.forEachRemaining(rows::add);
      }
    }
    return rows;
  }

  private Map<String, String> contents(String name) throws IOException {
    try (Stream<Path> files = Files.list(temporary.resolve(name))) {
      return files.collect(
          toMap(
              file -> file.getFileName().toString(),
              file -> {
                try {
                  return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              }));
    }
  }

  private static UserError userError(org.junit.jupiter.api.function.Executable run) {
    Throwable cause = assertThrows(RuntimeException.class, run);
    while (!(cause instanceof UserError) && cause != null) {
      cause = cause.getCause();
    }
    return (UserError) cause;
  }

  @Test
  void appendedRowsMustComeInTheirOrderAndAreNotThereUntilCommitted() throws Exception {
    List<Sample> sorted = WrittenStore.rows(writtenSamples());
    WriteStore<Sample> write = WriteStore.to(Sample.TYPE, directory("appended"));
    ShardWriter<Sample> shards = write.shardWriter();
    try (OpenShard<Sample> shard = shards.open(0)) {
      shard.append(sorted.get(1));
      assertThrows(IllegalArgumentException.class, () -> shard.append(sorted.get(0)));
      assertThrows(IllegalArgumentException.class, () -> shard.append(sorted.get(1)));
    }
    assertEquals(List.of(), StoreFiles.list(directory("appended")));
    try (OpenShard<Sample> shard = shards.open(0)) {
      for (Sample sample : sorted) {
        shard.append(sample);
      }
      assertEquals(sorted.size(), shard.commit());
    }
    write.commit();
    StoreReader<Sample> appended = StoreReader.open(Sample.TYPE, directory("appended"));
    assertEquals(sorted, WrittenStore.rows(appended));
    assertEquals(writtenSamples().fingerprint(), appended.fingerprint());
    ShardWriter<Sample> two = write.withShards(2).shardWriter();
    Sample first = sorted.get(0);
    try (OpenShard<Sample> other = two.open(1 - two.shardOf(first.id()))) {
      assertThrows(IllegalArgumentException.class, () -> other.append(first));
    }
  }

  private StoreReader<Sample> writtenSamples() throws IOException {
    return WrittenStore.of(
        Sample.TYPE, temporary.resolve("written"), samples(50), 1 << 20, Map.of());
  }
}
