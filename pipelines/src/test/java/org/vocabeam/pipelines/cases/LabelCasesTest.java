package org.vocabeam.pipelines.cases;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.StoreReader;

/** Ingest of labels and splits as people write them: what is stored, and what the report says. */
class LabelCasesTest {
  @TempDir private Path folder;

  /** Returns a PNG file of one colour. */
  private static byte[] png(int colour) throws IOException {
    BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 16; i++) {
      image.setRGB(i / 4, i % 4, colour);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  private void file(String name, byte[] content) throws IOException {
    Path file = folder.resolve("in").resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private void images(String... names) throws IOException {
    for (int i = 0; i < names.length; i++) {
      file(names[i], png(1000 * i));
    }
  }

  private void text(String name, String... lines) throws IOException {
    file(name, (String.join("\n", lines) + "\n").getBytes(UTF_8));
  }

  private void duckDb(String... statements) throws Exception {
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement sql = duckdb.createStatement()) {
      for (String statement : statements) {
        sql.execute(statement);
      }
    }
  }

  /** Writes images with these labels. */
  private void parquet(String name, String options, int... labels) throws Exception {
    Path file = folder.resolve("in").resolve(name);
    Files.createDirectories(file.getParent());
    List<String> rows = new ArrayList<>();
    for (int label : labels) {
      String image = HexFormat.of().formatHex(png(label * 7000 + rows.size()));
      rows.add("SELECT from_hex('" + image + "') AS image, " + label + " AS label");
    }
    duckDb(
        String.format(
            "COPY (%s) TO '%s' (FORMAT parquet%s)",
            String.join(" UNION ALL ", rows), file, options));
  }

  private Printed ingest(String... options) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(
        List.of(
            "ingest",
            "--runner=DirectRunner",
            "--input=" + folder.resolve("in"),
            "--output=" + folder.resolve("out")));
    arguments.addAll(List.of(options));
    return Printed.by(arguments);
  }

  /** Returns SPLIT/LABEL of all images by id. */
  private Map<String, String> stored() throws IOException {
    Map<String, String> stored = new TreeMap<>();
    for (RowGroup group :
        StoreReader.open(ImageRecord.TYPE, folder.resolve("out/images").toString()).rowGroups()) {
      try (RowReader<ImageRecord> rows = RowReader.of(ImageRecord.TYPE, group)) {
        while (rows.hasNext()) {
          ImageRecord image = rows.next();
          stored.put(image.id(), image.split() + "/" + image.label());
        }
      }
    }
    return stored;
  }

  private static void assertLine(String line, Printed printed) {
    assertTrue(printed.out().lines().anyMatch(line::equals), printed.out());
  }

  private static void assertPart(String part, Printed printed) {
    assertTrue(printed.out().contains(part), printed.out());
  }

  private static void assertNoWarning(Printed printed) {
    assertFalse(printed.out().contains("Warning:"), printed.out());
  }

  @Test
  void kaggleTestFolder() throws IOException {
    images("train/cat/1.png", "train/dog/1.png", "test/1.png", "test/2.png");
    Printed first = ingest().assertDone();
    assertEquals(
        Map.of(
            "train/cat/1.png", "train/cat",
            "train/dog/1.png", "train/dog",
            "test/1.png", "test/null",
            "test/2.png", "test/null"),
        stored());
    assertLine(
        "Labels:    from the folder above each file: train/cat/1.png is cat, train/dog/1.png is"
            + " dog",
        first);
    assertLine(
        "Splits:    from the names of the folders: test/1.png is test, train/cat/1.png is train",
        first);
    assertLine(
        "Warning: no image of the split test has a label; give --labels=FILE if a table has them",
        first);
    assertEquals(first.out(), ingest().assertDone().out(), "the store knows it");
  }

  @Test
  void metadataCsv() throws IOException {
    images("1.png", "2.png");
    text("metadata.csv", "file_name,label", "1.png,cat", "2.png,dog");
    Printed printed = ingest().assertDone();
    assertEquals(Map.of("1.png", "all/cat", "2.png", "all/dog"), stored());
    assertLine(
        "Labels:    from metadata.csv (column 'label' of each 'file_name'): 1.png is cat, 2.png is"
            + " dog",
        printed);
    assertLine("Splits:    none", printed);
    assertLine("Rejected:  0", printed);
    assertNoWarning(printed);
    text("metadata.csv", "file_name,label", "1.png,cat", "2.png,cow");
    ingest().assertFailedWith("metadata.csv");
  }

  @Test
  void parquetLabelMinus1() throws Exception {
    parquet("test.parquet", "", -1, -1, -1);
    Printed printed = ingest().assertDone();
    assertEquals(
        Map.of(
            "test.parquet#00000", "test/null",
            "test.parquet#00001", "test/null",
            "test.parquet#00002", "test/null"),
        stored());
    assertLine("Labels:    none in the column 'label'", printed);
  }

  @Test
  void parquetSplitDirectory() throws Exception {
    parquet("default/train/0000.parquet", "", 0, 1);
    parquet("default/test/0000.parquet", "", 1);
    Printed printed = ingest().assertDone();
    assertEquals(
        Map.of(
            "default/train/0000.parquet#00000", "train/0",
            "default/train/0000.parquet#00001", "train/1",
            "default/test/0000.parquet#00000", "test/1"),
        stored());
    assertPart("Splits:    from the names of folders and files: default/test/0000", printed);
    assertNoWarning(printed);
  }

  @Test
  void parquetBrotli() throws Exception {
    parquet("train-00000-of-00001.parquet", ", COMPRESSION brotli", 3, 4);
    ingest().assertDone();
    assertEquals(
        Map.of(
            "train-00000-of-00001.parquet#00000", "train/3",
            "train-00000-of-00001.parquet#00001", "train/4"),
        stored());
  }

  @Test
  void tinyImageNetLayout() throws IOException {
    images("n01440764/images/n01440764_0.JPEG", "n01443537/images/n01443537_0.JPEG");
    text("n01440764/n01440764_boxes.txt", "n01440764_0.JPEG\t0\t0\t62\t62");
    Printed printed = ingest().assertDone();
    assertEquals(
        Map.of(
            "n01440764/images/n01440764_0.JPEG", "all/n01440764",
            "n01443537/images/n01443537_0.JPEG", "all/n01443537"),
        stored());
    assertNoWarning(printed);
  }

  private static byte[] tar(String... names) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      for (String name : names) {
        int number = Integer.parseInt(name.substring(0, name.indexOf('.')));
        byte[] content =
            name.endsWith(".png")
                ? png(9000 * number)
                : name.endsWith(".cls")
                    ? Integer.toString(number % 3).getBytes(UTF_8)
                    : "{\"width\": 4}".getBytes(UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return out.toByteArray();
  }

  @Test
  void webDataset() throws IOException {
    file("train-000000.tar", tar("00.png", "00.cls", "00.json", "01.cls", "01.png"));
    file("test-000000.tar", tar("02.png", "02.cls", "02.json"));
    Printed printed = ingest().assertDone();
    assertEquals(
        Map.of(
            "train-000000.tar/00.png", "train/0",
            "train-000000.tar/01.png", "train/1",
            "test-000000.tar/02.png", "test/2"),
        stored());
    assertPart("Labels:    from KEY.cls of each sample: train-000000.tar/00.png is 0", printed);
    assertLine("Rejected:  0", printed);
    assertPart("Not read:  5 (", printed);
    assertLine(
        "Warning: 1 labels of the split test are not in train (2); training cannot know them",
        printed);
  }

  @Test
  void idxOfFourDimensions() throws IOException {
    ByteBuffer idx = ByteBuffer.allocate(20 + 5 * 8 * 8 * 3).putInt(0x804);
    idx.putInt(5).putInt(8).putInt(8).putInt(3);
    file("train-images-idx4-ubyte", idx.array());
    Printed printed = ingest().assertDone();
    assertEquals(5, stored().size());
    assertPart("train: 5, 0 labels, 8 x 8 x 3", printed);
    assertLine(
        "Warning: there is no file of labels beside train-images-idx4-ubyte: its images have none",
        printed);
  }

  // What looks wrong

  @Test
  void aClassThatLooksLikeASplitIsSaid() throws IOException {
    images("bus/1.png", "car/1.png", "train/1.png");
    Printed printed = ingest().assertDone();
    assertPart("Warning: the folder 'train' looks like a split", printed);
    assertPart("set --layout to tell the meaning of the folders", printed);
  }

  @Test
  void oneClassIsSaid() throws IOException {
    images("photos/1.png", "photos/2.png");
    assertPart("Warning: all 2 labelled images have the label 'photos'", ingest().assertDone());
  }

  @Test
  void labelsThatAreSplitsAreSaid() throws IOException {
    images("train/x/1.png", "test/x/2.png");
    Printed printed = ingest("--layout=label").assertDone();
    assertPart("Warning: the labels are names of splits (test, train)", printed);
    assertPart("Labels:    from the folders by the layout label: test/x/2.png is test", printed);
  }

  @Test
  void labelsOfTheirOwnAreSaid() throws IOException {
    images("a/1.png", "b/1.png", "c/1.png", "d/1.png", "e/1.png", "f/1.png");
    assertPart("Warning: every image has a label of its own", ingest().assertDone());
  }

  @Test
  void filesThatLookLikeLabelsAreSaid() throws IOException {
    images("1.png", "2.png");
    text("labels.json", "{}");
    assertPart(
        "Warning: no image has a label, but labels.json looks like labels; set --labels to a table",
        ingest().assertDone());
  }

  @Test
  void aNamedTable() throws IOException {
    images("a/1.png", "a/2.png", "a/3.png");
    Path table = folder.resolve("classes.tsv");
    Files.writeString(
        table, "image\tspecies\tfold\n1.png\tcat\ttrain\n2\tdog\ttest\n9\tcat\ttest\n");
    Printed printed =
        ingest("--labels=" + table, "--labelColumn=species", "--splitColumn=fold").assertDone();
    assertEquals(
        Map.of("a/1.png", "train/cat", "a/2.png", "test/dog", "a/3.png", "all/null"), stored());
    assertPart("Labels:    from classes.tsv (column 'species' of each 'image')", printed);
    assertLine("Warning: 1 of 3 rows of classes.tsv have no file, as 9", printed);
    assertLine(
        "Warning: 1 of 3 images have no row in classes.tsv, and no label by it, as a/3.png",
        printed);
  }

  @Test
  void aTableOfFiles() throws IOException {
    images("a/1.png", "b/2.png");
    text("list.csv", "path,label,split", "a/1.png,0.0,train", "b/2.png,0,test", "c.png,1,test");
    Printed printed =
        Printed.by(
                List.of(
                    "ingest",
                    "--runner=DirectRunner",
                    "--input=" + folder.resolve("in/list.csv"),
                    "--output=" + folder.resolve("out")))
            .assertDone();
    assertEquals(Map.of("a/1.png", "train/0", "b/2.png", "test/0"), stored());
    assertLine("Rejected:  1 (no such file: 1)", printed);
    assertPart("Labels:    from the column 'label'", printed);
  }
}
