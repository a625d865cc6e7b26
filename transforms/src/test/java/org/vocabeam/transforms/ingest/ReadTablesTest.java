package org.vocabeam.transforms.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.vocabeam.transforms.image.TestImages.bytes;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.source.ImageSource;
import org.vocabeam.transforms.source.SourceImage;
import org.vocabeam.transforms.source.SourceOptions;
import org.vocabeam.transforms.source.WorkItem;

/** {@link ReadImages} on IDX and Parquet: exact records. */
class ReadTablesTest extends TestSources {
  @Test
  void idxOfFashionMnist() throws Exception {
    byte[] pixels = bytes(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255);
    file("train-images-idx3-ubyte.gz", gzip(idx(0x803, List.of(2, 3, 2), pixels)));
    file("train-labels-idx1-ubyte.gz", gzip(idx(0x801, List.of(2), bytes(9, 0))));
    file("t10k-images-idx3-ubyte", idx(0x803, List.of(1, 1, 2), bytes(8, 9)));
    List<ImageRecord> train =
        List.of(
            new ImageRecord(
                "train-images-idx3-ubyte#00000",
                "9",
                "train",
                2,
                3,
                1,
                "raw",
                bytes(1, 2, 3, 4, 5, 6)),
            new ImageRecord(
                "train-images-idx3-ubyte#00001",
                "0",
                "train",
                2,
                3,
                1,
                "raw",
                bytes(7, 8, 9, 10, 11, 255)));
    List<ImageRecord> all = new ArrayList<>(train);
    all.add(
        new ImageRecord("t10k-images-idx3-ubyte#00000", null, "test", 2, 1, 1, "raw", bytes(8, 9)));
    expect(source(""), KEEP, all, Map.of());
    expect(source("train-images-idx3-ubyte.gz"), KEEP, train, Map.of());
    assertEquals(14, source("").storedBytes(KEEP));
    assertEquals(3 * 64, source("").storedBytes(new DecodeOptions(8, 100, "keep")));
  }

  /** Reads more rows than one part has: the parts join without a gap. */
  @Test
  void idxInSeveralParts() throws Exception {
    int count = 25_001;
    byte[] pixels = new byte[count];
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      pixels[i] = (byte) (i / 100);
      labels[i] = (byte) (i % 100);
    }
    byte[] images = idx(0x803, List.of(count, 1, 1), pixels);
    file("plain/images-idx3-ubyte", images);
    file("plain/labels-idx1-ubyte", idx(0x801, List.of(count), labels));
    file("gzip/images-idx3-ubyte.gz", gzip(images));
    file("gzip/labels-idx1-ubyte.gz", gzip(idx(0x801, List.of(count), labels)));
    for (String directory : List.of("plain", "gzip")) {
      List<SourceImage> read = new ArrayList<>();
      List<WorkItem> parts = source(directory).parts();
      assertEquals(3, parts.size());
      for (WorkItem part : parts) {
        part.part().read(100, read::add);
      }
      assertEquals(count, read.size());
      for (int i = 0; i < count; i++) {
        assertEquals(String.format("images-idx3-ubyte#%05d", i), read.get(i).id());
        assertEquals((byte) (i / 100), read.get(i).bytes()[0]);
        assertEquals(String.valueOf(i % 100), read.get(i).label());
      }
    }
  }

  @Test
  void brokenIdxIsAnError() throws Exception {
    byte[] images = idx(0x803, List.of(2, 1, 2), bytes(1, 2, 3, 4));
    byte[] cut = Arrays.copyOf(images, images.length - 1);
    file("a/x-images-idx3-ubyte", cut);
    assertMessage("ends before the last row", () -> source("a"));
    file("b/x-images-idx3-ubyte.gz", gzip(cut));
    assertUserError("ends before the last row", source("b"));
    file("c/x-images-idx3-ubyte", images);
    file("c/x-labels-idx1-ubyte", idx(0x801, List.of(3), bytes(1, 2, 3)));
    assertMessage("3 labels for the 2 images", () -> source("c"));
    file("d/x-images-idx3-ubyte", idx(0x801, List.of(2, 1, 2), bytes(1, 2, 3, 4)));
    assertMessage("begins with 00000801", () -> source("d"));
    file("e/x-images-idx3-ubyte", idx(0x803, List.of(1, 1000, 1000), bytes(1)));
    assertMessage("1000 x 1000", () -> source("e"));
    file("f/x-images-idx3-ubyte", bytes(0, 0, 8));
    assertMessage("ends before", () -> source("f"));
    file("g/x-images-idx3-ubyte.gz", Arrays.copyOf(gzip(images), 25));
    assertMessage("x-images-idx3-ubyte.gz", () -> source("g"));
    byte[] noise = new byte[1_000_000]; // more than is read for the header
    new Random(1).nextBytes(noise);
    byte[] checksum = gzip(idx(0x803, List.of(1000, 1000, 1), noise));
    checksum[checksum.length - 6] ^= 1;
    file("h/x-images-idx3-ubyte.gz", checksum);
    assertUserError("CRC", source("h"));
  }

  @Test
  void parquetOfBytesAndOfHuggingFace() throws Exception {
    duckDb(
        "CREATE TABLE plain(picture BLOB, kind VARCHAR, part VARCHAR)",
        "INSERT INTO plain VALUES ("
            + blob(JPEG)
            + ", 'cat', 'train'), (NULL, 'dog', 'test'), ("
            + blob(GREY)
            + ", NULL, NULL)",
        "COPY plain TO '" + temporary.resolve("plain.parquet") + "' (FORMAT parquet)",
        "CREATE TABLE face(image STRUCT(bytes BLOB, path VARCHAR), label BIGINT)",
        "INSERT INTO face VALUES ({'bytes': "
            + blob(GREY)
            + ", 'path': 'a.png'}, 7),"
            + " ({'bytes': NULL, 'path': 'b.png'}, 8), (NULL, 9)",
        "COPY face TO '" + temporary.resolve("test-00000-of-00001.parquet") + "' (FORMAT parquet)");
    ImageSource plain =
        ImageSource.open(
            temporary.resolve("plain.parquet").toString(),
            SourceOptions.usual().columns("picture", "kind", "part"),
            KEEP);
    expect(
        plain,
        KEEP,
        List.of(
            new ImageRecord("plain.parquet#00000", "cat", "train", 20, 10, 3, "jpeg", JPEG),
            grey("plain.parquet#00002", null, "all")),
        Map.of("plain.parquet#00001", "no content"));
    expect(
        source("test-00000-of-00001.parquet"),
        KEEP,
        List.of(grey("test-00000-of-00001.parquet#00000", "7", "test")),
        Map.of(
            "test-00000-of-00001.parquet#00001", "no such file",
            "test-00000-of-00001.parquet#00002", "no content"));
    duckDb(
        "CREATE TABLE none AS SELECT 1 AS a, 'x' AS b",
        "COPY none TO '" + temporary.resolve("none.parquet") + "' (FORMAT parquet)");
    assertMessage(
        "no column 'image'; set imageColumn to one of its columns: a, b",
        () -> source("none.parquet"));
    assertMessage(
        "no column 'class'; set labelColumn",
        () ->
            ImageSource.open(
                temporary.resolve("plain.parquet").toString(),
                SourceOptions.usual().columns("picture", "class", null),
                KEEP));
    assertMessage(
        "column 'label'",
        () ->
            ImageSource.open(
                temporary.resolve("test-00000-of-00001.parquet").toString(),
                SourceOptions.usual().columns("label", null, null),
                KEEP));
    file("bad.parquet", bytes(1, 2, 3));
    assertMessage("bad.parquet is not a whole Parquet file", () -> source("bad.parquet"));
  }

  @Test
  void aParquetFileWithoutItsEndIsRejectedAloneAmongOthers() throws Exception {
    Path many = Files.createDirectory(temporary.resolve("many"));
    duckDb(
        "CREATE TABLE p AS SELECT " + blob(GREY) + " AS image, 'cat' AS label",
        "COPY p TO '" + many.resolve("z.parquet") + "' (FORMAT parquet)");
    byte[] whole = Files.readAllBytes(many.resolve("z.parquet"));
    file("many/cut.parquet", Arrays.copyOf(whole, whole.length - 20));
    expect(
        source("many"),
        KEEP,
        List.of(grey("z.parquet#00000", "cat", "all")),
        Map.of("cut.parquet", "damaged archive or table, read up to the damage"));
  }

  /** Reads row groups of one file: row numbers continue. */
  @Test
  void parquetOfSeveralRowGroups() throws Exception {
    Path file = temporary.resolve("many.parquet");
    duckDb(
        "CREATE TABLE many AS SELECT " + blob(GREY) + " AS image, i AS label FROM range(5000) t(i)",
        "COPY many TO '" + file + "' (FORMAT parquet, ROW_GROUP_SIZE 2048)");
    List<SourceImage> read = new ArrayList<>();
    List<WorkItem> parts = source("many.parquet").parts();
    assertEquals(3, parts.size());
    for (WorkItem part : parts) {
      part.part().read(1000, read::add);
    }
    for (int i = 0; i < 5000; i++) {
      assertEquals(String.format("many.parquet#%05d", i), read.get(i).id());
      assertEquals(String.valueOf(i), read.get(i).label());
    }
  }
}
