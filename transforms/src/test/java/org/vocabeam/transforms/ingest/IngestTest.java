package org.vocabeam.transforms.ingest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.transforms.image.TestImages.bytes;
import static org.vocabeam.transforms.image.TestImages.gradient;
import static org.vocabeam.transforms.image.TestImages.jpeg;
import static org.vocabeam.transforms.image.TestImages.png;
import static org.vocabeam.transforms.image.TestImages.pngOf;

import com.google.common.io.MoreFiles;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
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
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.image.RejectedRecord;
import org.vocabeam.transforms.image.Rejection;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.source.ImageSource;
import org.vocabeam.transforms.source.SourceOptions;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.statistics.ImageTally;
import org.vocabeam.transforms.statistics.WriteStatistics;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;

/** Ingestion from files to stores: bytes, statistics, and the view of other tools. */
class IngestTest {
  private static final DecodeOptions KEEP = new DecodeOptions(0, 10_000, "keep");

  @TempDir Path temporary;

  @Test
  void ingestingAgainElsewhereWithOtherWorkersGivesTheSameBytes() throws Exception {
    Path first = folder("first");
    Path second = folder("some/where else");
    ingest(first, "a", KEEP, 1);
    ingest(second, "b", KEEP, 3);
    assertEquals(contents("a"), contents("b"));
    assertEquals(
        ImageSource.open(first.toString(), SourceOptions.usual(), KEEP).content("").fingerprint(),
        ImageSource.open(second.toString(), SourceOptions.usual(), KEEP).content("").fingerprint());

    Files.write(second.resolve("train/even/0.png"), png(gradient(9, 9)));
    ingest(second, "c", KEEP, 3);
    assertNotEquals(contents("a"), contents("c"));
  }

  @Test
  void theStoreHoldsWhatTheFilesHold() throws Exception {
    ingest(folder("data"), "out", KEEP, 2);
    StoreReader<ImageRecord> store =
        StoreReader.open(ImageRecord.TYPE, temporary.resolve("out/images").toString());
    assertEquals(150, store.manifest().rows());
    int seen = 0;
    for (RowGroup group : store.rowGroups()) {
      try (RowReader<ImageRecord> rows = store.read(group)) {
        while (rows.hasNext()) {
          ImageRecord image = rows.next();
          byte[] file = Files.readAllBytes(temporary.resolve("data").resolve(image.id()));
          assertArrayEquals(file, image.bytes());
          assertEquals(3, Pixels.of(image, 3).channels());
          seen++;
        }
      }
    }
    assertEquals(150, seen);
    String files = "'" + temporary.resolve("out") + "/images/*.parquet'";
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement sql = duckdb.createStatement()) {
      try (ResultSet rows =
          sql.executeQuery(
              "SELECT id, label, split, width, height, channels, encoding, bytes FROM "
                  + files
                  + " WHERE id = 'test/odd/7.jpg'")) {
        assertTrue(rows.next());
        assertEquals("odd", rows.getString(2));
        assertEquals("test", rows.getString(3));
        assertEquals(12, rows.getInt(4));
        assertEquals(8, rows.getInt(5));
        assertEquals(3, rows.getInt(6));
        assertEquals("jpeg", rows.getString(7));
        assertArrayEquals(jpeg(gradient(12, 8)), rows.getBytes(8));
        assertFalse(rows.next());
      }
      try (ResultSet rows =
          sql.executeQuery(
              "SELECT reason, count(*) FROM '"
                  + temporary.resolve("out")
                  + "/rejected/*.parquet' GROUP BY 1 ORDER BY 1")) {
        assertTrue(rows.next());
        assertEquals("no content", rows.getString(1));
        assertEquals(1, rows.getInt(2));
        assertTrue(rows.next());
        assertEquals("not an image", rows.getString(1));
        assertEquals(2, rows.getInt(2));
        assertFalse(rows.next());
      }
    }
  }

  @Test
  void statisticsAreThoseOfTheTrainSplit() throws Exception {
    // Grey 0 and 255, an RGB pixel (51, 102, 153); 1000 pixels of the test split do not count.
    file("data/train/a/1.png", pngOf(2, 1, 8, 0, bytes(0, 0, 255)));
    file("data/train/b/2.png", pngOf(1, 1, 8, 2, bytes(0, 51, 102, 153)));
    file("data/test/b/3.png", pngOf(10, 100, 1, 0, new byte[300]));
    file("data/test/b/4.png", bytes(1, 2));
    ingest(temporary.resolve("data"), "out", KEEP, 2);
    ImageStatistics statistics = ImageStatistics.read(temporary.resolve("out/images").toString());
    assertEquals(3, statistics.images());
    assertEquals(3, statistics.channels());
    assertEquals("train", statistics.pixelsOf());
    double[] third = {0.2, 0.4, 0.6};
    for (int channel = 0; channel < 3; channel++) {
      double mean = (0 + 1 + third[channel]) / 3;
      double squares = (0 + 1 + third[channel] * third[channel]) / 3;
      assertEquals(mean, statistics.mean().get(channel), 1e-15);
      assertEquals(Math.sqrt(squares - mean * mean), statistics.std().get(channel), 1e-15);
    }
    assertEquals(Map.of("test", 1L, "train", 2L), statistics.splits());
    assertEquals(Map.of("a", 1L, "b", 2L), statistics.labels());
    assertEquals(Map.of(1, 2L, 3, 1L), statistics.channelCounts());
    assertEquals(1, statistics.minWidth());
    assertEquals(10, statistics.maxWidth());
    assertEquals(1, statistics.minHeight());
    assertEquals(100, statistics.maxHeight());
    assertFalse(statistics.isUniform());
    assertEquals(Map.of("not an image", 1L), statistics.rejected());
  }

  /** Stores the same pixels in another file, under another name, and twice in other splits. */
  @Test
  void copiesAreCountedAndStay() throws Exception {
    file("data/train/a/1.png", pngOf(2, 1, 8, 0, bytes(0, 7, 255)));
    file("data/train/b/2.png", pngOf(2, 1, 8, 0, bytes(0, 7, 255)));
    file("data/test/b/3.png", pngOf(2, 1, 8, 0, bytes(0, 7, 255)));
    file("data/test/b/4.png", pngOf(1, 2, 8, 0, bytes(0, 7, 0, 255))); // the other way round
    file("data/test/b/5.jpg", jpeg(gradient(300, 40)));
    file("data/test/b/6.png", png(jpegPixels(gradient(300, 40))));
    file("data/test/b/7.png", png(gradient(64, 65)));
    ingest(temporary.resolve("data"), "out", new DecodeOptions(0, 20_000, "keep"), 2);
    String store = temporary.resolve("out/images").toString();
    ImageStatistics statistics = ImageStatistics.read(store);
    assertEquals(7, statistics.images());
    assertEquals(7, StoreReader.open(ImageRecord.TYPE, store).manifest().rows());
    assertEquals(4, statistics.distinct());
    assertEquals(3, statistics.copies());
    assertEquals(Map.of("jpeg", 1L, "png", 6L), statistics.encodings());
    assertEquals(Map.of(1, 4L, 32, 2L, 64, 1L), statistics.shortSides());
  }

  @Test
  void statisticsOfAnOlderVersionAreRead() throws Exception {
    file("data/1.png", pngOf(2, 1, 8, 0, bytes(0, 0, 255)));
    ingest(temporary.resolve("data"), "out", KEEP, 1);
    Path file = temporary.resolve("out/images/statistics.json");
    Files.writeString(
        file,
        Files.readString(file).replaceAll("(?s)\"shortSides\".*?\"rejected\"", "\"rejected\""));
    ImageStatistics old = ImageStatistics.read(temporary.resolve("out/images").toString());
    assertEquals(0.5, old.mean().get(0), 1e-15);
    assertEquals(0, old.distinct());
    assertEquals(Map.of(), old.encodings());
  }

  private static BufferedImage jpegPixels(BufferedImage image) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(jpeg(image)));
  }

  @Test
  void statisticsWithoutATrainSplitAreOfAll() throws Exception {
    file("data/1.png", pngOf(2, 1, 8, 0, bytes(0, 0, 255)));
    file("data/2.png", pngOf(2, 1, 8, 0, bytes(0, 255, 255)));
    ingest(temporary.resolve("data"), "out", KEEP, 2);
    ImageStatistics statistics = ImageStatistics.read(temporary.resolve("out/images").toString());
    assertEquals("all", statistics.pixelsOf());
    assertEquals(List.of(0.75), statistics.mean());
    assertEquals(Math.sqrt(3) / 4, statistics.std().get(0), 1e-15);
    assertTrue(statistics.isUniform());
  }

  @Test
  void aSourceWithoutImagesGivesEmptyStores() throws Exception {
    file("data/1.png", bytes(1));
    ingest(temporary.resolve("data"), "out", KEEP, 2);
    ImageStatistics statistics = ImageStatistics.read(temporary.resolve("out/images").toString());
    assertEquals(0, statistics.images());
    assertEquals(List.of(), statistics.mean());
    assertEquals(Map.of("not an image", 1L), statistics.rejected());
    assertThrows(
        UserError.class, () -> ImageStatistics.read(temporary.resolve("out/rejected").toString()));
  }

  /** Floating-point sums would depend on the order of merging. */
  @Test
  void talliesMergeToTheSameInAnyOrder() {
    Random random = new Random(3);
    List<ImageTally> tallies = new ArrayList<>();
    ImageTally whole = ImageTally.empty();
    for (int i = 0; i < 200; i++) {
      byte[] values = new byte[3 * 50];
      random.nextBytes(values);
      Pixels pixels = new Pixels(10, 5, 3, values);
      ImageRecord image =
          new ImageRecord("i" + i, "l" + i % 3, "s" + i % 2, 10, 5, 3, "raw", values);
      ImageTally one = ImageTally.empty();
      one.add(image, pixels);
      one.addContent(i % 4);
      one.reject(Rejection.EMPTY);
      tallies.add(one);
      whole.add(image, pixels);
      whole.addContent(i % 4);
      whole.reject(Rejection.EMPTY);
    }
    ImageTally.Merge merge = new ImageTally.Merge();
    for (int order = 0; order < 5; order++) {
      Collections.shuffle(tallies, random);
      ImageTally left = merge.createAccumulator();
      ImageTally right = merge.createAccumulator();
      for (int i = 0; i < tallies.size(); i++) {
        merge.addInput(i < 50 * order ? left : right, tallies.get(i));
      }
      ImageTally merged = merge.mergeAccumulators(List.of(left, right));
      assertEquals(whole, merged);
      assertEquals(whole.statistics(), merge.extractOutput(merged).statistics());
    }
  }

  @Test
  void aTallyOfAnOlderVersionIsRead() throws IOException {
    file("old/tally.json", "{\"splits\": {\"train\": 3}}".getBytes(StandardCharsets.UTF_8));
    ImageTally tally = ImageTally.read(temporary.resolve("old").toString());
    assertEquals(3, tally.images());
    assertEquals(Map.of(), tally.unread());
    assertEquals(Map.of(), tally.splitLabels());
  }

  /** n sum x^2 - (sum x)^2 has 20 digits here: it must not be computed in long or double. */
  @Test
  void theDeviationOfManyPixelsIsExact() {
    long pixels = 4_000_000_000_000L;
    ImageTally.Sums sums =
        new ImageTally.Sums(pixels, 254 * pixels + pixels / 4, 64516 * pixels + 509 * pixels / 4);
    assertEquals(254.25 / 255, sums.mean(), 1e-15);
    assertEquals(Math.sqrt(0.25 * 0.75) / 255, sums.standardDeviation(), 1e-15);
  }

  private Path folder(String name) throws IOException {
    for (int i = 0; i < 150; i++) {
      String parity = i % 2 == 0 ? "even/" + i + ".png" : "odd/" + i + ".jpg";
      byte[] image = i % 2 == 0 ? png(gradient(3 + i % 5, 4)) : jpeg(gradient(5 + i, 8));
      file(name + (i % 10 < 3 ? "/train/" : "/test/") + parity, image);
    }
    file(name + "/train/odd/empty.jpg", new byte[0]);
    file(name + "/README.md", "text".getBytes(StandardCharsets.UTF_8));
    file(name + "/train/README.md", "text".getBytes(StandardCharsets.UTF_8));
    return temporary.resolve(name);
  }

  private void file(String name, byte[] bytes) throws IOException {
    Path file = temporary.resolve(name);
    MoreFiles.createParentDirectories(file);
    Files.write(file, bytes);
  }

  private void ingest(Path input, String name, DecodeOptions decode, int parallelism)
      throws IOException {
    ImageSource source = ImageSource.open(input.toString(), SourceOptions.usual(), decode);
    String output = temporary.resolve(name).toString();
    WriteStore<ImageRecord> images =
        WriteStore.to(ImageRecord.TYPE, output + "/images")
            .withShards(2)
            .withRowGroupBytes(20_000)
            .withProvenance(
                Map.of(
                    "command",
                    "ingest",
                    "input",
                    source.content(output + "/images").fingerprint()));
    WriteStore<RejectedRecord> rejected = WriteStore.to(RejectedRecord.TYPE, output + "/rejected");
    images.prepare(false);
    rejected.prepare(false);
    DirectOptions options = PipelineOptionsFactory.create().as(DirectOptions.class);
    options.setTargetParallelism(parallelism);
    Pipeline pipeline = Pipeline.create(options);
    PCollectionTuple read = pipeline.apply(ReadImages.from(source, decode));
    read.get(ReadImages.IMAGES).apply("WriteImages", images);
    read.get(ReadImages.REJECTED).apply("WriteRejected", rejected);
    read.get(ReadImages.STATISTICS).apply(WriteStatistics.to(output + "/images"));
    pipeline.run().waitUntilFinish();
    rejected.commit();
    images.commit();
  }

  private Map<String, String> contents(String name) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    Path root = temporary.resolve(name);
    for (Path file : MoreFiles.fileTraverser().depthFirstPreOrder(root)) {
      if (Files.isRegularFile(file)) {
        contents.put(
            root.relativize(file).toString(),
            new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    assertEquals(6, contents.size(), contents.keySet().toString());
    return contents;
  }
}
