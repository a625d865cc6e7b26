package org.vocabeam.pipelines.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.RejectedRecord;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.store.StoreReader;

/** Inputs of which nothing, or almost nothing, can be taken. */
class NothingIngestedCasesTest {
  @TempDir private Path directory;
  private Path input;

  @BeforeEach
  void input() throws IOException {
    input = Files.createDirectories(directory.resolve("in"));
  }

  private Printed ingest(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "ingest",
                "--runner=DirectRunner",
                "--input=" + input,
                "--output=" + directory.resolve("out")));
    arguments.addAll(List.of(more));
    return Printed.by(arguments);
  }

  private String out(String name) {
    return directory.resolve("out").resolve(name).toString();
  }

  /** Fails unless nothing was taken, and no later command can take the store for good. */
  private void assertNothing(String line) {
    Printed first = ingest();
    assertTrue(first.line().startsWith("no image in " + input), first.line());
    assertTrue(first.line().contains(line), first.line());
    assertEquals(1, first.status());
    assertFalse(StoreReader.isComplete(out("images")));
    assertEquals(first.line(), ingest().line(), "the same again says the same");
    for (List<String> command :
        List.of(
            List.of("pretrain", "--method=rotation", "--batchSize=8"),
            List.of("augment"),
            List.of("extract", "--checkpoint=" + directory, "--level=layer2"),
            List.of("assign", "--checkpoint=" + directory, "--codebook=" + directory),
            List.of("finetune"))) {
      List<String> arguments = new ArrayList<>(command);
      arguments.add("--images=" + out("images"));
      arguments.add("--output=" + directory.resolve("run"));
      Printed later = Printed.by(arguments);
      assertEquals(1, later.status());
      assertTrue(
          later.line().startsWith("there is no image in " + out("images")),
          command + ": " + later.line());
      assertFalse(Files.exists(directory.resolve("run")), "nothing is left of " + command);
    }
  }

  private void write(String name, String content) throws IOException {
    Path file = input.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private static void draw(Path file, int seed) throws IOException {
    BufferedImage image = new BufferedImage(12, 10, BufferedImage.TYPE_INT_RGB);
    SplittableRandom random = new SplittableRandom(seed);
    for (int x = 0; x < 12; x++) {
      for (int y = 0; y < 10; y++) {
        image.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  /** nothing-empty-tar. */
  @Test
  void anArchiveOfAnotherKind() throws IOException {
    Files.writeString(input.resolve("photos.7z"), "7z");
    assertNothing(
        "not read 1 (kind of archive that is not read: 1, as photos.7z); convert or unpack");
  }

  @Test
  void anEmptyTar() throws IOException {
    Files.write(input.resolve("x.tar"), new byte[10240]);
    assertNothing("there is no file in it to look at");
  }

  @Test
  void anEmptyGzippedTar() throws IOException {
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(input.resolve("x.tar.gz")))) {
      out.write(new byte[10240]);
    }
    assertNothing("there is no file in it to look at");
  }

  @Test
  void filesWithoutContent() throws IOException {
    write("cat/a.png", "");
    write("cat/b.jpg", "");
    assertNothing("of 2 files none was taken: 2 no content (cat/a.png, cat/b.jpg)");
  }

  @Test
  void textsUnderTheNamesOfImages() throws IOException {
    for (String name : List.of("a", "b", "c", "d")) {
      write(name + ".jpg", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n");
    }
    assertNothing("(a.jpg, b.jpg, c.jpg, ...)");
  }

  @Test
  void imagesThatAreCutOff() throws IOException {
    draw(directory.resolve("whole.png"), 1);
    byte[] whole = Files.readAllBytes(directory.resolve("whole.png"));
    Files.write(input.resolve("half.png"), java.util.Arrays.copyOf(whole, 30));
    assertNothing("(half.png)");
  }

  /** nothing-idx4-rgb, with pages of five numbers that no data set has. */
  @Test
  void idxOfAnotherShape() throws IOException {
    try (RandomAccessFile idx = new RandomAccessFile(input.resolve("images.dat").toFile(), "rw")) {
      for (int value : new int[] {0x805, 2, 2, 2, 2, 2}) {
        idx.writeInt(value);
      }
      idx.setLength(24 + 32);
    }
    assertNothing("(images.dat)");
  }

  /** An archive that needs a password: its only file is marked as encrypted. */
  @Test
  void anEncryptedZip() throws IOException {
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(zip, true, StandardCharsets.ISO_8859_1);
    byte[] name = "a.png".getBytes(StandardCharsets.UTF_8);
    out.writeBytes(new byte[] {'P', 'K', 3, 4, 20, 0, 1, 0, 0, 0, 0, 0, 0, 0});
    out.writeBytes(new byte[] {1, 2, 3, 4, 16, 0, 0, 0, 16, 0, 0, 0, 5, 0, 0, 0});
    out.writeBytes(name);
    out.writeBytes(new byte[16]);
    int directoryAt = zip.size();
    out.writeBytes(new byte[] {'P', 'K', 1, 2, 20, 0, 20, 0, 1, 0, 0, 0, 0, 0, 0, 0});
    out.writeBytes(new byte[] {1, 2, 3, 4, 16, 0, 0, 0, 16, 0, 0, 0, 5, 0, 0, 0});
    out.writeBytes(new byte[14]);
    out.writeBytes(name);
    int length = zip.size() - directoryAt;
    out.writeBytes(new byte[] {'P', 'K', 5, 6, 0, 0, 0, 0, 1, 0, 1, 0});
    out.writeBytes(new byte[] {(byte) length, 0, 0, 0, (byte) directoryAt, 0, 0, 0, 0, 0});
    Files.write(input.resolve("x.zip"), zip.toByteArray());
    Printed ingest = ingest();
    assertEquals(1, ingest.status());
    assertTrue(ingest.line().contains("x.zip") || ingest.line().contains("a.png"), ingest.line());
    assertFalse(StoreReader.isComplete(out("images")));
  }

  @Test
  void aFolderWithoutAFile() throws IOException {
    Files.createDirectories(input.resolve("cat"));
    Printed ingest = ingest();
    assertEquals(1, ingest.status());
    assertTrue(ingest.line().startsWith(input + " is empty or not there"), ingest.line());
    assertFalse(Files.exists(directory.resolve("out")));
  }

  @Test
  void optionsThatRejectEveryImage() throws IOException {
    draw(input.resolve("a.png"), 1);
    Printed ingest = ingest("--maxPixels=100");
    assertEquals(1, ingest.status());
    assertTrue(ingest.line().contains("1 more pixels than maxPixels (a.png)"), ingest.line());
    // What was rejected can be looked at.
    assertEquals(1, StoreReader.open(RejectedRecord.TYPE, out("rejected")).rows().size());
    assertEquals(0, Printed.by("inspect", out("rejected")).status());
  }

  @Test
  void growthFromNothing() throws IOException {
    write("a.jpg", "text");
    Printed grow = ingest("--grow");
    assertEquals(1, grow.status());
    assertTrue(grow.line().contains("of 1 files none was taken"), grow.line());
    assertFalse(Files.exists(Path.of(out("increment-000001/images/_SUCCESS"))));
  }

  @Test
  void aGoodStoreSurvivesAnInputWithNothing() throws IOException {
    draw(input.resolve("a.png"), 1);
    assertEquals(0, ingest().status());
    String before = StoreReader.open(ImageRecord.TYPE, out("images")).fingerprint();
    Files.delete(input.resolve("a.png"));
    write("a.jpg", "text");
    Printed again = ingest("--overwrite");
    assertEquals(1, again.status());
    assertTrue(again.line().contains("of 1 files none was taken"), again.line());
    assertEquals(before, StoreReader.open(ImageRecord.TYPE, out("images")).fingerprint());
    assertEquals(1, ImageStatistics.read(out("images")).images());
    // The next image replaces the store, and nothing is left beside it.
    draw(input.resolve("b.png"), 2);
    draw(input.resolve("c.png"), 3);
    assertEquals(0, ingest("--overwrite").status());
    assertEquals(2, StoreReader.open(ImageRecord.TYPE, out("images")).manifest().rows());
    assertEquals(1, ImageStatistics.read(out("images")).rejected().values().iterator().next());
    try (var files = Files.list(directory.resolve("out"))) {
      assertEquals(
          List.of("images", "rejected"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void moreThanHalfRejectedIsAWarning() throws IOException {
    draw(input.resolve("a.png"), 1);
    write("b.jpg", "text");
    write("c.jpg", "");
    String report = ingest().assertDone().out();
    assertTrue(report.contains("Warning:   2 of 3 files were not taken: "), report);
    assertTrue(report.contains("1 no content (c.jpg)"), report);
    assertTrue(report.contains("./vocabeam inspect " + out("rejected")), report);
  }
}
