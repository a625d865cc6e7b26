package org.vocabeam.transforms.ingest;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.transforms.image.TestImages.bytes;
import static org.vocabeam.transforms.image.TestImages.gradient;
import static org.vocabeam.transforms.image.TestImages.jpeg;
import static org.vocabeam.transforms.image.TestImages.pngOf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.RejectedRecord;
import org.vocabeam.transforms.source.ImageSource;
import org.vocabeam.transforms.source.SourceOptions;

/** Sources for tests, and the check of the records read from them. */
abstract class TestSources {
  public static final DecodeOptions KEEP = new DecodeOptions(0, 10_000, "keep");
  public static final byte[] JPEG = jpeg(gradient(20, 10));
  public static final byte[] GREY = pngOf(2, 1, 8, 0, bytes(0, 10, 20));
  public static final byte[] WIDE = pngOf(2, 1, 16, 0, bytes(0, 0, 0, 255, 255));

  @TempDir Path temporary;

  void expect(
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

  public static void assertUserError(String part, ImageSource source) {
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

  public static void assertMessage(
      String part, org.junit.jupiter.api.function.Executable executable) {
    UserError error = assertThrows(UserError.class, executable);
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }

  ImageSource source(String path) {
    return source(path, "auto");
  }

  ImageSource source(String path, String layout) {
    return ImageSource.open(temporary.resolve(path).toString(), SourceOptions.layout(layout), KEEP);
  }

  void file(String name, byte[] bytes) throws IOException {
    Path file = temporary.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  public static ImageRecord grey(String id, String label, String split) {
    return new ImageRecord(id, label, split, 2, 1, 1, "png", GREY);
  }

  public static ImageRecord raw(String id, int channels, int... values) {
    return new ImageRecord(id, null, "all", 1, 1, channels, "raw", bytes(values));
  }

  public static byte[] idx(int magic, List<Integer> shape, byte[] values) {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * shape.size() + values.length).putInt(magic);
    shape.forEach(file::putInt);
    return file.put(values).array();
  }

  public static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  /** Returns a tar of the files, a directory and a link. */
  public static byte[] tar(Map<String, byte[]> files) throws IOException {
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

  public static String blob(byte[] bytes) {
    return "from_hex('" + HexFormat.of().formatHex(bytes) + "')";
  }

  public static void duckDb(String... statements) throws SQLException {
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement sql = duckdb.createStatement()) {
      for (String statement : statements) {
        sql.execute(statement);
      }
    }
  }
}
