package org.vocabeam.transforms.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.transforms.images.TestImages.bytes;
import static org.vocabeam.transforms.images.TestImages.gradient;
import static org.vocabeam.transforms.images.TestImages.jpeg;
import static org.vocabeam.transforms.images.TestImages.pngOf;
import static org.vocabeam.transforms.images.TestImages.withOrientation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;

/** {@link ReadImages} on every kind of source: exact records. */
class ReadImagesTest {
  private static final DecodeOptions KEEP = new DecodeOptions(0, 10_000, "keep");
  private static final byte[] JPEG = jpeg(gradient(20, 10));
  private static final byte[] GREY = pngOf(2, 1, 8, 0, bytes(0, 10, 20));
  private static final byte[] WIDE = pngOf(2, 1, 16, 0, bytes(0, 0, 0, 255, 255));

  @TempDir Path temporary;

  @Test
  void imageFolder() throws Exception {
    file("train/cat/a.jpg", JPEG);
    file("train/dog/b.png", GREY);
    file("test/cat/c d [1].PNG", GREY);
    file("deep/er/test/dog/e.png", GREY);
    file("label/f.png", GREY);
    file("g.png", GREY);
    file("empty.jpg", new byte[0]);
    file("train/cat/notes.txt", "not an image".getBytes(StandardCharsets.UTF_8));
    file("train/cat/.DS_Store", GREY);
    file("cut.jpg", Arrays.copyOf(JPEG, JPEG.length / 2));
    file("large.png", pngOf(200, 100, 8, 0, new byte[1]));
    expect(
        source(""),
        KEEP,
        List.of(
            new ImageRecord("train/cat/a.jpg", "cat", "train", 20, 10, 3, "jpeg", JPEG),
            grey("train/dog/b.png", "dog", "train"),
            grey("test/cat/c d [1].PNG", "cat", "test"),
            grey("deep/er/test/dog/e.png", "dog", "test"),
            grey("label/f.png", "label", "all"),
            grey("g.png", null, "all")),
        Map.of(
            "empty.jpg", "no content",
            "train/cat/notes.txt", "not a JPEG or PNG",
            "cut.jpg", "truncated",
            "large.png", "more pixels than maxPixels"));
    assertEquals("image folder", source("").kind());
  }

  @Test
  void aLayoutNamesTheDirectories() throws Exception {
    file("train/1.png", GREY);
    file("root/train/cat/2.png", GREY);
    expect(
        source("", "split"),
        KEEP,
        List.of(grey("train/1.png", null, "train"), grey("root/train/cat/2.png", null, "root")),
        Map.of());
    expect(
        source("", "*/split/label"),
        KEEP,
        List.of(grey("train/1.png", null, "all"), grey("root/train/cat/2.png", "cat", "train")),
        Map.of());
    UserError error = assertThrows(UserError.class, () -> source("", "split/class"));
    assertTrue(error.getMessage().contains("'split/class'"), error.getMessage());
    assertThrows(UserError.class, () -> source("", "label/label"));
  }

  @Test
  void oneFileIsAFolderOfOne() throws Exception {
    file("x/only.png", GREY);
    expect(source("x/only.png"), KEEP, List.of(grey("only.png", null, "all")), Map.of());
  }

  @Test
  void whatMustBeChangedIsStoredAsPng() throws Exception {
    file("turned.jpg", withOrientation(JPEG, 6));
    file("wide.png", WIDE);
    Pixels turned = ImageDecoder.decode(JPEG, ImageHeader.read(JPEG, 1000)).orient(6);
    expect(
        source(""),
        KEEP,
        List.of(
            new ImageRecord("turned.jpg", null, "all", 10, 20, 3, "png", turned.toPng()),
            new ImageRecord(
                "wide.png",
                null,
                "all",
                2,
                1,
                1,
                "png",
                new Pixels(2, 1, 1, bytes(0, 255)).toPng())),
        Map.of());
  }

  @Test
  void coloursAndSizesOnRequest() throws Exception {
    file(
        "a.png",
        pngOf(
            4,
            2,
            8,
            2,
            TestImages.concat(
                bytes(0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0),
                bytes(0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0))));
    file("b.png", GREY);
    expect(
        source(""),
        new DecodeOptions(1, 100, "grey"),
        List.of(raw("a.png", 1, 76), raw("b.png", 1, 10)),
        Map.of());
    expect(
        source(""),
        new DecodeOptions(1, 100, "rgb"),
        List.of(raw("a.png", 3, 255, 0, 0), raw("b.png", 3, 10, 10, 10)),
        Map.of());
    Pixels tripled = new Pixels(2, 1, 3, bytes(10, 10, 10, 20, 20, 20));
    file("only/b.png", GREY);
    expect(
        source("only"),
        new DecodeOptions(0, 100, "rgb"),
        List.of(new ImageRecord("b.png", null, "all", 2, 1, 3, "png", tripled.toPng())),
        Map.of());
  }

  @Test
  void tarAndGzippedTar() throws Exception {
    byte[] tar =
        tar(
            Map.of(
                "./train/cat/a.jpg",
                JPEG,
                "b.png",
                GREY,
                "._b.png",
                GREY,
                "train/cat/" + "long".repeat(40) + ".png",
                GREY,
                "bad.jpg",
                bytes(1, 2, 3)));
    List<ImageRecord> images =
        List.of(
            new ImageRecord("train/cat/a.jpg", "cat", "train", 20, 10, 3, "jpeg", JPEG),
            grey("train/cat/" + "long".repeat(40) + ".png", "cat", "train"),
            grey("b.png", null, "all"));
    Map<String, String> rejected = Map.of("bad.jpg", "not a JPEG or PNG", "link.png", "no content");
    file("plain.tar", tar);
    expect(source("plain.tar"), KEEP, images, rejected);
    file("packed.tgz", gzip(tar));
    expect(source("packed.tgz"), KEEP, images, rejected);
    file("both/one.tar", tar(Map.of("a/x.png", GREY)));
    file("both/two.tar.gz", gzip(tar(Map.of("a/x.png", GREY))));
    file("both/README.md", bytes(1));
    expect(
        source("both"),
        KEEP,
        List.of(grey("one.tar/a/x.png", "a", "all"), grey("two.tar.gz/a/x.png", "a", "all")),
        Map.of("one.tar/link.png", "no content", "two.tar.gz/link.png", "no content"));
  }

  @Test
  void aBrokenTarIsAnError() throws Exception {
    byte[] tar = tar(Map.of("a.png", GREY, "b.jpg", JPEG));
    file("cut.tar", Arrays.copyOf(tar, 700));
    assertUserError("cut.tar is not a whole tar", source("cut.tar"));
    file("member.tar", Arrays.copyOf(tar, 512 * 4 + 40));
    assertUserError("member.tar is not a whole tar", source("member.tar"));
    file("boundary.tar", Arrays.copyOf(tar, 512 * 4));
    assertUserError("its end is missing", source("boundary.tar"));
    file("cut.tgz", Arrays.copyOf(gzip(tar), 300));
    assertUserError("cut.tgz is not a whole tar", source("cut.tgz"));
    file("none.tar", new byte[0]);
    assertUserError("none.tar is not a whole tar", source("none.tar"));
  }

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

  /** More rows than one part has: the parts must join without a gap. */
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
            new SourceOptions("auto", "picture", "kind", "part"),
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
            "test-00000-of-00001.parquet#00001", "no content",
            "test-00000-of-00001.parquet#00002", "no content"));
    assertMessage(
        "no column 'image'; set imageColumn to one of its columns: picture, kind, part",
        () -> source("plain.parquet"));
    assertMessage(
        "no column 'class'; set labelColumn",
        () ->
            ImageSource.open(
                temporary.resolve("plain.parquet").toString(),
                new SourceOptions("auto", "picture", "class", null),
                KEEP));
    assertMessage(
        "column 'label'",
        () ->
            ImageSource.open(
                temporary.resolve("test-00000-of-00001.parquet").toString(),
                new SourceOptions("auto", "label", null, null),
                KEEP));
    file("bad.parquet", bytes(1, 2, 3));
    assertMessage("bad.parquet is not a whole Parquet file", () -> source("bad.parquet"));
  }

  /** Row groups of one file: the row number goes on. */
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

  @Test
  void nothingToReadIsAnError() throws Exception {
    assertMessage("is empty or not there", () -> source("nowhere"));
    file("hidden/.x.png", GREY);
    assertMessage("is empty or not there", () -> source("hidden"));
  }

  @Test
  void longFilesAreNotReadToTheirEnd() throws Exception {
    byte[] file = TestImages.concat(JPEG, new byte[1000]);
    assertEquals(null, sourceImage(file, file.length).rejection());
    assertEquals(Rejection.TOO_MANY_BYTES, sourceImage(file, file.length - 1).rejection());
    assertEquals(Rejection.NOT_AN_IMAGE, sourceImage(new byte[2000], 100).rejection());
  }

  @Test
  void countersTellWhatHappened() throws Exception {
    file("a.png", GREY);
    file("b.png", GREY);
    file("c.png", bytes(1));
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(ReadImages.from(source(""), KEEP));
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    Map<String, Long> counters = new TreeMap<>();
    for (MetricResult<Long> counter :
        result.metrics().queryMetrics(MetricsFilter.builder().build()).getCounters()) {
      counters.put(counter.getName().getName(), counter.getAttempted());
    }
    assertEquals(Map.of("images", 2L, "rejected: not a JPEG or PNG", 1L), counters);
  }

  private static SourceImage sourceImage(byte[] file, int maxBytes) throws IOException {
    return SourceImage.file("x", null, "all", new java.io.ByteArrayInputStream(file), maxBytes);
  }

  private void expect(
      ImageSource source,
      DecodeOptions options,
      List<ImageRecord> images,
      Map<String, String> rejected) {
    Pipeline pipeline = Pipeline.create();
    PCollectionTuple read = pipeline.apply(ReadImages.from(source, options));
    PAssert.that(read.get(ReadImages.IMAGES)).containsInAnyOrder(images);
    PAssert.that(read.get(ReadImages.REJECTED))
        .containsInAnyOrder(
            rejected.entrySet().stream()
                .map(entry -> new RejectedRecord(entry.getKey(), entry.getValue()))
                .toList());
    pipeline.run().waitUntilFinish();
  }

  private static void assertUserError(String part, ImageSource source) {
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(ReadImages.from(source, KEEP));
    Throwable cause =
        assertThrows(
            Pipeline.PipelineExecutionException.class, () -> pipeline.run().waitUntilFinish());
    while (!(cause instanceof UserError)) {
      cause = cause.getCause();
    }
    assertTrue(cause.getMessage().contains(part), cause.getMessage());
  }

  private static void assertMessage(
      String part, org.junit.jupiter.api.function.Executable executable) {
    UserError error = assertThrows(UserError.class, executable);
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }

  private ImageSource source(String path) {
    return source(path, "auto");
  }

  private ImageSource source(String path, String layout) {
    return ImageSource.open(
        temporary.resolve(path).toString(), new SourceOptions(layout, null, null, null), KEEP);
  }

  private void file(String name, byte[] bytes) throws IOException {
    Path file = temporary.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  private static ImageRecord grey(String id, String label, String split) {
    return new ImageRecord(id, label, split, 2, 1, 1, "png", GREY);
  }

  private static ImageRecord raw(String id, int channels, int... values) {
    return new ImageRecord(id, null, "all", 1, 1, channels, "raw", bytes(values));
  }

  private static byte[] idx(int magic, List<Integer> shape, byte[] values) {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * shape.size() + values.length).putInt(magic);
    shape.forEach(file::putInt);
    return file.put(values).array();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  /** The files, and a directory and a link. */
  private static byte[] tar(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.putArchiveEntry(new TarArchiveEntry("train/"));
      tar.closeArchiveEntry();
      TarArchiveEntry link = new TarArchiveEntry("link.png", TarConstants.LF_SYMLINK);
      link.setLinkName("b.png");
      tar.putArchiveEntry(link);
      tar.closeArchiveEntry();
      for (Map.Entry<String, byte[]> file : new TreeMap<>(files).entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    }
    return out.toByteArray();
  }

  private static String blob(byte[] bytes) {
    return "from_hex('" + HexFormat.of().formatHex(bytes) + "')";
  }

  private static void duckDb(String... statements) throws SQLException {
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement sql = duckdb.createStatement()) {
      for (String statement : statements) {
        sql.execute(statement);
      }
    }
  }
}
