package org.vocabeam.transforms.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vocabeam.models.UserError;

/** Labels and splits of folders and tables as people have them. */
class LabelsAndSplitsTest implements InputFiles {
  @TempDir private Path temporary;

  @Override
  public Path directory() {
    return temporary;
  }

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

  /** Names of Windows, and one of a file whose own name has a backslash. */
  @Test
  void backslashesInTables() throws IOException {
    images("w/train/cat/1.png", "w/train/b/x\\2.png");
    text("w/metadata.csv", "file_name,label", "train\\cat\\1.png,a", ".\\x\\2.png,b");
    assertEquals(Map.of("train/cat/1.png", "train/a", "train/b/x\\2.png", "train/b"), read("w"));
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
    images("yolo/images/train/1.png");
    text("yolo/labels/train/1.txt", "0 0.5 0.5 0.1 0.1");
    assertPart("labels/train/1.txt looks like labels; set labels", warnings("yolo").get(0));
  }

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
        "none.png,cat,train",
        "b c\\2.png,cow,train");
    Map<String, String> expected = new TreeMap<>();
    expected.put("a/1.png", "train/cat");
    expected.put("b c/2.png", "test/dog");
    expected.put(temporary.resolve("3.png").toString(), "val/cat");
    expected.put(temporary.resolve("3.png").toUri().toString(), "val/cat");
    expected.put("a/1.png#00004", "train/lion");
    expected.put("none.png", "no such file");
    expected.put("b c\\2.png", "train/cow"); // as Windows writes it
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
}
