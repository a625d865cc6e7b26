package org.vocabeam.pipelines.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.StoreReader;

/** One odd name, link or file among good ones: it is read, or counted with its reason. */
class OneBadThingCasesTest {
  @TempDir private Path folder;

  @BeforeEach
  void goodImages() throws IOException {
    image(folder.resolve("in/cat/a.png"), 100);
    image(folder.resolve("in/dog/b.png"), 200);
  }

  private static void image(Path file, int shade) throws IOException {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, shade);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    Files.createDirectories(file.getParent());
    Files.write(file, out.toByteArray());
  }

  private Printed ingest(String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(
        List.of(
            "ingest",
            "--runner=DirectRunner",
            "--input=" + folder.resolve("in"),
            "--output=" + folder.resolve("out")));
    arguments.addAll(List.of(more));
    return Printed.by(arguments);
  }

  private Set<String> ids() throws IOException {
    Set<String> ids = new TreeSet<>();
    StoreReader<ImageRecord> store =
        StoreReader.open(ImageRecord.TYPE, folder.resolve("out/images").toString());
    for (RowGroup group : store.rowGroups()) {
      try (RowReader<ImageRecord> rows = store.read(group)) {
        while (rows.hasNext()) {
          ids.add(rows.next().id());
        }
      }
    }
    return ids;
  }

  private static void assertLine(String line, Printed printed) {
    assertTrue(printed.out().lines().anyMatch(line::equals), printed.out());
  }

  /** The case name-backslash. */
  @Test
  void backslashesInAName() throws IOException {
    image(folder.resolve("in/train\\dog\\1.png"), 50);
    assertLine("Rejected:  0", ingest().assertDone());
    assertEquals(Set.of("cat/a.png", "dog/b.png", "train\\dog\\1.png"), ids());
  }

  /** The case symlink-loop. */
  @Test
  void aLoopOfLinks() throws IOException {
    Files.createSymbolicLink(folder.resolve("in/cat/up"), Path.of(".."));
    assertLine(
        "Not read:  1 (link back to a folder above it: 1, as cat/up)", ingest().assertDone());
    assertEquals(Set.of("cat/a.png", "dog/b.png"), ids());
  }

  @Test
  void namesThatAreNoText() throws IOException {
    image(Path.of(URI.create(folder.toUri() + "in/%E9%80t%E9/%FF.png")), 50);
    image(folder.resolve("in/new\nline#*?[x].png"), 60);
    assertLine("Rejected:  0", ingest().assertDone());
    assertTrue(ids().contains("\\xE9\\x80t\\xE9/\\xFF.png"), ids().toString());
    assertTrue(ids().contains("new\nline#*?[x].png"), ids().toString());
  }

  @Test
  void linksToNothingAndArchivesBesideImages() throws IOException {
    Files.createSymbolicLink(folder.resolve("in/gone.png"), Path.of("nowhere.png"));
    Files.write(folder.resolve("in/more.tar.xz"), new byte[100]);
    Files.write(folder.resolve("in/.DS_Store"), new byte[100]);
    assertLine(
        "Not read:  3 (archive beside loose images: 1, as more.tar.xz; hidden: 1, as .DS_Store;"
            + " link to nothing: 1, as gone.png)",
        ingest().assertDone());
  }

  /** Nothing is committed, in a growing store too; hidden files are nobody's images. */
  @Test
  void aStrictRunEndsWithTheFirstNames() throws IOException {
    Files.write(folder.resolve("in/.DS_Store"), new byte[100]);
    ingest("--strict").assertDone();
    Files.createSymbolicLink(folder.resolve("in/gone.png"), Path.of("nowhere.png"));
    Files.write(folder.resolve("in/empty.png"), new byte[0]);
    for (String more : List.of("--overwrite", "--grow")) {
      ingest("--strict", more)
          .assertFailedWith(
              "files of "
                  + folder.resolve("in")
                  + " are no images: 1 link to nothing (gone.png), 1 no content (empty.png); mend or"
                  + " remove them, or leave out --strict");
    }
    assertEquals(Set.of("cat/a.png", "dog/b.png"), ids());
    assertFalse(Files.exists(folder.resolve("out/increment-1/images/_SUCCESS")));
    ingest("--grow").assertDone();
  }
}
