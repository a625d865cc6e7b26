package org.vocabeam.pipelines.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.store.StoreReader;

class IngestCommandTest {
  private static final String DIRECT = "--runner=DirectRunner";

  @TempDir private Path folder;

  @BeforeEach
  void images() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    for (String place : List.of("train/cat", "train/dog", "test/cat")) {
      for (int i = 0; i < 5; i++) {
        BufferedImage image = new BufferedImage(12 + i, 10, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < image.getWidth(); x++) {
          for (int y = 0; y < image.getHeight(); y++) {
            image.setRGB(x, y, random.nextInt(1 << 24));
          }
        }
        Path file = folder.resolve("photos").resolve(place).resolve(i + ".png");
        MoreFiles.createParentDirectories(file);
        ImageIO.write(image, "png", file.toFile());
      }
    }
    Files.createFile(folder.resolve("photos/train/dog/empty.png"));
  }

  private void ingest(String output, String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.add("ingest");
    if (List.of(more).stream().noneMatch(option -> option.startsWith("--input="))) {
      arguments.add("--input=" + folder.resolve("photos"));
    }
    arguments.add("--output=" + folder.resolve(output));
    arguments.addAll(List.of(more));
    Vocabeam.run(arguments);
  }

  /** Hash of every file by its name. */
  private Map<String, String> bytes(String output) throws IOException {
    Path root = folder.resolve(output);
    Map<String, String> hashes = new TreeMap<>();
    for (Path file : MoreFiles.fileTraverser().depthFirstPreOrder(root)) {
      if (Files.isRegularFile(file)) {
        hashes.put(
            root.relativize(file).toString(),
            MoreFiles.asByteSource(file).hash(Hashing.sha256()).toString());
      }
    }
    return hashes;
  }

  private void assertRefused(String line, String output, String... more) {
    Exception thrown = assertThrows(Exception.class, () -> ingest(output, more));
    assertEquals(new Failure(line, null), Failure.of(thrown));
  }

  @Test
  void storesWhatCanBeReadAndSaysWhatCannot() throws IOException {
    ingest("run", DIRECT, "--resize=8", "--colour=grey");
    ImageStatistics statistics = ImageStatistics.read(folder.resolve("run/images").toString());
    assertEquals(15, statistics.images());
    assertEquals(Map.of("train", 10L, "test", 5L), statistics.splits());
    assertEquals(Map.of("cat", 10L, "dog", 5L), statistics.labels());
    assertEquals(1, statistics.channels());
    assertEquals(8, statistics.maxWidth());
    assertEquals(1, statistics.rejected().values().stream().mapToLong(n -> n).sum());
    assertTrue(Files.exists(folder.resolve("run/rejected/_SUCCESS")));
  }

  @Test
  void optionsReachTheStore() throws IOException {
    ingest("small", DIRECT, "--maxPixels=125");
    ImageStatistics statistics = ImageStatistics.read(folder.resolve("small/images").toString());
    // Of widths 12 to 16 and height 10, only 12 x 10 has no more.
    assertEquals(3, statistics.images());
    ingest("flat", DIRECT, "--layout=label");
    assertEquals(
        Map.of("train", 10L, "test", 5L),
        ImageStatistics.read(folder.resolve("flat/images").toString()).labels());
  }

  /** Photos are 12 to 16 wide and 10 high. */
  @Test
  void largerImagesAreScaledToAShortSide() throws IOException {
    ingest("scaled", DIRECT, "--shortSide=8", "--quality=90");
    ImageStatistics statistics = ImageStatistics.read(folder.resolve("scaled/images").toString());
    assertEquals(Map.of("jpeg", 15L), statistics.encodings());
    assertEquals(8, statistics.minHeight());
    assertEquals(8, statistics.maxHeight());
    assertEquals(9, statistics.minWidth()); // 12 * 8 / 10, rounded down
    assertEquals(12, statistics.maxWidth());
    ingest("scaled", DIRECT, "--shortSide=8", "--quality=90");
    assertRefused(
        folder.resolve("scaled")
            + "/images was made with shortSide 8 as JPEG of quality 90 instead of 8 as PNG; give"
            + " another --output, or --overwrite",
        "scaled",
        DIRECT,
        "--shortSide=8",
        "--encoding=png");
    assertRefused(
        "resize is 8 and shortSide is 8, must be one of them: resize cuts squares out, shortSide"
            + " keeps the shape",
        "no",
        DIRECT,
        "--shortSide=8",
        "--resize=8");
    assertRefused(
        "--encoding and --quality are of images that --shortSide scales; give --shortSide too",
        "no",
        DIRECT,
        "--quality=90");
    assertRefused(
        "--quality is of JPEG images, and --encoding is png; leave one out",
        "no",
        DIRECT,
        "--shortSide=8",
        "--encoding=png",
        "--quality=90");
    assertRefused(
        "encoding: 'webp', must be jpeg or png", "no", DIRECT, "--shortSide=8", "--encoding=webp");
  }

  private StoreReader<ImageRecord> store(String output) {
    return StoreReader.open(ImageRecord.TYPE, folder.resolve(output).resolve("images").toString());
  }

  @Test
  void shardsAreTheFilesOfTheStore() throws IOException {
    ingest("run", DIRECT, "--shards=3");
    assertEquals(3, store("run").manifest().shards().size());
    ingest("run", DIRECT, "--shards=3");
    assertRefused(
        folder.resolve("run")
            + "/images was made with shards 3 instead of 2; give another --output, or --overwrite",
        "run",
        DIRECT,
        "--shards=2");
    assertRefused(
        "shards: -1, must be 1 to 99999; 128 MB a shard is usual", "no", DIRECT, "--shards=-1");
  }

  @Test
  void shardMegabytesDecideTheFiles() throws IOException {
    Path large = folder.resolve("large");
    Files.createDirectories(large);
    try (RandomAccessFile idx =
        new RandomAccessFile(large.resolve("train-images-idx3-ubyte").toFile(), "rw")) {
      for (int value : new int[] {0x803, 2500, 32, 32}) {
        idx.writeInt(value);
      }
      idx.setLength(16 + 2500 * 1024);
    }
    String input = "--input=" + large;
    ingest("grey", DIRECT, input, "--shardMegabytes=1");
    assertEquals(3, store("grey").manifest().shards().size()); // 2.44 MB
    // Grey pixels that are stored as RGB take three times as much.
    ingest("rgb", DIRECT, input, "--shardMegabytes=1", "--colour=rgb");
    assertEquals(8, store("rgb").manifest().shards().size());
    assertRefused(
        folder.resolve("grey")
            + "/images was made with shards 3 instead of 2; give another --output, or --overwrite",
        "grey",
        DIRECT,
        input,
        "--shardMegabytes=2");
    assertRefused(
        "shard megabytes: 0, must be at least 1; 128 is usual", "no", DIRECT, "--shardMegabytes=0");
  }

  @Test
  void rowGroupBytesDecideTheRowGroups() throws IOException {
    ingest("run", DIRECT);
    assertEquals(1, store("run").rowGroups().size());
    ingest("small", DIRECT, "--rowGroupBytes=1024");
    assertTrue(store("small").rowGroups().size() > 3, store("small").rowGroups().toString());
    assertEquals(store("run").fingerprint(), store("small").fingerprint());
    assertRefused(
        folder.resolve("run")
            + "/images was made with rowGroupBytes 6291456 instead of 1024; give another --output,"
            + " or --overwrite",
        "run",
        DIRECT,
        "--rowGroupBytes=1024");
    assertRefused(
        "row group bytes: 9, must be at least 1024; 6 MB is usual",
        "no",
        DIRECT,
        "--rowGroupBytes=9");
  }

  /** A version before the options for files and row groups wrote nothing of them. */
  @Test
  void aStoreOfAnOlderVersionIsTakenForWhatItIs() throws IOException {
    ingest("run", DIRECT);
    Path success = folder.resolve("run/images/_SUCCESS");
    String manifest = Files.readString(success);
    String older = manifest.replaceAll("\"(shards|rowGroupBytes)\" : \"\\d+\",\\s*", "");
    assertNotEquals(manifest, older);
    Files.writeString(success, older);
    ingest("run", DIRECT);
    assertEquals(older, Files.readString(success));
  }

  @Test
  void theSameCommandAgainDoesNothing() throws IOException {
    ingest("run", DIRECT);
    Path images = folder.resolve("run/images");
    Map<String, String> before = bytes("run");
    Object written = Files.getLastModifiedTime(images.resolve("_SUCCESS"));
    ingest("run", DIRECT);
    assertEquals(before, bytes("run"));
    assertEquals(written, Files.getLastModifiedTime(images.resolve("_SUCCESS")));
  }

  @Test
  void anInterruptedRunIsDoneAgainWithTheSameBytes() throws IOException {
    ingest("run", DIRECT);
    Map<String, String> whole = bytes("run");
    Files.delete(folder.resolve("run/images/_SUCCESS"));
    Files.writeString(folder.resolve("run/images/part-00000-of-00001.parquet"), "half");
    ingest("run", DIRECT);
    assertEquals(whole, bytes("run"));
  }

  @Test
  void otherOptionsAreRefusedUnlessTheyMayOverwrite() throws IOException {
    ingest("run", DIRECT);
    Map<String, String> before = bytes("run");
    assertRefused(
        folder.resolve("run")
            + "/images was made with resize 0 instead of 8; give another --output, or --overwrite",
        "run",
        DIRECT,
        "--resize=8");
    assertEquals(before, bytes("run"));
    ingest("run", DIRECT, "--resize=8", "--overwrite");
    assertNotEquals(before, bytes("run"));
  }

  @Test
  void otherImagesAreRefused() throws IOException {
    ingest("run", DIRECT);
    Files.delete(folder.resolve("photos/test/cat/0.png"));
    assertRefused(
        folder.resolve("run")
            + "/images was made of other files than "
            + folder.resolve("photos")
            + " has now: 0 files changed, 0 added, 1 removed (test/cat/0.png); give another"
            + " --output, --overwrite, or --grow",
        "run",
        DIRECT);
  }

  /** Raw pixels keep their channels; a store of ours counts only when it is complete. */
  @Test
  void aStoreCanBeIngestedAgain() throws IOException {
    ingest("raw", DIRECT, "--resize=8");
    String input = "--input=" + folder.resolve("raw/images");
    ingest("again", DIRECT, input);
    assertEquals(store("raw").fingerprint(), store("again").fingerprint());
    ingest("smaller", DIRECT, input, "--resize=4");
    ImageStatistics statistics = ImageStatistics.read(folder.resolve("smaller/images").toString());
    assertEquals(4, statistics.maxHeight());
    assertEquals(Map.of(3, 15L), statistics.channelCounts());
    assertRefused(
        String.format(
            "no image in %s (images store), of 15 files none was taken: 15 more pixels than"
                + " maxPixels (test/cat/0.png, test/cat/1.png, test/cat/2.png, ...); convert them,"
                + " or give another --input; all are listed in %s",
            folder.resolve("raw/images"), folder.resolve("rejected/rejected")),
        "rejected",
        DIRECT,
        input,
        "--maxPixels=63");
    Files.delete(folder.resolve("raw/images/_SUCCESS"));
    assertRefused(
        folder.resolve("raw/images")
            + " is not a complete store of images (it has no _SUCCESS file); run the command that"
            + " writes it",
        "no",
        DIRECT,
        input);
  }

  @Test
  void wrongValuesAreRefused() {
    assertRefused("colour: 'blue', must be keep, grey or rgb", "run", DIRECT, "--colour=blue");
  }

  @Test
  @Tag("slow")
  void embeddedFlinkGivesTheSameBytes() throws IOException {
    ingest("direct", DIRECT);
    ingest("flink", "--runner=FlinkRunner", "--flinkMaster=[local]", "--parallelism=2");
    assertEquals(bytes("direct"), bytes("flink"));
  }
}
