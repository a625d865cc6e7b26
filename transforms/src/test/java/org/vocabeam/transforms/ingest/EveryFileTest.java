package org.vocabeam.transforms.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.source.ImageSource;
import org.vocabeam.transforms.source.SourceImage;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.statistics.NamedCount;

/**
 * Random trees of odd names, formats, archives and links: images, rejected and unread files are
 * together all files, no two images have one id, and reading twice gives the same.
 */
class EveryFileTest extends TestSources {
  private static final List<String> NAMES =
      List.of(
          "a",
          "b",
          "train",
          "cat",
          "dog",
          "x y",
          "%C3%BC",
          "%E9",
          "%FF%FE",
          "%5Cx",
          "%5CxE9",
          "%0A",
          "%23",
          "%3F",
          "%2A",
          "%5Bz%5D",
          "%22",
          "-",
          "..a",
          "%7B%7D",
          "%25",
          "%F0%9F%98%80",
          ".hidden",
          "__MACOSX",
          "a:b",
          "l".repeat(180));
  private static final List<String> ENDS =
      List.of(".png", ".jpg", ".JPEG", "", ".txt", ".json", ".gif", ".7z", ".cls", "-idx3-ubyte");

  private SplittableRandom random;

  static Stream<Integer> seeds() {
    return Stream.iterate(0, seed -> seed + 1).limit(100);
  }

  private <T> T one(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private byte[] content() {
    byte[] image = one(List.of(GREY, JPEG, WIDE)).clone();
    return switch (random.nextInt(8)) {
      case 0 -> new byte[0];
      case 1 -> "<html>".getBytes(UTF_8);
      case 2 -> Arrays.copyOf(image, random.nextInt(image.length));
      case 3 -> {
        image[random.nextInt(image.length)] ^= (byte) (1 << random.nextInt(8));
        yield image;
      }
      default -> image;
    };
  }

  /** Bytes of a name, given as in a URI. */
  private static byte[] raw(String name) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) == '%') {
        out.write(Integer.parseInt(name, i + 1, i + 3, 16));
        i += 2;
      } else {
        out.write(name.charAt(i));
      }
    }
    return out.toByteArray();
  }

  /** Archive, and the number of files in it and in archives in it. */
  private record Made(byte[] bytes, int files) {}

  private Made archive(int depth, boolean zip) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int files = 0;
    List<String> names = new ArrayList<>();
    List<byte[]> contents = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      String directory = one(List.of("", "", "./", "train/", "train/cat/", "a//b/", "../"));
      String name = directory + new String(raw(one(NAMES)), ISO_8859_1);
      boolean hidden = name.contains(".hidden") || name.contains("MACOSX") || name.contains("..a");
      if (depth > 0 && !hidden && random.nextInt(4) == 0) {
        boolean innerZip = random.nextBoolean();
        Made inner = archive(depth - 1, innerZip);
        names.add(name + (innerZip ? ".zip" : one(List.of(".tar", ".TAR.GZ", ".tgz"))));
        contents.add(inner.bytes);
        files += inner.files;
      } else {
        names.add(name + one(ENDS));
        contents.add(content());
        files++;
      }
    }
    if (zip) {
      write(new ZipArchiveOutputStream(out), names, contents);
    } else {
      write(new TarArchiveOutputStream(out, ISO_8859_1.name()), names, contents);
    }
    return new Made(out.toByteArray(), files);
  }

  private static void write(ZipArchiveOutputStream zip, List<String> names, List<byte[]> contents)
      throws IOException {
    try (zip) {
      zip.setEncoding("ISO-8859-1");
      zip.setUseLanguageEncodingFlag(false);
      for (int i = 0; i < names.size(); i++) {
        zip.putArchiveEntry(new ZipArchiveEntry(names.get(i)));
        zip.write(contents.get(i));
        zip.closeArchiveEntry();
      }
    }
  }

  private static void write(TarArchiveOutputStream tar, List<String> names, List<byte[]> contents)
      throws IOException {
    try (tar) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
      tar.putArchiveEntry(new TarArchiveEntry("directory/"));
      tar.closeArchiveEntry();
      for (int i = 0; i < names.size(); i++) {
        boolean link = contents.get(i).length == 0;
        TarArchiveEntry entry =
            new TarArchiveEntry(
                names.get(i), link ? TarConstants.LF_SYMLINK : TarConstants.LF_NORMAL, true);
        entry.setLinkName(link ? "a.png" : "");
        entry.setSize(contents.get(i).length);
        tar.putArchiveEntry(entry);
        tar.write(contents.get(i));
        tar.closeArchiveEntry();
      }
    }
  }

  private byte[] compressed(byte[] tar) throws Exception {
    String kind = one(List.of("", "gz", "bzip2", "xz", "zstd"));
    if (kind.isEmpty()) {
      return tar;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream in = new CompressorStreamFactory().createCompressorOutputStream(kind, out)) {
      in.write(tar);
    }
    return out.toByteArray();
  }

  /** Numbers of files of a tree, by what a source takes it for. */
  private static final class Tree {
    int files;
    int inArchives;
    int archives;
    int inIdx;
    int idx;

    int expected(String kind) {
      return switch (kind) {
        case "tar", "zip", "tar and zip" -> files - archives + inArchives;
        case "IDX" -> files - idx + inIdx;
        default -> files;
      };
    }
  }

  /** Makes a tree; of every fourth kind are loose images, archives only, IDX, and anything. */
  private Tree tree(Path root, int seed) throws Exception {
    random = new SplittableRandom(seed);
    Tree tree = new Tree();
    int kind = seed % 4;
    int size = 1 + random.nextInt(15);
    for (int i = 0; i < size; i++) {
      String directory =
          one(List.of("", "", "train/", "train/cat/", "%E9/", "a%5Cb/", ".git/", "deep/er/still/"));
      String name = directory + one(NAMES) + i;
      boolean hidden = name.startsWith(".") || name.contains("/.") || name.contains("MACOSX");
      int what = random.nextInt(10);
      if (what < 2 && kind != 2) {
        boolean zip = random.nextBoolean();
        Made made = archive(2, zip);
        String end = zip ? ".Zip" : one(List.of(".tar", ".tar.gz", ".TBZ2", ".txz", ".tar.ZST"));
        put(root, name + end, zip ? made.bytes : compressed(made.bytes));
        tree.archives += hidden ? 0 : 1;
        tree.inArchives += hidden ? 0 : made.files;
      } else if (what == 2) {
        link(root, name, one(List.of(".", "..", "nowhere", root.toString())));
      } else if (what == 3 && (kind == 2 || kind == 0)) {
        int rows = random.nextInt(5);
        put(root, name + "-images-idx3-ubyte", idx(0x803, List.of(rows, 1, 1), new byte[rows]));
        tree.idx += hidden ? 0 : 1;
        tree.inIdx += hidden ? 0 : rows;
      } else {
        List<String> ends = kind == 0 || kind == 3 ? ENDS : List.of("", ".txt", ".7z", ".html");
        put(root, name + one(ends), content());
      }
      tree.files++;
    }
    return tree;
  }

  private static void put(Path root, String name, byte[] content) throws IOException {
    Path file = Path.of(URI.create(root.toUri() + name.replace(" ", "%20")));
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private static void link(Path root, String name, String to) throws IOException {
    Path link = Path.of(URI.create(root.toUri() + name.replace(" ", "%20")));
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, Path.of(to));
  }

  private static List<SourceImage> read(ImageSource source) {
    List<SourceImage> read = new ArrayList<>();
    source.parts().forEach(item -> item.part().read(KEEP.maxBytes(), read::add));
    return read;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everyFileIsAnImageRejectedOrCounted(int seed) throws Exception {
    Path root = Files.createDirectory(temporary.resolve("in"));
    Tree tree = tree(root, seed);
    ImageSource source;
    try {
      source = source("in");
    } catch (UserError nothing) {
      assertTrue(nothing.getMessage().contains("is empty or not there"), nothing.getMessage());
      return;
    }
    List<SourceImage> read = read(source);
    assertEquals(tree.expected(source.kind()), read.size() + source.unread().size(), source.kind());
    HashSet<String> ids = new HashSet<>();
    for (SourceImage image : read) {
      assertTrue(!image.isImage() || ids.add(image.id()), image.id());
    }
    assertEquals(read, read(source("in")));
    assertEquals(source.unread(), source("in").unread());
  }

  /** As above, with decoding and statistics. */
  @ParameterizedTest
  @ValueSource(ints = {100, 101, 102, 103})
  void statisticsCountEveryFile(int seed) throws Exception {
    Path root = Files.createDirectory(temporary.resolve("in"));
    Tree tree = tree(root, seed);
    ImageSource source = source("in");
    int expected = tree.expected(source.kind());
    Pipeline pipeline = Pipeline.create();
    PAssert.thatSingleton(pipeline.apply(ReadImages.from(source, KEEP)).get(ReadImages.STATISTICS))
        .satisfies(
            statistics -> {
              assertEquals(expected, sum(statistics));
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  private static long sum(ImageStatistics statistics) {
    return statistics.images()
        + statistics.rejected().values().stream().mapToLong(n -> n).sum()
        + statistics.unread().values().stream().mapToLong(NamedCount::count).sum();
  }
}
