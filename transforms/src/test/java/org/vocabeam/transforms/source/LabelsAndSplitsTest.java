package org.vocabeam.transforms.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.transforms.image.TestImages.bytes;
import static org.vocabeam.transforms.image.TestImages.pngOf;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.image.DecodeOptions;

/** Labels and splits of inputs as people have them. */
class LabelsAndSplitsTest {
  private static final byte[] IMAGE = pngOf(2, 1, 8, 0, bytes(0, 10, 20));
  private static final String PNG = "from_hex('" + HexFormat.of().formatHex(IMAGE) + "')";

  @TempDir private Path temporary;

  private void file(String name, byte[] content) throws IOException {
    Path file = temporary.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private void text(String name, String... lines) throws IOException {
    file(name, (String.join("\n", lines) + "\n").getBytes(UTF_8));
  }

  private void images(String... names) throws IOException {
    for (String name : names) {
      file(name, IMAGE);
    }
  }

  private ImageSource open(String name, SourceOptions options) {
    return ImageSource.open(temporary.resolve(name).toString(), options, DecodeOptions.keep());
  }

  /** Returns what is read: SPLIT/LABEL, or the reason why it is no image, by id. */
  private static Map<String, String> read(ImageSource source) {
    Map<String, String> read = new TreeMap<>();
    for (WorkItem part : source.parts()) {
      part.part()
          .read(
              10_000,
              image ->
                  read.put(
                      image.id(),
                      image.rejection() != null
                          ? image.rejection().reason()
                          : image.unread() != null
                              ? image.unread().reason()
                              : image.split() + "/" + image.label()));
    }
    return read;
  }

  private Map<String, String> read(String name) {
    return read(open(name, SourceOptions.usual()));
  }

  private List<String> warnings(String name) {
    return open(name, SourceOptions.usual()).origin().warnings();
  }

  private static void assertPart(String part, String text) {
    assertTrue(text.contains(part), text);
  }

  // Folders

  @Test
  void kaggleFoldersHaveAnUnlabelledTestSplit() throws IOException {
    images("k/train/cat/1.jpg", "k/train/dog/2.jpg", "k/test/1.jpg", "k/test/2.jpg");
    assertEquals(
        Map.of(
            "train/cat/1.jpg", "train/cat",
            "train/dog/2.jpg", "train/dog",
            "test/1.jpg", "test/null",
            "test/2.jpg", "test/null"),
        read("k"));
    assertEquals(List.of(), warnings("k"));
  }

  @ParameterizedTest
  @CsvSource({
    "Training, train",
    "TRAIN, train",
    "Testing, test",
    "Test, test",
    "Validation, validation",
    "val2017, val",
    "valid, valid",
    "dev, dev",
    "seg_train, train",
    "test_images, test",
    "split=train, train"
  })
  void directoriesOfSplitsHaveManyNames(String directory, String split) throws IOException {
    images("d/" + directory + "/cat/1.png", "d/" + directory + "/dog/2.png");
    assertEquals(
        Map.of(directory + "/cat/1.png", split + "/cat", directory + "/dog/2.png", split + "/dog"),
        read("d"));
  }

  @Test
  void directoriesThatDoNotLookLikeSplitsAreNone() throws IOException {
    images("d/animals/cat/1.png", "d/animals/dog/2.png", "d/plants/rose/3.png");
    assertEquals(
        Map.of(
            "animals/cat/1.png", "all/cat",
            "animals/dog/2.png", "all/dog",
            "plants/rose/3.png", "all/rose"),
        read("d"));
    assertPart("animals, plants have no meaning", warnings("d").get(0));
    assertEquals(
        "plants/rose",
        read(open("d", SourceOptions.layout("split/label"))).get("plants/rose/3.png"));
  }

  @Test
  void aClassWithTheNameOfASplitIsAClass() throws IOException {
    images("d/bus/1.png", "d/car/2.png", "d/train/3.png");
    assertEquals(
        Map.of("bus/1.png", "all/bus", "car/2.png", "all/car", "train/3.png", "all/train"),
        read("d"));
    assertPart("'train' looks like a split", warnings("d").get(0));
  }

  @Test
  void aFolderThatLiesDeeperHasTheLabelOfTheOthers() throws IOException {
    images("d/cat/1.png", "d/dog/more/2.png", "d/dog/3.png");
    assertEquals(
        Map.of("cat/1.png", "all/cat", "dog/more/2.png", "all/dog", "dog/3.png", "all/dog"),
        read("d"));
    assertPart("2 depths", warnings("d").get(0));
  }

  @Test
  void aFolderBeforeTheSplitIsTheLabelWhereThereIsNoneBelow() throws IOException {
    images("d/cat/train/1.png", "d/cat/test/2.png", "d/dog/train/3.png", "d/dog/test/4.png");
    assertEquals(
        Map.of(
            "cat/train/1.png", "train/cat",
            "cat/test/2.png", "test/cat",
            "dog/train/3.png", "train/dog",
            "dog/test/4.png", "test/dog"),
        read("d"));
  }

  @Test
  void aWrapperAroundSplitsHasNoMeaning() throws IOException {
    images("d/set-1/train/cat/1.png", "d/set-1/train/dog/2.png", "d/set-1/test/dog/3.png");
    images("d/set-1/cover.png");
    assertEquals(
        Map.of(
            "set-1/train/cat/1.png", "train/cat",
            "set-1/train/dog/2.png", "train/dog",
            "set-1/test/dog/3.png", "test/dog",
            "set-1/cover.png", "all/set-1"),
        read("d"));
  }

  @Test
  void tinyImageNet() throws IOException {
    images("t/train/n01/images/n01_0.JPEG", "t/train/n02/images/n02_0.JPEG");
    text("t/train/n01/n01_boxes.txt", "n01_0.JPEG\t0\t0\t62\t62");
    images("t/val/images/val_0.JPEG", "t/val/images/val_1.JPEG", "t/test/images/test_0.JPEG");
    text(
        "t/val/val_annotations.txt",
        "val_0.JPEG\tn02\t0\t32\t44\t62",
        "val_1.JPEG\tn01\t5\t6\t7\t8");
    text("t/wnids.txt", "n01", "n02");
    Map<String, String> read = read("t");
    assertEquals("train/n01", read.get("train/n01/images/n01_0.JPEG"));
    assertEquals("train/n02", read.get("train/n02/images/n02_0.JPEG"));
    assertEquals("val/n02", read.get("val/images/val_0.JPEG"));
    assertEquals("val/n01", read.get("val/images/val_1.JPEG"));
    assertEquals("test/null", read.get("test/images/test_0.JPEG"));
    assertTrue(!read.containsKey("val/val_annotations.txt"), read.toString());
  }

  @Test
  void directoriesOfImagesAreNoLabel() throws IOException {
    images("d/n01/images/1.png", "d/n02/Images/2.png", "e/images/1.png", "e/images/2.png");
    assertEquals(Map.of("n01/images/1.png", "all/n01", "n02/Images/2.png", "all/n02"), read("d"));
    assertEquals(Map.of("images/1.png", "all/null", "images/2.png", "all/null"), read("e"));
  }

  // Tables beside images

  @ParameterizedTest
  @ValueSource(strings = {"csv", "tsv", "jsonl", "parquet"})
  void metadataOfAFolder(String format) throws Exception {
    images("m/1.png", "m/deep/2.png", "m/3.png");
    switch (format) {
      case "csv" ->
          text("m/metadata.csv", "\uFEFFfile_name,label", "1.png,\"a, b\"", "deep/2.png,dog");
      case "tsv" -> text("m/metadata.tsv", "file_name\tlabel", "1.png\ta, b", "./deep/2.png\tdog");
      case "jsonl" ->
          text(
              "m/metadata.jsonl",
              "{\"file_name\": \"1.png\", \"label\": \"a, b\"}",
              "{\"file_name\": \"deep/2.png\", \"label\": [\"dog\"], \"boxes\": [[1, 2]]}");
      default ->
          duckDb(
              "COPY (SELECT * FROM (VALUES ('1.png', 'a, b'), ('deep/2.png', 'dog'))"
                  + " t(file_name, label)) TO '%s/m/metadata.parquet' (FORMAT parquet)");
    }
    ImageSource source = open("m", SourceOptions.usual());
    assertEquals(
        Map.of("1.png", "all/a, b", "deep/2.png", "all/dog", "3.png", "all/null"), read(source));
    assertPart(
        "1 of 3 images have no row in metadata." + format, source.origin().warnings().get(0));
    assertPart("metadata." + format, source.origin().labels());
  }

  @Test
  void metadataOfEverySplit() throws IOException {
    images("m/train/1.png", "m/test/1.png");
    text("m/train/metadata.csv", "file_name,label", "1.png,cat");
    text("m/test/metadata.csv", "file_name,label,text", "1.png,dog,a dog", "2.png,cat,none");
    assertEquals(Map.of("train/1.png", "train/cat", "test/1.png", "test/dog"), read("m"));
    assertPart("1 of 2 rows of metadata.csv have no file, as 2.png", warnings("m").get(0));
  }

  @Test
  void tablesOfKaggleHaveIdsWithoutExtension() throws IOException {
    images("k/train/000a.jpg", "k/train/000b.jpg", "k/test/000a.jpg");
    text("k/train.csv", "id,breed", "000a,boxer", "000b,pug");
    text("k/sample_submission.csv", "id,boxer,pug", "000a,0.5,0.5");
    assertEquals(
        Map.of(
            "train/000a.jpg", "train/boxer",
            "train/000b.jpg", "train/pug",
            "test/000a.jpg", "test/null",
            "sample_submission.csv", "not an image"),
        withoutKinds(read("k")));
  }

  private static Map<String, String> withoutKinds(Map<String, String> read) {
    Map<String, String> plain = new TreeMap<>(read);
    plain.replaceAll((id, text) -> id.endsWith(".csv") ? "not an image" : text);
    return plain;
  }

  @Test
  void tablesOfSplitsOverOneFolder() throws IOException {
    images("k/images/Train_0.jpg", "k/images/Train_1.jpg", "k/images/Test_0.jpg");
    text("k/train.csv", "image_id,label", "Train_0,1.0", "Train_1,2");
    text("k/test.csv", "image_id", "Test_0");
    assertEquals(
        Map.of(
            "images/Train_0.jpg", "train/1",
            "images/Train_1.jpg", "train/2",
            "images/Test_0.jpg", "test/null"),
        read("k"));
  }

  @Test
  void aTableIsNoMatterWhereDirectoriesHaveLabels() throws IOException {
    images("d/train/cat/1.png", "d/train/dog/2.png");
    text("d/train.csv", "id,label", "1,7", "2,8");
    Map<String, String> read = read("d");
    assertEquals("train/cat", read.get("train/cat/1.png"));
  }

  @Test
  void aNamedTable() throws IOException {
    images("d/1.png", "d/sub/2.png", "d/3.png");
    text(
        "labels.tsv",
        "where\tkind\tpart",
        "1\tcat\tTraining",
        "sub/2.png\tdog\tval",
        "9.png\tcat\ttrain");
    SourceOptions options =
        new SourceOptions(
            "auto", temporary.resolve("labels.tsv").toString(), null, "where", "kind", "part");
    ImageSource source = open("d", options);
    assertEquals(
        Map.of("1.png", "train/cat", "sub/2.png", "val/dog", "3.png", "all/null"), read(source));
    assertPart(
        "1 of 3 rows of labels.tsv have no file, as 9.png", source.origin().warnings().get(0));
    assertPart("1 of 3 images have no row", source.origin().warnings().get(1));
    UserError error =
        assertThrows(
            UserError.class,
            () ->
                open(
                    "d", new SourceOptions("auto", options.labels(), null, "nowhere", null, null)));
    assertPart("has no column 'nowhere'; its columns are where, kind, part", error.getMessage());
    text("none.csv", "a,b,c", "1,2,3");
    assertPart(
        "has no column of file names",
        assertThrows(
                UserError.class,
                () ->
                    open(
                        "d",
                        new SourceOptions(
                            "auto",
                            temporary.resolve("none.csv").toString(),
                            null,
                            null,
                            null,
                            null)))
            .getMessage());
  }

  @Test
  void aTableWithoutHeader() throws IOException {
    images("d/a b.JPEG", "d/2.JPEG");
    text("list.txt", "2.JPEG 65", "3.JPEG 970");
    SourceOptions options =
        new SourceOptions("auto", temporary.resolve("list.txt").toString(), null, null, null, null);
    assertEquals(Map.of("a b.JPEG", "all/null", "2.JPEG", "all/65"), read(open("d", options)));
  }

  @Test
  void rowsOfSeveralFilesAreSaid() throws IOException {
    images("d/x/1.png", "d/y/1.png");
    text("d/metadata.csv", "file_name,label", "1.png,cat");
    assertPart("1 rows of metadata.csv are of several files each", warnings("d").get(0));
  }

  @Test
  void correctedLabelsAreAnotherSource() throws IOException {
    images("d/1.png");
    text("d/metadata.csv", "file_name,label", "1.png,cat");
    String before = open("d", SourceOptions.usual()).content("none").fingerprint();
    assertEquals("all/cat", read("d").get("1.png"));
    text("d/metadata.csv", "file_name,label", "1.png,dog");
    assertTrue(!open("d", SourceOptions.usual()).content("none").fingerprint().equals(before));
    assertEquals("all/dog", read("d").get("1.png"));
  }

  @Test
  void filesThatLookLikeLabelsAreNamed() throws IOException {
    images("d/1.png", "d/2.png");
    text("d/annotations.json", "{}");
    assertPart("annotations.json looks like labels; set labels", warnings("d").get(0));
  }

  // Parquet

  private void duckDb(String... statements) throws Exception {
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement sql = duckdb.createStatement()) {
      for (String statement : statements) {
        sql.execute(statement.replace("%s", temporary.toString()).replace("$PNG", PNG));
      }
    }
  }

  /** Writes one row for each label, a text of SQL. */
  private void parquet(String name, String column, String options, String... labels)
      throws Exception {
    Files.createDirectories(temporary.resolve(name).getParent());
    String rows =
        java.util.Arrays.stream(labels)
            .map(label -> "SELECT $PNG AS image, " + label + " AS " + column)
            .collect(Collectors.joining(" UNION ALL "));
    duckDb("COPY (" + rows + ") TO '%s/" + name + "' (FORMAT parquet" + options + ")");
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

  // Tables of files

  @Test
  void aTableOfFiles() throws Exception {
    images("t/a/1.png", "t/b c/2.png", "3.png");
    text(
        "t/list.csv",
        "path,label,split",
        "a/1.png,cat,train",
        "b c/2.png,dog,Testing",
        temporary.resolve("3.png") + ",cat,val",
        temporary.resolve("3.png").toUri() + ",cat,val",
        "a/1.png,lion,train",
        "none.png,cat,train");
    Map<String, String> expected = new TreeMap<>();
    expected.put("a/1.png", "train/cat");
    expected.put("b c/2.png", "test/dog");
    expected.put(temporary.resolve("3.png").toString(), "val/cat");
    expected.put(temporary.resolve("3.png").toUri().toString(), "val/cat");
    expected.put("a/1.png#00004", "train/lion");
    expected.put("none.png", "no such file");
    assertEquals(expected, read("t/list.csv"));
    assertEquals("table of files", open("t/list.csv", SourceOptions.usual()).kind());
  }

  @Test
  void tablesOfFilesInJsonLinesAndParquet() throws Exception {
    images("t/x/train/cat/1.png", "t/x/train/dog/2.png");
    text(
        "t/files.jsonl",
        "{\"uri\": \"x/train/cat/1.png\", \"label\": 3}",
        "{\"uri\": \"x/train/dog/2.png\", \"label\": 3.0}");
    assertEquals(
        Map.of("x/train/cat/1.png", "train/3", "x/train/dog/2.png", "train/3"),
        read("t/files.jsonl"));
    duckDb(
        "COPY (SELECT 'x/train/cat/1.png' AS image, 4 AS species UNION ALL SELECT"
            + " 'x/train/dog/2.png', 5) TO '%s/t/files.parquet' (FORMAT parquet)");
    assertEquals(
        Map.of("x/train/cat/1.png", "train/4", "x/train/dog/2.png", "train/5"),
        read("t/files.parquet"));
    text("t/plain.csv", "photo,size", "x/train/cat/1.png,1", "x/train/dog/2.png,2");
    SourceOptions photo = new SourceOptions("auto", null, null, "photo", null, null);
    assertEquals(
        Map.of("x/train/cat/1.png", "train/1", "x/train/dog/2.png", "train/2"),
        read(open("t/plain.csv", photo)));
  }

  @Test
  void tablesThatNameNoFiles() throws Exception {
    text("t/numbers.csv", "a,b", "1,2");
    assertPart(
        "set fileColumn to one of its columns: a, b",
        assertThrows(UserError.class, () -> read("t/numbers.csv")).getMessage());
    text("t/web.csv", "url,label", "https://example.org/1.jpg,cat");
    assertPart(
        "names files of the web, as https://example.org/1.jpg",
        assertThrows(UserError.class, () -> read("t/web.csv")).getMessage());
  }

  // IDX

  private static byte[] idx(int magic, List<Integer> shape, byte... values) {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * shape.size() + values.length).putInt(magic);
    shape.forEach(file::putInt);
    return file.put(values).array();
  }

  private static byte[] ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.array();
  }

  private List<SourceImage> all(String name) {
    List<SourceImage> images = new ArrayList<>();
    open(name, SourceOptions.usual()).parts().forEach(p -> p.part().read(10_000, images::add));
    return images;
  }

  @Test
  void idxWithChannels() throws IOException {
    byte[] together = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    byte[] planes = {1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12};
    file("a/train-images-idx4-ubyte", idx(0x804, List.of(1, 2, 2, 3), together));
    file("b/train-images-idx4-ubyte", idx(0x804, List.of(1, 3, 2, 2), planes));
    for (String name : List.of("a", "b")) {
      SourceImage image = all(name).get(0);
      assertEquals(3, image.channels());
      assertEquals(2, image.width());
      assertArrayEquals(together, image.bytes());
      assertEquals("train", image.split());
      assertPart("no file of labels", warnings(name).get(0));
    }
    file("c/images-idx4-ubyte", idx(0x804, List.of(1, 2, 2, 2), new byte[8]));
    assertPart("holds 1 x 2 x 2 x 2", assertThrows(UserError.class, () -> all("c")).getMessage());
  }

  @Test
  void labelsOfQmnistAndEmnist() throws IOException {
    file("q/qmnist-train-images-idx3-ubyte.gz", gzip(idx(0x803, List.of(2, 1, 1), bytes(5, 6))));
    file(
        "q/qmnist-train-labels-idx2-int.gz",
        gzip(idx(0xC02, List.of(2, 8), ints(5, 0, 1, 2, 3, 4, 0, 0, 7, 1, 1, 1, 1, 1, 0, 0))));
    file("q/emnist-letters-test-images-idx3-ubyte", idx(0x803, List.of(1, 1, 1), bytes(9)));
    file("q/emnist-letters-test-labels-idx1-ubyte", idx(0x801, List.of(1), bytes(26)));
    file("q/x/train-images.idx3-ubyte", idx(0x803, List.of(1, 1, 1), bytes(9)));
    file("q/x/train-labels.idx1-ubyte", idx(0x801, List.of(1), bytes(200)));
    file("q/y/val-images-idx3-ubyte", idx(0x803, List.of(2, 1, 1), bytes(9, 8)));
    file("q/y/val-labels-idx1-int", idx(0xC01, List.of(2), ints(1000, -1)));
    assertEquals(
        Map.of(
            "qmnist-train-images-idx3-ubyte#00000", "train/5",
            "qmnist-train-images-idx3-ubyte#00001", "train/7",
            "emnist-letters-test-images-idx3-ubyte#00000", "test/26",
            "x/train-images.idx3-ubyte#00000", "train/200",
            "y/val-images-idx3-ubyte#00000", "val/1000",
            "y/val-images-idx3-ubyte#00001", "val/null"),
        read("q"));
    assertEquals(List.of(), warnings("q"));
    assertEquals(
        "train/7",
        read("q/qmnist-train-images-idx3-ubyte.gz").get("qmnist-train-images-idx3-ubyte#00001"));
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  // WebDataset

  /** Returns a tar of names and contents in their order; null stands for an image. */
  private static byte[] tar(String... members) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      for (int i = 0; i < members.length; i += 2) {
        byte[] content = members[i + 1] == null ? IMAGE : members[i + 1].getBytes(UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(members[i]);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return out.toByteArray();
  }

  @Test
  void samplesOfShards() throws IOException {
    file(
        "w/train-000000.tar",
        tar(
            "0.jpg",
            null,
            "0.cls",
            "3\n",
            "0.txt",
            "a cat",
            "1.cls",
            "4",
            "1.left.png",
            null,
            "1.right.png",
            null,
            "2.jpg",
            null));
    file(
        "w/imagenet-val-00.tar.gz",
        gzip(
            tar(
                "d/0.png",
                null,
                "d/0.json",
                "{\"label\": 5.0, \"width\": 2}",
                "d/1.json",
                "{\"class_name\": \"dog\"}",
                "d/1.png",
                null)));
    assertEquals(
        Map.of(
                "train-000000.tar/0.jpg", "train/3",
                "train-000000.tar/0.cls", "labels of images",
                "train-000000.tar/0.txt", "beside the image of its sample",
                "train-000000.tar/1.cls", "labels of images",
                "train-000000.tar/1.left.png", "train/4",
                "train-000000.tar/1.right.png", "train/4",
                "train-000000.tar/2.jpg", "train/null",
                "imagenet-val-00.tar.gz/d/0.png", "val/5",
                "imagenet-val-00.tar.gz/d/0.json", "labels of images",
                "imagenet-val-00.tar.gz/d/1.png", "val/dog")
            .entrySet()
            .stream()
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)),
        without(read("w"), "imagenet-val-00.tar.gz/d/1.json"));
  }

  private static Map<String, String> without(Map<String, String> read, String id) {
    assertEquals("labels of images", read.remove(id));
    return read;
  }

  @Test
  void membersOfASampleMayLieApart() throws IOException {
    file(
        "test-0.tar",
        tar("a.png", null, "b.png", null, "b.cls", "1", "a.cls", "0", "README.md", "x"));
    assertEquals(
        Map.of(
            "a.png", "test/0",
            "b.png", "test/1",
            "a.cls", "labels of images",
            "b.cls", "labels of images",
            "README.md", read("test-0.tar").get("README.md")),
        read("test-0.tar"));
  }

  @Test
  void aCaptionIsALabelIfItIsNamed() throws IOException {
    file(
        "x.tar",
        tar("0.png", null, "0.txt", "cat", "0.json", "{\"label\": 7, \"kind\": \"tiger\"}"));
    assertEquals("all/7", read("x.tar").get("0.png"));
    assertEquals(
        "all/cat",
        read(open("x.tar", SourceOptions.usual().columns(null, "txt", null))).get("0.png"));
    assertEquals(
        "all/tiger",
        read(open("x.tar", SourceOptions.usual().columns(null, "kind", null))).get("0.png"));
  }

  @Test
  void anArchiveOfFoldersHasTheirLabels() throws IOException {
    file(
        "all.tar",
        tar("train/cat/1.png", null, "train/n01/images/2.png", null, "test/3.png", null));
    assertEquals(
        Map.of(
            "train/cat/1.png", "train/cat",
            "train/n01/images/2.png", "train/n01",
            "test/3.png", "test/null"),
        read("all.tar"));
    text("labels.csv", "id,label", "1,lion", "3,tiger");
    SourceOptions table =
        new SourceOptions(
            "auto", temporary.resolve("labels.csv").toString(), null, null, null, null);
    assertEquals(
        Map.of(
            "train/cat/1.png", "train/lion",
            "train/n01/images/2.png", "train/null",
            "test/3.png", "test/tiger"),
        read(open("all.tar", table)));
  }

  // Archives as folders

  /** Returns the members of {@link #tar} as a zip. */
  private static byte[] zip(byte[] tar) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveInputStream members = new TarArchiveInputStream(new ByteArrayInputStream(tar));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (TarArchiveEntry member = members.getNextEntry();
          member != null;
          member = members.getNextEntry()) {
        zip.putNextEntry(new ZipEntry(member.getName()));
        members.transferTo(zip);
        zip.closeEntry();
      }
    }
    return out.toByteArray();
  }

  /** Writes members as a tar, a compressed tar or a zip, by the ending of the name. */
  private void archive(String name, String... members) throws IOException {
    byte[] tar = tar(members);
    file(name, name.endsWith(".zip") ? zip(tar) : name.endsWith(".gz") ? gzip(tar) : tar);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.tar", "a.tar.gz", "a.zip"})
  void tablesInArchives(String name) throws IOException {
    archive(
        name,
        "1.png",
        null,
        "deep/2.png",
        null,
        "metadata.csv",
        "file_name,label\n1.png,cat\ndeep/2.png,dog\n9.png,cat\n",
        "3.png",
        null);
    ImageSource source = open(name, SourceOptions.usual());
    assertEquals(
        Map.of(
            "1.png", "all/cat",
            "deep/2.png", "all/dog",
            "3.png", "all/null",
            "metadata.csv", "labels of images"),
        read(source));
    assertEquals("metadata.csv (column 'label' of each 'file_name')", source.origin().labels());
    assertEquals(
        List.of(
            "1 of 3 rows of metadata.csv have no file, as 9.png",
            "1 of 3 images have no row in metadata.csv, and no label by it, as 3.png"),
        source.origin().warnings());
  }

  @Test
  void tablesOfEveryKindInArchives() throws Exception {
    archive(
        "j.zip", "m/1.png", null, "m/metadata.jsonl", "{\"file_name\": \"1.png\", \"label\": 4}");
    assertEquals("all/4", read("j.zip").get("m/1.png"));
    duckDb("COPY (SELECT '1.png' AS file_name, 'owl' AS label) TO '%s/t.parquet'");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String member : List.of("1.png", "metadata.parquet")) {
        zip.putNextEntry(new ZipEntry(member));
        zip.write(
            member.equals("1.png") ? IMAGE : Files.readAllBytes(temporary.resolve("t.parquet")));
        zip.closeEntry();
      }
    }
    file("p/p.zip", out.toByteArray());
    assertEquals(Map.of("1.png", "all/owl", "metadata.parquet", "labels of images"), read("p"));
  }

  @Test
  void tinyImageNetInArchives() throws IOException {
    for (String name : List.of("tiny.zip", "tiny.tar")) {
      archive(
          name,
          "t/train/n01/images/n01_0.JPEG",
          null,
          "t/train/n02/images/n02_0.JPEG",
          null,
          "t/val/images/val_0.JPEG",
          null,
          "t/val/val_annotations.txt",
          "val_0.JPEG\tn02\t0\t32\t44\t62\n",
          "t/test/images/test_0.JPEG",
          null);
      Map<String, String> read = read(name);
      assertEquals("train/n01", read.get("t/train/n01/images/n01_0.JPEG"), name);
      assertEquals("val/n02", read.get("t/val/images/val_0.JPEG"), name);
      assertEquals("test/null", read.get("t/test/images/test_0.JPEG"), name);
      assertEquals("labels of images", read.get("t/val/val_annotations.txt"), name);
    }
  }

  /** Checks that a table is for the images of its own archive. */
  @Test
  void everyArchiveHasItsTable() throws IOException {
    archive("s/train.zip", "1.png", null, "metadata.csv", "file_name,label\n1.png,cat\n");
    archive("s/test.zip", "1.png", null, "metadata.csv", "file_name,label\n1.png,dog\n");
    archive("s/in.tar", "none.png", null);
    Map<String, String> read = read("s");
    assertEquals("train/cat", read.get("train.zip/1.png"));
    assertEquals("test/dog", read.get("test.zip/1.png"));
    assertEquals("all/null", read.get("in.tar/none.png"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.tar", "a.tgz.gz", "a.zip"})
  void rowsOfANamedTableAreCountedInArchives(String name) throws IOException {
    archive(name, "x/1.png", null, "x/2.png", null);
    text("labels.csv", "id,label", "1,lion", "7,tiger", "8,tiger");
    ImageSource source =
        open(
            name,
            new SourceOptions(
                "auto", temporary.resolve("labels.csv").toString(), null, null, null, null));
    assertEquals(
        List.of(
            "2 of 3 rows of labels.csv have no file, as 7",
            "1 of 2 images have no row in labels.csv, and no label by it, as x/2.png"),
        source.origin().warnings());
  }

  @Test
  void archivesOfSeveralDepthsAreSaid() throws IOException {
    archive("d.zip", "cat/1.png", null, "dog/2.png", null, "cat/young/3.png", null);
    assertPart("images lie at 2 depths of folders", warnings("d.zip").get(0));
    assertEquals(
        Map.of("cat/1.png", "all/cat", "dog/2.png", "all/dog", "cat/young/3.png", "all/cat"),
        read("d.zip"));
    archive("n.zip", "a/1.png", null, "labels.mat", "?");
    assertEquals(List.of(), warnings("n.zip"));
    archive("u.zip", "1.png", null, "labels.mat", "?");
    assertPart("labels.mat looks like labels", warnings("u.zip").get(0));
  }
}
