package org.vocabeam.transforms.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.vocabeam.transforms.image.TestImages.bytes;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.source.ImageSource;
import org.vocabeam.transforms.statistics.NamedCount;

/** {@link ReadImages} on archives of every kind: exact records, and counts of what is not read. */
class ReadArchivesTest extends TestSources {
  private static final Charset DOS = Charset.forName("IBM437");

  private static byte[] compressed(String kind, byte[] content) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream compressor =
        new CompressorStreamFactory().createCompressorOutputStream(kind, out)) {
      compressor.write(content);
    } catch (CompressorException e) {
      throw new IOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] zip(Charset names, Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out, names)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue());
        zip.closeEntry();
      }
    }
    return out.toByteArray();
  }

  /** Returns a tar of names and contents in this order, whose names are of any encoding. */
  private static byte[] tar(Charset names, Object... files) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, names.name())) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
      for (int i = 0; i < files.length; i += 2) {
        byte[] content = (byte[]) files[i + 1];
        TarArchiveEntry entry = new TarArchiveEntry((String) files[i], true);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return out.toByteArray();
  }

  private void expectUnread(ImageSource source, Map<String, NamedCount> unread) {
    Pipeline pipeline = Pipeline.create();
    PAssert.thatSingleton(pipeline.apply(ReadImages.from(source, KEEP)).get(ReadImages.STATISTICS))
        .satisfies(
            statistics -> {
              assertEquals(unread, statistics.unread());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @ParameterizedTest
  @CsvSource({
    "gz, X.TAR.GZ",
    "gz, x.tgz",
    "bzip2, x.tar.bz2",
    "bzip2, x.TBZ2",
    "xz, x.tar.xz",
    "xz, x.txz",
    "zstd, x.tar.zst",
    "zstd, x.TZST",
    "bzip2, misnamed.tar.gz",
    "xz, single-file-without-extension"
  })
  void compressedTars(String kind, String name) throws Exception {
    file(name, compressed(kind, tar(UTF_8, "train/cat/a.png", GREY, "train/cat/b.txt", bytes(1))));
    expect(
        source(name),
        KEEP,
        List.of(grey("train/cat/a.png", "cat", "train")),
        Map.of("train/cat/b.txt", "not an image"));
  }

  @ParameterizedTest
  @CsvSource({"gz", "bzip2", "xz", "zstd"})
  void aCompressedTarThatIsCutIsAnError(String kind) throws Exception {
    byte[] whole = compressed(kind, tar(UTF_8, "a.png", GREY, "b.jpg", JPEG));
    file("cut.tar.gz", Arrays.copyOf(whole, whole.length - 30));
    assertUserError("cut.tar.gz is not a whole tar or zip", source("cut.tar.gz"));
  }

  @Test
  void aDamagedArchiveAmongOthersIsRejectedAlone() throws Exception {
    byte[] tar = tar(UTF_8, "cat/1.png", GREY, "dog/2.png", GREY);
    file("many/a.tar", tar);
    file("many/cut.tar", Arrays.copyOf(tar, 1024 + 540)); // in the second member
    byte[] gz = compressed("gz", tar);
    file("many/cut.tar.gz", Arrays.copyOf(gz, gz.length / 4));
    byte[] zip = zip(UTF_8, Map.of("cat/3.png", GREY));
    file("many/cut.zip", Arrays.copyOf(zip, zip.length - 5));
    file("many/z.zip", zip);
    String damaged = "damaged archive or table, read up to the damage";
    expect(
        source("many"),
        KEEP,
        List.of(
            grey("a.tar/cat/1.png", "cat", "all"),
            grey("a.tar/dog/2.png", "dog", "all"),
            grey("cut.tar/cat/1.png", "cat", "all"),
            grey("z.zip/cat/3.png", "cat", "all")),
        Map.of("cut.tar", damaged, "cut.tar.gz", damaged, "cut.zip", damaged));
  }

  @Test
  void zips() throws Exception {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("train/", new byte[0]);
    files.put("train/cat/a.png", GREY);
    files.put("train/cat/empty.png", new byte[0]);
    files.put("__MACOSX/train/cat/._a.png", bytes(1));
    files.put("notes.txt", bytes(1));
    file("x.ZIP", zip(UTF_8, files));
    expect(
        source("x.ZIP"),
        KEEP,
        List.of(grey("train/cat/a.png", "cat", "train")),
        Map.of("train/cat/empty.png", "no content", "notes.txt", "not an image"));
    expectUnread(
        source("x.ZIP"),
        Map.of("hidden", new NamedCount(1, List.of("__MACOSX/train/cat/._a.png"))));
    file("y.zip", Arrays.copyOf(zip(UTF_8, files), 300));
    assertUserError("y.zip is not a whole tar or zip", source("y.zip"));
  }

  @Test
  void namesInZips() throws Exception {
    file("dos.zip", zip(DOS, Map.of("ü/é.png", GREY)));
    file(
        "unmarked-utf8.zip",
        zip(ISO_8859_1, Map.of(new String("日/本.png".getBytes(UTF_8), ISO_8859_1), GREY)));
    file("windows.zip", zip(UTF_8, Map.of("train\\dog\\1.png", GREY)));
    expect(source("dos.zip"), KEEP, List.of(grey("ü/é.png", "ü", "all")), Map.of());
    expect(source("unmarked-utf8.zip"), KEEP, List.of(grey("日/本.png", "日", "all")), Map.of());
    expect(source("windows.zip"), KEEP, List.of(grey("train/dog/1.png", "dog", "train")), Map.of());
  }

  /** Members with a bit for encryption, an unknown method and a wrong checksum, and a right one. */
  @Test
  void badMembersOfAZipAreRejectedAlone() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(out)) {
      zip.setUseZip64(Zip64Mode.Always);
      for (String name : List.of("encrypted.png", "method.png", "sum.png", "right.png")) {
        ZipArchiveEntry entry = new ZipArchiveEntry(name);
        zip.putArchiveEntry(entry);
        zip.write(GREY);
        zip.closeArchiveEntry();
      }
    }
    byte[] file = out.toByteArray();
    String text = new String(file, ISO_8859_1);
    int directory = text.indexOf("PK\1\2");
    int encrypted = text.indexOf("encrypted.png", directory) - 46;
    int method = text.indexOf("method.png", directory) - 46;
    int sum = text.indexOf("sum.png", directory) - 46;
    file[encrypted + 8] |= 1;
    file[text.indexOf("encrypted.png") - 30 + 6] |= 1;
    file[method + 10] = 97;
    file[text.indexOf("method.png") - 30 + 8] = 97;
    file[sum + 16] ^= 1;
    file("x.zip", file);
    expect(
        source("x.zip"),
        KEEP,
        List.of(grey("right.png", null, "all")),
        Map.of(
            "encrypted.png", "encrypted",
            "method.png", "compressed in a way that is not read",
            "sum.png", "corrupt"));
  }

  @Test
  void namesInTarsAreBytes() throws Exception {
    file("latin1.tar", tar(ISO_8859_1, "é/a.png", GREY, "è/a.png", GREY));
    expect(
        source("latin1.tar"),
        KEEP,
        List.of(grey("\\xE9/a.png", "\\xE9", "all"), grey("\\xE8/a.png", "\\xE8", "all")),
        Map.of());
    String name = "ü".repeat(100) + "/[*?#\n" + "\\.png";
    file("utf8.tar", tar(UTF_8, name, GREY));
    expect(source("utf8.tar"), KEEP, List.of(grey(name, "ü".repeat(100), "all")), Map.of());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "US-ASCII")) {
      tar.setAddPaxHeadersForNonAsciiNames(true);
      TarArchiveEntry entry = new TarArchiveEntry("Ã©é/a.png");
      entry.setSize(GREY.length);
      tar.putArchiveEntry(entry);
      tar.write(GREY);
      tar.closeArchiveEntry();
    }
    file("pax.tar", out.toByteArray());
    expect(source("pax.tar"), KEEP, List.of(grey("Ã©é/a.png", "Ã©é", "all")), Map.of());
  }

  /** ImageNet's tar of training images is one of tars, each with the images of a class. */
  @Test
  void archivesInArchives() throws Exception {
    byte[] cat = tar(UTF_8, "1.png", GREY);
    byte[] dog = compressed("xz", tar(UTF_8, "1.png", GREY, "deep/2.png", GREY));
    byte[] zip = zip(UTF_8, Map.of("3.png", GREY));
    file("x.tar", tar(UTF_8, "n1.tar", cat, "n2.tar.xz", dog, "last.png", GREY));
    List<ImageRecord> images =
        List.of(
            grey("n1.tar/1.png", "n1", "all"),
            grey("n2.tar.xz/1.png", "n2", "all"),
            grey("n2.tar.xz/deep/2.png", "n2", "all"),
            grey("last.png", null, "all"));
    expect(source("x.tar"), KEEP, images, Map.of());
    file("splits.tar", tar(UTF_8, "train/n3.zip", zip, "test/n1.tar", cat));
    expect(
        source("splits.tar"),
        KEEP,
        List.of(grey("train/n3.zip/3.png", "n3", "train"), grey("test/n1.tar/1.png", "n1", "test")),
        Map.of());
    file("y.zip", zip(UTF_8, Map.of("in/x.tar", cat)));
    expect(source("y.zip"), KEEP, List.of(grey("in/x.tar/1.png", "x", "all")), Map.of());
    file("z.tar", tar(UTF_8, "n1.tar", Arrays.copyOf(cat, 540), "n2.tar", cat));
    expect(
        source("z.tar"),
        KEEP,
        List.of(grey("n2.tar/1.png", "n2", "all")),
        Map.of("n1.tar", "damaged archive or table, read up to the damage"));
    try (Stream<Path> left = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertEquals(0, left.filter(f -> f.toString().matches(".*/vocabeam-.*\\.zip")).count());
    }
  }

  @Test
  void twoMembersOfOneNameAreOneImage() throws Exception {
    file("x.tar", tar(UTF_8, "./a.png", GREY, "a.png", GREY, "b//c.png", GREY, "/b/./c.png", GREY));
    expect(
        source("x.tar"),
        KEEP,
        List.of(grey("a.png", null, "all"), grey("b/c.png", "b", "all")),
        Map.of("a.png", "another file has this name", "b/c.png", "another file has this name"));
  }

  @Test
  void archivesWithoutMembersAreEmpty() throws Exception {
    file("empty.tar", new byte[10240]);
    file("empty.zip", zip(UTF_8, Map.of()));
    file("empty.tar.zst", compressed("zstd", new byte[10240]));
    for (String name : List.of("empty.tar", "empty.zip", "empty.tar.zst")) {
      expect(source(name), KEEP, List.of(), Map.of());
    }
    file("text.tar", "<html>not found</html>".getBytes(UTF_8));
    assertUserError("(it begins with '<html>no')", source("text.tar"));
    file("none.zip", new byte[0]);
    assertUserError("(it has no content)", source("none.zip"));
  }

  @Test
  void archivesOfSeveralKindsAndOtherFiles() throws Exception {
    file("both/a.tar", tar(UTF_8, "1.png", GREY));
    file("both/b.zip", zip(UTF_8, Map.of("1.png", GREY)));
    file("both/README.md", bytes(1));
    file("both/c.7z", bytes(1));
    file("both/.git/config", bytes(1));
    ImageSource both = source("both");
    assertEquals("tar and zip", both.kind());
    expect(
        both,
        KEEP,
        List.of(grey("a.tar/1.png", null, "all"), grey("b.zip/1.png", null, "all")),
        Map.of());
    expectUnread(
        both,
        Map.of(
            "beside files of another format", new NamedCount(1, List.of("README.md")),
            "kind of archive that is not read", new NamedCount(1, List.of("c.7z")),
            "hidden", new NamedCount(1, List.of(".git/config"))));
    file("both/x.png", GREY);
    ImageSource loose = source("both");
    assertEquals("image folder", loose.kind());
    expect(loose, KEEP, List.of(grey("x.png", null, "all")), Map.of("README.md", "not an image"));
    expectUnread(
        loose,
        Map.of(
            "archive beside loose images", new NamedCount(2, List.of("a.tar", "b.zip")),
            "kind of archive that is not read", new NamedCount(1, List.of("c.7z")),
            "hidden", new NamedCount(1, List.of(".git/config"))));
  }
}
