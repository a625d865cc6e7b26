package org.vocabeam.pipelines.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.statistics.ImageStatistics;

/** Inputs that have changed since a store was made of them, at the same names and lengths. */
class ChangedInputCasesTest {
  private static final String ADVICE = "; give another --output, --overwrite, or --grow";

  @TempDir private Path folder;

  private void ingest(String input, String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.add("ingest");
    arguments.add("--runner=DirectRunner");
    arguments.add("--input=" + folder.resolve(input));
    arguments.add("--output=" + folder.resolve("out"));
    arguments.addAll(List.of(more));
    Vocabeam.run(arguments);
  }

  private ImageStatistics statistics() {
    return ImageStatistics.read(folder.resolve("out/images").toString());
  }

  private void assertChanged(String changes, String input) {
    Exception thrown = assertThrows(Exception.class, () -> ingest(input));
    String line =
        folder.resolve("out/images")
            + " was made of other files than "
            + folder.resolve(input)
            + " has now: "
            + changes
            + ADVICE;
    assertEquals(new Failure(line, null), Failure.of(thrown));
  }

  private Path file(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  /** Returns a PNG of 8 x 8 whose colour tells a shade; all have the same length. */
  private static byte[] png(int shade) throws IOException {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, shade);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  private static byte[] idx(int magic, int count, int side, int fill) {
    int header = side == 0 ? 8 : 16;
    ByteBuffer file = ByteBuffer.allocate(header + count * Math.max(1, side * side));
    file.putInt(magic).putInt(count);
    if (side > 0) {
      file.putInt(side).putInt(side);
    }
    while (file.hasRemaining()) {
      file.put((byte) (fill < 0 ? file.position() % 3 : fill));
    }
    return file.array();
  }

  /** The case stale-idx-labels. */
  @Test
  void correctedLabelsOfIdx() throws IOException {
    file("in/train-images-idx3-ubyte", idx(0x803, 30, 12, -1));
    Path labels = file("in/train-labels-idx1-ubyte", idx(0x801, 30, 0, -1));
    FileTime time = Files.getLastModifiedTime(labels);
    ingest("in");
    assertEquals(3, statistics().classes().size());
    ingest("in");
    file("in/train-labels-idx1-ubyte", idx(0x801, 30, 0, 9));
    Files.setLastModifiedTime(labels, time);
    assertChanged("1 file changed (train-labels-idx1-ubyte), 0 added, 0 removed", "in");
    ingest("in", "--overwrite");
    assertEquals(Map.of("9", 30L), statistics().labels());
  }

  @Test
  void imagesOfTheSameNameAndLength() throws IOException {
    for (int i = 0; i < 6; i++) {
      file("in/cat/" + i + ".png", png(60 + i));
    }
    ingest("in");
    for (int i = 0; i < 4; i++) {
      byte[] other = png(70 + i);
      assertEquals(Files.size(folder.resolve("in/cat/0.png")), other.length);
      file("in/cat/" + i + ".png", other);
    }
    assertChanged(
        "4 files changed (cat/0.png, cat/1.png, cat/2.png, ...), 0 added, 0 removed", "in");
    file("in/dog/1.png", png(1));
    Files.delete(folder.resolve("in/cat/5.png"));
    Files.delete(folder.resolve("in/cat/4.png"));
    assertChanged(
        "4 files changed (cat/0.png, cat/1.png, cat/2.png, ...), 1 added (dog/1.png), 2 removed"
            + " (cat/4.png, cat/5.png)",
        "in");
  }

  /** An archive whose last image is replaced has the same length, too. */
  @Test
  void anImageInAnArchive() throws IOException {
    file("in/x.zip", zip(png(1), png(2)));
    ingest("in/x.zip");
    file("in/x.zip", zip(png(1), png(3)));
    assertChanged("1 file changed (x.zip), 0 added, 0 removed", "in/x.zip");
  }

  private static byte[] zip(byte[]... images) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (int i = 0; i < images.length; i++) {
        ZipEntry entry = new ZipEntry(i + ".png");
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(images[i].length);
        CRC32 crc = new CRC32();
        crc.update(images[i]);
        entry.setCrc(crc.getValue());
        entry.setTime(1_600_000_000_000L);
        zip.putNextEntry(entry);
        zip.write(images[i]);
      }
    }
    return out.toByteArray();
  }

  /** A copy, a touch and other files beside the images change nothing that is ingested. */
  @Test
  void theSameContentIsTheSameInput() throws IOException {
    file("in/cat/a.png", png(1));
    file("in/dog/b.png", png(2));
    file("in/.hidden", new byte[1]);
    ingest("in");
    Object written = Files.getLastModifiedTime(folder.resolve("out/images/_SUCCESS"));
    Files.setLastModifiedTime(folder.resolve("in/cat/a.png"), FileTime.fromMillis(1_000));
    file("in/.hidden", new byte[2]);
    ingest("in");
    Files.createDirectories(folder.resolve("copy/cat"));
    Files.createDirectories(folder.resolve("copy/dog"));
    Files.copy(folder.resolve("in/cat/a.png"), folder.resolve("copy/cat/a.png"));
    Files.move(
        folder.resolve("in/dog/b.png"),
        folder.resolve("copy/dog/b.png"),
        StandardCopyOption.ATOMIC_MOVE);
    ingest("copy");
    assertEquals(written, Files.getLastModifiedTime(folder.resolve("out/images/_SUCCESS")));
  }

  /** Files that nobody has touched are not read; the stamp of any others is of no use. */
  @Test
  void anUntouchedInputIsNotReadAgain() throws Exception {
    Path image = file("in/a.png", png(1));
    ingest("in");
    Path list = folder.resolve("out/images/input.jsonl.gz");
    byte[] other = HexFormat.of().parseHex("1f8b08000000000000ff03000000000000000000");
    byte[] whole = Files.readAllBytes(list);
    Files.write(list, other); // an empty list: taken as it is, since nothing is read
    assertChanged("0 files changed, 0 added, 0 removed", "in");
    Files.setLastModifiedTime(image, FileTime.fromMillis(1_000)); // the time of a change is now
    Files.write(list, whole);
    ingest("in");
    assertTrue(Files.exists(folder.resolve("out/images/input.stamp")));
  }

  /** A store of an older version tells names and lengths only. */
  @Test
  void aStoreOfAnOlderVersion() throws IOException {
    file("in/a.png", png(1));
    ingest("in");
    Files.delete(folder.resolve("out/images/input.jsonl.gz"));
    file("in/a.png", png(2));
    assertChanged("what has changed is not known, since an older version made it", "in");
  }
}
