package org.vocabeam.transforms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.codebook.CodebookRecord;
import org.vocabeam.transforms.codebook.DescriptorRecord;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.features.MapRecord;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.RejectedRecord;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.store.WrittenStore;
import org.vocabeam.transforms.targets.TargetRecord;
import org.vocabeam.transforms.training.StepMetric;
import org.vocabeam.transforms.views.ViewsRecord;

/** Stores that other engines wrote: DuckDB itself, and files in the forms of pandas and Spark. */
class ForeignStoreTest {
  private static final int ROWS = 40;

  @TempDir Path temporary;
  private Connection duckdb;

  @BeforeEach
  void connect() throws SQLException {
    duckdb = DriverManager.getConnection("jdbc:duckdb:");
  }

  @AfterEach
  void close() throws SQLException {
    duckdb.close();
  }

  /** Copies a store of these rows through DuckDB, and returns the copy. */
  private <T> StoreReader<T> copied(RecordType<T> type, List<T> rows, String spot, String expected)
      throws IOException, SQLException {
    Path store = temporary.resolve(type.store());
    StoreReader<T> ours = WrittenStore.of(type, store, rows, 2048, Map.of("command", "test"));
    String from = "'" + store + "/*.parquet'";
    assertEquals(Integer.toString(rows.size()), query("SELECT count(*) FROM " + from));
    assertEquals(expected, query("SELECT " + spot.replace("STORE", from)));
    Path copy = temporary.resolve(type.store() + "-copy");
    copy("SELECT * FROM " + from, copy, "data.parquet");
    StoreReader<T> theirs = StoreReader.open(type, copy.toString());
    assertEquals(WrittenStore.rows(ours), WrittenStore.rows(theirs));
    assertEquals(rows.size(), theirs.manifest().rows());
    return theirs;
  }

  private String query(String sql) throws SQLException {
    try (Statement statement = duckdb.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      assertTrue(result.next());
      return result.getString(1);
    }
  }

  private void copy(String select, Path directory, String file) throws SQLException, IOException {
    Files.createDirectories(directory);
    try (Statement sql = duckdb.createStatement()) {
      sql.execute("COPY (" + select + ") TO '" + directory.resolve(file) + "' (FORMAT parquet)");
    }
    Path success = directory.resolve("_SUCCESS");
    if (!Files.exists(success)) {
      Files.createFile(success);
    }
  }

  private static ImageRecord image(int i) {
    byte[] pixels = new byte[5 * 4 * 3];
    new SplittableRandom(i).nextBytes(pixels);
    return new ImageRecord(
        "i" + i,
        i % 3 == 0 ? null : "c" + i % 3,
        i % 2 == 0 ? "train" : "test",
        5,
        4,
        3,
        "raw",
        pixels);
  }

  private static List<ImageRecord> images() {
    return IntStream.range(0, ROWS).mapToObj(ForeignStoreTest::image).toList();
  }

  @Test
  void imagesAreReadBack() throws Exception {
    copied(
        ImageRecord.TYPE,
        images(),
        "octet_length(bytes) || label || width FROM STORE WHERE id = 'i7'",
        "60c15");
  }

  @Test
  void rejected() throws Exception {
    List<RejectedRecord> rows =
        IntStream.range(0, ROWS)
            .mapToObj(i -> new RejectedRecord("a long name of a file/" + i, "reason" + i % 3))
            .toList();
    copied(RejectedRecord.TYPE, rows, "count(*) FROM STORE WHERE reason = 'reason0'", "14");
  }

  @Test
  void embeddings() throws Exception {
    List<EmbeddingRecord> rows =
        IntStream.range(0, ROWS)
            .mapToObj(
                i ->
                    new EmbeddingRecord(
                        "i" + i, i == 0 ? null : "c", "all", new float[] {i, -i / 3f, 1e-30f}))
            .toList();
    copied(EmbeddingRecord.TYPE, rows, "embedding[1] FROM STORE WHERE id = 'i7'", "7.0");
  }

  private static List<MapRecord> mapRows() {
    return IntStream.range(0, ROWS)
        .mapToObj(
            i ->
                new MapRecord(
                    "i" + i,
                    i == 0 ? null : "c",
                    "all",
                    1,
                    2,
                    2,
                    new float[] {i / 3f, -i},
                    new float[] {i, -i / 4f, 0x1p-24f, 65504}))
        .toList();
  }

  @Test
  void maps() throws Exception {
    copied(
        MapRecord.TYPE,
        mapRows(),
        "patches[2] || typeof(patches) FROM STORE WHERE id = 'i7'",
        "-1.75FLOAT[]");
  }

  /** Numbers of 16 bits are numbers to DuckDB; its own files, and ours, hold the same. */
  @Test
  void mapsOfFloat16() throws Exception {
    copied(
        MapRecord.Numbers.FLOAT16.type(),
        mapRows(),
        "patches[2] || ' ' || patches[4] || typeof(patches) FROM STORE WHERE id = 'i7'",
        "-1.75 65504.0FLOAT[]");
    assertEquals(
        "FIXED_LEN_BYTE_ARRAY 2 Float16Type()",
        query(
            "SELECT type || ' ' || type_length || ' ' || logical_type FROM parquet_schema('"
                + temporary
                + "/maps/part-00000-of-00001.parquet') WHERE type_length = '2'"));
  }

  @Test
  void metrics() throws Exception {
    List<MetricRecord> rows =
        IntStream.range(0, ROWS)
            .mapToObj(i -> new MetricRecord("trained", "m" + i, 0.1, i / 7.0, 0))
            .toList();
    copied(MetricRecord.TYPE, rows, "round(value, 3) FROM STORE WHERE metric = 'm3'", "0.429");
  }

  @Test
  void checkpoint() throws Exception {
    List<VariableChunk> rows =
        IntStream.range(0, ROWS)
            .mapToObj(
                i ->
                    new VariableChunk(
                        "variable" + i, i % 2, Role.values()[0], List.of(2L, 3L), new byte[24]))
            .toList();
    copied(VariableChunk.TYPE, rows, "shape[2] FROM STORE WHERE variable = 'variable3'", "3");
  }

  @Test
  void steps() throws Exception {
    List<StepMetric> rows =
        IntStream.range(0, 10 * ROWS).mapToObj(i -> new StepMetric(i, 1, "loss", i / 3f)).toList();
    copied(StepMetric.TYPE, rows, "value FROM STORE WHERE step = 6", "2.0");
  }

  @Test
  void views() throws Exception {
    List<ViewsRecord> rows =
        IntStream.range(0, ROWS)
            .mapToObj(
                i ->
                    new ViewsRecord(
                        "i" + i,
                        3,
                        i == 0 ? null : "c",
                        "train",
                        List.of(
                            new ViewsRecord.View("crops", 0, 2, 1, new byte[] {1, 2, 3, (byte) i}),
                            new ViewsRecord.View("teacher", 0, 1, 1, new byte[] {(byte) i}))))
            .toList();
    copied(
        ViewsRecord.TYPE,
        rows,
        "octet_length(v.bytes) FROM (SELECT unnest(views) AS v FROM STORE WHERE id = 'i7')"
            + " WHERE v.\"view\" = 'crops'",
        "4");
  }

  @Test
  void descriptors() throws Exception {
    List<DescriptorRecord> rows =
        IntStream.range(0, ROWS)
            .mapToObj(i -> DescriptorRecord.of("i" + i, i % 7, i % 5, new float[] {i, -i}))
            .toList();
    copied(DescriptorRecord.TYPE, rows, "id FROM STORE WHERE y = 2 AND x = 1 LIMIT 1", "i16#2,1");
  }

  @Test
  void codebook() throws Exception {
    List<CodebookRecord> rows =
        IntStream.range(0, ROWS)
            .mapToObj(i -> new CodebookRecord(i, 10L * i, List.of((float) i, i / 4f)))
            .toList();
    copied(CodebookRecord.TYPE, rows, "vector[2] FROM STORE WHERE word = 6", "1.5");
  }

  @Test
  void targets() throws Exception {
    List<TargetRecord> rows =
        IntStream.range(0, ROWS)
            .mapToObj(i -> new TargetRecord("i" + i, List.of(i, i + 3), List.of(0.25f, 0.75f)))
            .toList();
    copied(TargetRecord.TYPE, rows, "words[2] FROM STORE WHERE id = 'i4'", "7");
  }

  @Test
  void filesAreReadInTheOrderOfTheirNames() throws Exception {
    Path store = temporary.resolve("two");
    copy("SELECT 'b' AS id, 'r' AS reason", store, "10.parquet");
    copy("SELECT 'c' AS id, 'r' AS reason", store, "9.parquet");
    copy("SELECT 'a' AS id, 'r' AS reason, 5 AS extra", store, "1.parquet");
    Files.writeString(store.resolve("notes.txt"), "not a table");
    StoreReader<RejectedRecord> rows = StoreReader.open(RejectedRecord.TYPE, store.toString());
    assertEquals(
        List.of("a", "b", "c"), WrittenStore.rows(rows).stream().map(RejectedRecord::id).toList());
    assertEquals(2, rows.rowGroups().get(2).firstRow());
  }

  /** Uncompressed, a pixel changes neither the length of the file nor its footer. */
  @Test
  void theFingerprintChangesWithAPixel() throws Exception {
    String select =
        "SELECT 'a' AS id, NULL::VARCHAR AS label, 'all' AS split, 4 AS width, 1 AS height,"
            + " 1 AS channels, 'raw' AS encoding, BYTES::BLOB AS bytes";
    Path store = temporary.resolve("pixel");
    copy(select.replace("BYTES", "'\\x01\\x02\\x03\\x04'"), store, "a.parquet");
    String before = StoreReader.open(ImageRecord.TYPE, store.toString()).fingerprint();
    assertEquals(before, StoreReader.open(ImageRecord.TYPE, store.toString()).fingerprint());
    copy(select.replace("BYTES", "'\\x01\\x02\\x04\\x04'"), store, "a.parquet");
    assertNotEquals(before, StoreReader.open(ImageRecord.TYPE, store.toString()).fingerprint());
  }

  private String refused(RecordType<?> type, Path store) {
    return assertThrows(UserError.class, () -> StoreReader.open(type, store.toString()))
        .getMessage();
  }

  @Test
  void whatIsWrongIsSaidInOneLine() throws Exception {
    Path store = temporary.resolve("wrong");
    String file = store + "/a.parquet";
    copy("SELECT 'a' AS id, 'x' AS why", store, "a.parquet");
    assertEquals(
        file
            + " is no file of a store of rejected: it has no column 'reason', which must be string"
            + " (it has id, why); write the files with that column",
        refused(RejectedRecord.TYPE, store));
    copy("SELECT 'a' AS id, 7 AS reason", store, "a.parquet");
    assertEquals(
        file
            + " is no file of a store of rejected: it has column 'reason' as int, which must be"
            + " string; write the files with that column",
        refused(RejectedRecord.TYPE, store));
    copy("SELECT 'a' AS id, 'l' AS label, 's' AS split, ['x'] AS embedding", store, "a.parquet");
    assertEquals(
        file
            + " is no file of a store of embeddings: it has column 'embedding[]' as string, which"
            + " must be float; write the files with that column",
        refused(EmbeddingRecord.TYPE, store));

    Files.delete(store.resolve("_SUCCESS"));
    assertEquals(
        store
            + " is not a complete store of rejected (it has no _SUCCESS file); if another engine"
            + " has written its files to the end, say so with: touch "
            + store
            + "/_SUCCESS",
        refused(RejectedRecord.TYPE, store));
    Files.delete(store.resolve("a.parquet"));
    Files.createFile(store.resolve("_SUCCESS"));
    assertEquals(
        store + " has a _SUCCESS file but no .parquet file; write the store again",
        refused(RejectedRecord.TYPE, store));
    copy("SELECT 'a' AS id, 'x' AS reason", store.resolve("split=train"), "a.parquet");
    assertTrue(refused(RejectedRecord.TYPE, store).contains("partitioned"));
  }

  @Test
  void aNullWhereNoneMayBeNamesTheRow() throws Exception {
    Path store = temporary.resolve("null");
    copy("SELECT * FROM (VALUES ('a', 'x'), ('b', NULL)) AS t(id, reason)", store, "a.parquet");
    StoreReader<RejectedRecord> rows = StoreReader.open(RejectedRecord.TYPE, store.toString());
    assertEquals(
        store
            + "/a.parquet: row 1 of row group 0 (id 'b') has no value in column 'reason'; write"
            + " the file without such rows",
        assertThrows(UserError.class, () -> WrittenStore.rows(rows)).getMessage());
  }

  /** The store of an older version, which had no column for the reason. */
  @Test
  void aStoreOfAnotherVersionSaysSo() throws Exception {
    record Old(String id) {}
    RecordType<Old> old = RecordType.of(Old.class, "rejected", Old::id);
    Path store = temporary.resolve("old");
    WrittenStore.of(old, store, List.of(new Old("a")), 2048, Map.of("version", "0.0.1"));
    String line = refused(RejectedRecord.TYPE, store);
    assertTrue(line.contains("has no column 'reason'"), line);
    assertTrue(
        line.endsWith("it is of another version (0.0.1): write the store again with this one"),
        line);
  }

  /** Images of which nobody knows a label. */
  @Test
  void aNullableColumnMayBeAbsent() throws Exception {
    Path ours = temporary.resolve("with");
    WrittenStore.of(ImageRecord.TYPE, ours, images(), 2048, Map.of());
    Path store = temporary.resolve("without");
    copy("SELECT * EXCLUDE (label) FROM '" + ours + "/*.parquet'", store, "a.parquet");
    List<ImageRecord> expected =
        WrittenStore.rows(StoreReader.open(ImageRecord.TYPE, ours.toString())).stream()
            .map(
                i ->
                    new ImageRecord(
                        i.id(),
                        null,
                        i.split(),
                        i.width(),
                        i.height(),
                        i.channels(),
                        i.encoding(),
                        i.bytes()))
            .toList();
    StoreReader<ImageRecord> rows = StoreReader.open(ImageRecord.TYPE, store.toString());
    assertEquals(expected, WrittenStore.rows(rows));
    assertEquals(
        List.of(Map.of("test", 20L, "train", 20L)),
        rows.tallies("split"),
        "other columns are read as before");
  }

  @Test
  void aNullableColumnMayBeAbsentInsideAList() throws Exception {
    record Part(int number, @Nullable String note) {}
    record Whole(String id, List<Part> parts) {}
    Path store = temporary.resolve("parts");
    copy("SELECT 'a' AS id, [{'number': 1}, {'number': 2}] AS parts", store, "a.parquet");
    RecordType<Whole> type = RecordType.of(Whole.class, "wholes", Whole::id);
    assertEquals(
        List.of(new Whole("a", List.of(new Part(1, null), new Part(2, null)))),
        WrittenStore.rows(StoreReader.open(type, store.toString())));
  }

  /** pandas: every int is int64, every float double, lists are list.element or list.item. */
  @Test
  void theFormsOfOtherWritersAreRead() throws Exception {
    String list = "optional group embedding (LIST) { repeated group %s }";
    for (String form :
        List.of(
            "list { optional double element; }",
            "list { optional float item; }",
            "bag { optional float array_element; }",
            "list { required double element; }")) {
      assertEquals(
          List.of(new EmbeddingRecord("a", null, "all", new float[] {1, 2})),
          embedding(list.formatted(form), true));
    }
    assertEquals(
        List.of(new EmbeddingRecord("a", null, "all", new float[] {1, 2})),
        embedding("required group embedding (LIST) { repeated float array; }", false));
  }

  private List<EmbeddingRecord> embedding(String column, boolean threeLevels) throws Exception {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message schema { optional binary id (STRING); optional int32 label (UNKNOWN);"
                + " optional binary split (STRING); optional int64 __index_level_0__; "
                + column
                + " }");
    Group row = new SimpleGroupFactory(schema).newGroup();
    row.append("id", "a").append("split", "all").append("__index_level_0__", 0L);
    Group list = row.addGroup("embedding");
    for (int value = 1; value <= 2; value++) {
      Group entry = threeLevels ? list.addGroup(0) : list;
      if (column.contains("double")) {
        entry.add(0, (double) value);
      } else {
        entry.add(0, (float) value);
      }
    }
    return WrittenStore.rows(StoreReader.open(EmbeddingRecord.TYPE, written(schema, row)));
  }

  private String written(MessageType schema, Group... rows) throws IOException {
    Path store = Files.createTempDirectory(temporary, "groups");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(store.resolve("0.parquet")))
            .withConf(new PlainParquetConfiguration())
            .withType(schema)
            .build()) {
      for (Group row : rows) {
        writer.write(row);
      }
    }
    Files.createFile(store.resolve("_SUCCESS"));
    return store.toString();
  }

  @Test
  void wideIntsAreReadWhereTheyFit() throws Exception {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message schema { optional int32 step (INTEGER(16,true)); optional int64 replica;"
                + " optional binary metric (STRING); optional double value; }");
    List<Group> rows = new ArrayList<>();
    for (long replica : new long[] {3, 1L << 40}) {
      Group row = new SimpleGroupFactory(schema).newGroup();
      row.append("step", 7).append("replica", replica).append("metric", "loss").append("value", 2.);
      rows.add(row);
    }
    assertEquals(
        List.of(new StepMetric(7, 3, "loss", 2)),
        WrittenStore.rows(StoreReader.open(StepMetric.TYPE, written(schema, rows.get(0)))));
    StoreReader<StepMetric> large = StoreReader.open(StepMetric.TYPE, written(schema, rows.get(1)));
    String line = assertThrows(UserError.class, () -> WrittenStore.rows(large)).getMessage();
    assertTrue(line.contains("has 1099511627776 in column 'replica', too large"), line);
  }

  @Test
  void anEmptyEntryOfAListIsRefused() throws Exception {
    Path store = temporary.resolve("entry");
    copy("SELECT 'a' AS id, 'l' AS label, 's' AS split, [1::FLOAT, NULL] AS embedding", store, "a");
    Files.move(store.resolve("a"), store.resolve("a.parquet"));
    StoreReader<EmbeddingRecord> rows = StoreReader.open(EmbeddingRecord.TYPE, store.toString());
    String line = assertThrows(UserError.class, () -> WrittenStore.rows(rows)).getMessage();
    assertTrue(line.contains("has an empty entry in the list 'embedding'"), line);
  }

  @Test
  void aForeignStoreIsReplacedOnlyOnRequest() throws Exception {
    Path store = temporary.resolve("kept");
    copy("SELECT 'a' AS id, 'x' AS reason", store, "a.parquet");
    WriteStore<RejectedRecord> write = WriteStore.to(RejectedRecord.TYPE, store.toString());
    String line = assertThrows(UserError.class, () -> write.prepare(false)).getMessage();
    assertTrue(line.contains("already holds files of another engine"), line);
    assertTrue(StoreReader.isComplete(store.toString()));
    write.prepare(true);
    assertFalse(StoreReader.isComplete(store.toString()));
  }
}
