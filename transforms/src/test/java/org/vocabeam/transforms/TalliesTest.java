package org.vocabeam.transforms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WrittenStore;

/** The splits of images by row group: as many as there are, and told by footers where they can. */
class TalliesTest {
  private static final String LONG = "a name of a split of more than sixteen bytes, ";

  @TempDir Path temporary;

  private static ImageRecord image(int i, String split) {
    return new ImageRecord("i" + i, null, split, 8, 8, 1, "raw", new byte[64]);
  }

  private StoreReader<ImageRecord> ours(
      RecordType<ImageRecord> type, Function<Integer, String> splits) throws IOException {
    List<ImageRecord> images =
        IntStream.range(0, 300).mapToObj(i -> image(i, splits.apply(i))).toList();
    return WrittenStore.of(type, temporary.resolve("store"), images, 2, 4096, Map.of());
  }

  private static RecordType<ImageRecord> untallied() {
    return RecordType.of(ImageRecord.class, "images", ImageRecord::id);
  }

  /** Counts as whoever knows of no footer does. */
  private static List<Map<String, Long>> counted(StoreReader<ImageRecord> store)
      throws IOException {
    List<Map<String, Long>> all = new ArrayList<>();
    for (RowGroup group : store.rowGroups()) {
      Map<String, Long> counts = new TreeMap<>();
      try (RowReader<ImageRecord> rows = store.read(group)) {
        rows.forEachRemaining(row -> counts.merge(row.split(), 1L, Long::sum));
      }
      all.add(counts);
    }
    return all;
  }

  /** Returns true when every tally is read although all bytes before the footers are destroyed. */
  private static void assertNothingIsRead(StoreReader<ImageRecord> store) throws IOException {
    List<Map<String, Long>> counted = counted(store);
    destroyRows(store);
    assertThrows(UserError.class, () -> counted(store));
    assertEquals(counted, store.tallies("split"));
  }

  private static void destroyRows(StoreReader<?> store) throws IOException {
    for (RowGroup group : store.rowGroups()) {
      Path file = Path.of(group.file());
      byte[] bytes = Files.readAllBytes(file);
      int footer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 8);
      Arrays.fill(bytes, 4, bytes.length - 8 - footer, (byte) 0x55);
      Files.write(file, bytes);
    }
  }

  @Test
  void mixedRowGroupsAreToldByOurFooters() throws Exception {
    StoreReader<ImageRecord> store =
        ours(ImageRecord.TYPE, i -> i % 3 == 0 ? "test" : LONG + "train");
    List<Map<String, Long>> counted = counted(store);
    assertTrue(counted.size() > 6, counted.toString());
    assertTrue(counted.stream().anyMatch(of -> of.size() == 2), counted.toString());
    assertNothingIsRead(store);
  }

  @Test
  void aSingleSplitIsToldByStatistics() throws Exception {
    assertNothingIsRead(ours(untallied(), i -> "train"));
  }

  @Test
  void withoutATallyMixedRowGroupsAreRead() throws Exception {
    StoreReader<ImageRecord> store = ours(untallied(), i -> i % 3 == 0 ? "test" : "train");
    assertEquals(counted(store), store.tallies("split"));
    destroyRows(store);
    assertThrows(UserError.class, () -> store.tallies("split"));
  }

  /** Cut to one beginning, two values would look like one. */
  @Test
  void longValuesAreReadAsStatisticsMayBeCut() throws Exception {
    StoreReader<ImageRecord> store = ours(untallied(), i -> LONG);
    assertEquals(counted(store), store.tallies("split"));
    destroyRows(store);
    assertThrows(UserError.class, () -> store.tallies("split"));
  }

  private StoreReader<ImageRecord> theirs() throws IOException {
    Path success = temporary.resolve("theirs/_SUCCESS");
    Files.createFile(success);
    return StoreReader.open(ImageRecord.TYPE, success.getParent().toString());
  }

  private void copy(String order) throws Exception {
    Files.createDirectories(temporary.resolve("theirs"));
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement sql = duckdb.createStatement()) {
      sql.execute(
          String.format(
              "COPY (SELECT * FROM '%s/store/*.parquet' ORDER BY %s) TO '%s/theirs/a.parquet'"
                  + " (FORMAT parquet, ROW_GROUP_SIZE 2048)",
              temporary, order, temporary));
    }
  }

  @Test
  void anotherEnginesFilesAreToldByStatisticsWhereTheyAreSorted() throws Exception {
    List<ImageRecord> images =
        IntStream.range(0, 4096).mapToObj(i -> image(i, i < 2048 ? "test" : "train")).toList();
    WrittenStore.of(ImageRecord.TYPE, temporary.resolve("store"), images, 1 << 20, Map.of());
    copy("split");
    assertNothingIsRead(theirs());
    Files.delete(temporary.resolve("theirs/_SUCCESS"));
    copy("id");
    StoreReader<ImageRecord> mixed = theirs();
    List<Map<String, Long>> counted = counted(mixed);
    assertEquals(2, counted.get(0).size());
    assertEquals(counted, mixed.tallies("split"));
  }

  /** As pyarrow does with the metadata of a table that it has changed. */
  @Test
  void aTallyThatAnotherEngineCopiedIsNotBelieved() throws Exception {
    write(Map.of("vocabeam.tally.split", "[{\"test\":2}]"), true, "test", "train");
    assertEquals(List.of(Map.of("test", 1L, "train", 1L)), theirs().tallies("split"));
  }

  @Test
  void withoutStatisticsRowGroupsAreRead() throws Exception {
    write(Map.of(), false, "test", "train");
    assertEquals(List.of(Map.of("test", 1L, "train", 1L)), theirs().tallies("split"));
  }

  /** Its row group has one value, and a row without any: an error for all who read it. */
  @Test
  void aNullIsFound() throws Exception {
    write(Map.of(), true, "test", null);
    StoreReader<ImageRecord> store = theirs();
    UserError error = assertThrows(UserError.class, () -> store.tallies("split"));
    assertTrue(error.getMessage().contains("has no value in column 'split'"), error.getMessage());
  }

  private void write(Map<String, String> metadata, boolean statistics, String... splits)
      throws IOException {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message images { required binary id (STRING); optional binary label (STRING);"
                + " optional binary split (STRING); required int32 width; required int32 height;"
                + " required int32 channels; required binary encoding (STRING);"
                + " required binary bytes; }");
    Path file = temporary.resolve("theirs/a.parquet");
    Files.createDirectories(file.getParent());
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(schema)
            .withExtraMetaData(metadata)
            .withStatisticsEnabled(statistics)
            .build()) {
      for (int i = 0; i < splits.length; i++) {
        Group row = new SimpleGroupFactory(schema).newGroup();
        row.append("id", "i" + i).append("width", 1).append("height", 1);
        if (splits[i] != null) {
          row.append("split", splits[i]);
        }
        row.append("channels", 1).append("encoding", "raw").append("bytes", "x");
        writer.write(row);
      }
    }
  }
}
