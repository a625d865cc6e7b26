package org.vocabeam.transforms.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vocabeam.models.UserError;

/** Labels and splits of Parquet as people have it. */
class ParquetLabelsTest implements InputFiles {
  @TempDir private Path temporary;

  @Override
  public Path directory() {
    return temporary;
  }

  @Test
  void hiddenLabelsOfParquet() throws Exception {
    parquet("test.parquet", "label", "", "-1", "-1");
    assertEquals(
        Map.of("test.parquet#00000", "test/null", "test.parquet#00001", "test/null"),
        read("test.parquet"));
  }

  @Test
  void namesOfClassesInParquet() throws Exception {
    String names =
        ", KV_METADATA {huggingface: '{\"info\": {\"features\": {\"label\": {\"names\": [\"cat\","
            + " \"dog\"], \"_type\": \"ClassLabel\"}, \"image\": {\"_type\": \"Image\"}}}}'}";
    parquet("h/data/train-00000-of-00002.parquet", "label", names, "0", "1", "-1");
    parquet("h/data/train-00001-of-00002.parquet", "label", names, "NULL", "7", "1");
    ImageSource source = open("h", SourceOptions.usual());
    assertEquals(
        List.of("train/cat", "train/dog", "train/null", "train/null", "train/7", "train/dog"),
        List.copyOf(read(source).values()));
    assertPart("names of its classes", source.origin().labels());
  }

  @Test
  void splitsOfParquetDirectories() throws Exception {
    parquet("h/default/train/0000.parquet", "label", "", "1");
    parquet("h/default/test/0000.parquet", "label", "", "2");
    parquet("h/default/partial-validation/0000.parquet", "label", "", "3");
    assertEquals(
        Map.of(
            "default/train/0000.parquet#00000", "train/1",
            "default/test/0000.parquet#00000", "test/2",
            "default/partial-validation/0000.parquet#00000", "validation/3"),
        read("h"));
  }

  @Test
  void hivePartitionsAreColumns() throws Exception {
    parquet("h/split=train/label=cat%20x/1.parquet", "weight", "", "0.5");
    parquet("h/split=Testing/label=__HIVE_DEFAULT_PARTITION__/1.parquet", "weight", "", "0.5");
    parquet("h/split=dev/label=3/1.parquet", "weight", "", "0.5");
    assertEquals(
        Map.of(
            "split=train/label=cat%20x/1.parquet#00000", "train/cat x",
            "split=Testing/label=__HIVE_DEFAULT_PARTITION__/1.parquet#00000", "test/null",
            "split=dev/label=3/1.parquet#00000", "dev/3"),
        read("h"));
    SourceOptions species = SourceOptions.usual().columns(null, "weight", null);
    assertEquals("dev/0.5", read(open("h", species)).get("split=dev/label=3/1.parquet#00000"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "3::INTEGER | 3",
        "3.0::DOUBLE | 3",
        "3.0::FLOAT | 3",
        "2.5::DOUBLE | 2.5",
        "true | true",
        "1.50 | 1.50",
        "4.0 | 4",
        "'dog'::ENUM('cat', 'dog') | dog",
        "[7] | 7",
        "['x'] | x",
        "'' | null",
        "'nan'::DOUBLE | null",
        "200::UTINYINT | 200",
        "'x'::VARCHAR | x"
      })
  void labelsOfEveryType(String sql, String label) throws Exception {
    parquet("one.parquet", "target", "", sql);
    assertEquals(Map.of("one.parquet#00000", "all/" + label), read("one.parquet"));
  }

  @Test
  void severalValuesAreNoLabel() throws Exception {
    parquet("one.parquet", "label", "", "[7, 8]");
    UserError error = assertThrows(UserError.class, () -> read("one.parquet"));
    assertPart("column 'label'", error.getMessage());
    assertPart("has a row with 2 values", error.getMessage());
  }

  @Test
  void severalColumnsOfLabels() throws Exception {
    parquet("one.parquet", "coarse_label, 5 AS fine_label", "", "1");
    ImageSource source = open("one.parquet", SourceOptions.usual());
    assertEquals("all/5", read(source).get("one.parquet#00000"));
    assertEquals(
        "the column 'fine_label' (there is 'coarse_label' too; set labelColumn to read that)",
        source.origin().labels());
    assertEquals(
        "all/1",
        read(open("one.parquet", SourceOptions.usual().columns(null, "coarse_label", null)))
            .get("one.parquet#00000"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"img", "jpg", "image_bytes", "pixels"})
  void columnsOfImagesHaveManyNames(String column) throws Exception {
    duckDb(
        "COPY (SELECT $PNG AS "
            + column
            + ", 4 AS label, 'x'::BLOB AS mask)"
            + " TO '%s/one.parquet' (FORMAT parquet)");
    assertEquals(Map.of("one.parquet#00000", "all/4"), read("one.parquet"));
  }

  @Test
  void structuresMayHaveThePathOfAFile() throws Exception {
    images("p/files/a.png");
    duckDb(
        "CREATE TABLE t(image STRUCT(bytes BLOB, path VARCHAR), label INTEGER)",
        "INSERT INTO t VALUES ({'bytes': $PNG, 'path': 'x.png'}, 1),"
            + " ({'bytes': NULL, 'path': 'files/a.png'}, 2),"
            + " ({'bytes': NULL, 'path': 'files/b.png'}, 3), ({'bytes': NULL, 'path': NULL}, 4)",
        "COPY t TO '%s/p/train.parquet' (FORMAT parquet)");
    assertEquals(
        Map.of(
            "train.parquet#00000", "train/1",
            "train.parquet#00001", "train/2",
            "train.parquet#00002", "no such file",
            "train.parquet#00003", "no content"),
        read("p/train.parquet"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"uncompressed", "snappy", "gzip", "zstd", "lz4_raw", "brotli"})
  void everyCodec(String codec) throws Exception {
    parquet("one.parquet", "label", ", COMPRESSION " + codec, "1", "2", "3");
    assertEquals(List.of("all/1", "all/2", "all/3"), List.copyOf(read("one.parquet").values()));
  }
}
