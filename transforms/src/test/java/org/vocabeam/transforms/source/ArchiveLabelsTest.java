package org.vocabeam.transforms.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Labels and splits of archives as people have them. */
class ArchiveLabelsTest implements InputFiles {
  @TempDir private Path temporary;

  @Override
  public Path directory() {
    return temporary;
  }

  // WebDataset

  /** Returns a tar of names and contents in their order; null stands for an image. */
  private static byte[] tar(String... members) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      for (int i = 0; i < members.length; i += 2) {
        byte[] content = members[i + 1] == null ? IMAGE : members[i + 1].getBytes(UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(members[i]);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return out.toByteArray();
  }

  @Test
  void samplesOfShards() throws IOException {
    file(
        "w/train-000000.tar",
        tar(
            "0.jpg",
            null,
            "0.cls",
            "3\n",
            "0.txt",
            "a cat",
            "1.cls",
            "4",
            "1.left.png",
            null,
            "1.right.png",
            null,
            "2.jpg",
            null));
    file(
        "w/imagenet-val-00.tar.gz",
        gzip(
            tar(
                "d/0.png",
                null,
                "d/0.json",
                "{\"label\": 5.0, \"width\": 2}",
                "d/1.json",
                "{\"class_name\": \"dog\"}",
                "d/1.png",
                null)));
    assertEquals(
        Map.of(
                "train-000000.tar/0.jpg", "train/3",
                "train-000000.tar/0.cls", "labels of images",
                "train-000000.tar/0.txt", "beside the image of its sample",
                "train-000000.tar/1.cls", "labels of images",
                "train-000000.tar/1.left.png", "train/4",
                "train-000000.tar/1.right.png", "train/4",
                "train-000000.tar/2.jpg", "train/null",
                "imagenet-val-00.tar.gz/d/0.png", "val/5",
                "imagenet-val-00.tar.gz/d/0.json", "labels of images",
                "imagenet-val-00.tar.gz/d/1.png", "val/dog")
            .entrySet()
            .stream()
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)),
        without(read("w"), "imagenet-val-00.tar.gz/d/1.json"));
  }

  private static Map<String, String> without(Map<String, String> read, String id) {
    assertEquals("labels of images", read.remove(id));
    return read;
  }

  @Test
  void membersOfASampleMayLieApart() throws IOException {
    file(
        "test-0.tar",
        tar("a.png", null, "b.png", null, "b.cls", "1", "a.cls", "0", "README.md", "x"));
    assertEquals(
        Map.of(
            "a.png", "test/0",
            "b.png", "test/1",
            "a.cls", "labels of images",
            "b.cls", "labels of images",
            "README.md", read("test-0.tar").get("README.md")),
        read("test-0.tar"));
  }

  @Test
  void aCaptionIsALabelIfItIsNamed() throws IOException {
    file(
        "x.tar",
        tar("0.png", null, "0.txt", "cat", "0.json", "{\"label\": 7, \"kind\": \"tiger\"}"));
    assertEquals("all/7", read("x.tar").get("0.png"));
    assertEquals(
        "all/cat",
        read(open("x.tar", SourceOptions.usual().columns(null, "txt", null))).get("0.png"));
    assertEquals(
        "all/tiger",
        read(open("x.tar", SourceOptions.usual().columns(null, "kind", null))).get("0.png"));
  }

  @Test
  void anArchiveOfFoldersHasTheirLabels() throws IOException {
    file(
        "all.tar",
        tar("train/cat/1.png", null, "train/n01/images/2.png", null, "test/3.png", null));
    assertEquals(
        Map.of(
            "train/cat/1.png", "train/cat",
            "train/n01/images/2.png", "train/n01",
            "test/3.png", "test/null"),
        read("all.tar"));
    text("labels.csv", "id,label", "1,lion", "3,tiger");
    SourceOptions table =
        new SourceOptions(
            "auto", temporary.resolve("labels.csv").toString(), null, null, null, null);
    assertEquals(
        Map.of(
            "train/cat/1.png", "train/lion",
            "train/n01/images/2.png", "train/null",
            "test/3.png", "test/tiger"),
        read(open("all.tar", table)));
  }

  // Archives as folders

  /** Returns the members of {@link #tar} as a zip. */
  private static byte[] zip(byte[] tar) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveInputStream members = new TarArchiveInputStream(new ByteArrayInputStream(tar));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (TarArchiveEntry member = members.getNextEntry();
          member != null;
          member = members.getNextEntry()) {
        zip.putNextEntry(new ZipEntry(member.getName()));
        members.transferTo(zip);
        zip.closeEntry();
      }
    }
    return out.toByteArray();
  }

  /** Writes members as a tar, a compressed tar or a zip, by the ending of the name. */
  private void archive(String name, String... members) throws IOException {
    byte[] tar = tar(members);
    file(name, name.endsWith(".zip") ? zip(tar) : name.endsWith(".gz") ? gzip(tar) : tar);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.tar", "a.tar.gz", "a.zip"})
  void tablesInArchives(String name) throws IOException {
    archive(
        name,
        "1.png",
        null,
        "deep/2.png",
        null,
        "metadata.csv",
        "file_name,label\n1.png,cat\ndeep/2.png,dog\n9.png,cat\n",
        "3.png",
        null);
    ImageSource source = open(name, SourceOptions.usual());
    assertEquals(
        Map.of(
            "1.png", "all/cat",
            "deep/2.png", "all/dog",
            "3.png", "all/null",
            "metadata.csv", "labels of images"),
        read(source));
    assertEquals("metadata.csv (column 'label' of each 'file_name')", source.origin().labels());
    assertEquals(
        List.of(
            "1 of 3 rows of metadata.csv have no file, as 9.png",
            "1 of 3 images have no row in metadata.csv, and no label by it, as 3.png"),
        source.origin().warnings());
  }

  @Test
  void tablesOfEveryKindInArchives() throws Exception {
    archive(
        "j.zip", "m/1.png", null, "m/metadata.jsonl", "{\"file_name\": \"1.png\", \"label\": 4}");
    assertEquals("all/4", read("j.zip").get("m/1.png"));
    duckDb("COPY (SELECT '1.png' AS file_name, 'owl' AS label) TO '%s/t.parquet'");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String member : List.of("1.png", "metadata.parquet")) {
        zip.putNextEntry(new ZipEntry(member));
        zip.write(
            member.equals("1.png") ? IMAGE : Files.readAllBytes(temporary.resolve("t.parquet")));
        zip.closeEntry();
      }
    }
    file("p/p.zip", out.toByteArray());
    assertEquals(Map.of("1.png", "all/owl", "metadata.parquet", "labels of images"), read("p"));
  }

  @Test
  void tinyImageNetInArchives() throws IOException {
    for (String name : List.of("tiny.zip", "tiny.tar")) {
      archive(
          name,
          "t/train/n01/images/n01_0.JPEG",
          null,
          "t/train/n02/images/n02_0.JPEG",
          null,
          "t/val/images/val_0.JPEG",
          null,
          "t/val/val_annotations.txt",
          "val_0.JPEG\tn02\t0\t32\t44\t62\n",
          "t/test/images/test_0.JPEG",
          null);
      Map<String, String> read = read(name);
      assertEquals("train/n01", read.get("t/train/n01/images/n01_0.JPEG"), name);
      assertEquals("val/n02", read.get("t/val/images/val_0.JPEG"), name);
      assertEquals("test/null", read.get("t/test/images/test_0.JPEG"), name);
      assertEquals("labels of images", read.get("t/val/val_annotations.txt"), name);
    }
  }

  /** Checks that a table is for the images of its own archive. */
  @Test
  void everyArchiveHasItsTable() throws IOException {
    archive("s/train.zip", "1.png", null, "metadata.csv", "file_name,label\n1.png,cat\n");
    archive("s/test.zip", "1.png", null, "metadata.csv", "file_name,label\n1.png,dog\n");
    archive("s/in.tar", "none.png", null);
    Map<String, String> read = read("s");
    assertEquals("train/cat", read.get("train.zip/1.png"));
    assertEquals("test/dog", read.get("test.zip/1.png"));
    assertEquals("all/null", read.get("in.tar/none.png"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.tar", "a.tgz.gz", "a.zip"})
  void rowsOfANamedTableAreCountedInArchives(String name) throws IOException {
    archive(name, "x/1.png", null, "x/2.png", null);
    text("labels.csv", "id,label", "1,lion", "7,tiger", "8,tiger");
    ImageSource source =
        open(
            name,
            new SourceOptions(
                "auto", temporary.resolve("labels.csv").toString(), null, null, null, null));
    assertEquals(
        List.of(
            "2 of 3 rows of labels.csv have no file, as 7",
            "1 of 2 images have no row in labels.csv, and no label by it, as x/2.png"),
        source.origin().warnings());
  }

  @Test
  void archivesOfSeveralDepthsAreSaid() throws IOException {
    archive("d.zip", "cat/1.png", null, "dog/2.png", null, "cat/young/3.png", null);
    assertPart("images lie at 2 depths of folders", warnings("d.zip").get(0));
    assertEquals(
        Map.of("cat/1.png", "all/cat", "dog/2.png", "all/dog", "cat/young/3.png", "all/cat"),
        read("d.zip"));
    archive("n.zip", "a/1.png", null, "labels.mat", "?");
    assertEquals(List.of(), warnings("n.zip"));
    archive("u.zip", "1.png", null, "labels.mat", "?");
    assertPart("labels.mat looks like labels", warnings("u.zip").get(0));
  }
}
