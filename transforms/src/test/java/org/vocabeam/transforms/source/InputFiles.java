package org.vocabeam.transforms.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.transforms.image.TestImages.bytes;
import static org.vocabeam.transforms.image.TestImages.pngOf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.vocabeam.transforms.image.DecodeOptions;

/** Files of an input that a test writes, and what is read of them. */
interface InputFiles {
  /** Image of the files. */
  byte[] IMAGE = pngOf(2, 1, 8, 0, bytes(0, 10, 20));

  /** Returns the directory of the input. */
  Path directory();

  default void file(String name, byte[] content) throws IOException {
    Path file = directory().resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  default void text(String name, String... lines) throws IOException {
    file(name, (String.join("\n", lines) + "\n").getBytes(UTF_8));
  }

  default void images(String... names) throws IOException {
    for (String name : names) {
      file(name, IMAGE);
    }
  }

  default ImageSource open(String name, SourceOptions options) {
    return ImageSource.open(directory().resolve(name).toString(), options, DecodeOptions.keep());
  }

  /** Returns what is read: SPLIT/LABEL, or the reason why it is no image, by id. */
  default Map<String, String> read(ImageSource source) {
    Map<String, String> read = new TreeMap<>();
    for (WorkItem part : source.parts()) {
      part.part()
          .read(
              10_000,
              image ->
                  read.put(
                      image.id(),
                      image.rejection() != null
                          ? image.rejection().reason()
                          : image.unread() != null
                              ? image.unread().reason()
                              : image.split() + "/" + image.label()));
    }
    return read;
  }

  default Map<String, String> read(String name) {
    return read(open(name, SourceOptions.usual()));
  }

  default List<String> warnings(String name) {
    return open(name, SourceOptions.usual()).origin().warnings();
  }

  default void assertPart(String part, String text) {
    assertTrue(text.contains(part), text);
  }

  default void duckDb(String... statements) throws Exception {
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement sql = duckdb.createStatement()) {
      for (String statement : statements) {
        sql.execute(
            statement
                .replace("%s", directory().toString())
                .replace("$PNG", "from_hex('" + HexFormat.of().formatHex(IMAGE) + "')"));
      }
    }
  }

  /** Writes one row for each label, a text of SQL. */
  default void parquet(String name, String column, String options, String... labels)
      throws Exception {
    Files.createDirectories(directory().resolve(name).getParent());
    String rows =
        java.util.Arrays.stream(labels)
            .map(label -> "SELECT $PNG AS image, " + label + " AS " + column)
            .collect(Collectors.joining(" UNION ALL "));
    duckDb("COPY (" + rows + ") TO '%s/" + name + "' (FORMAT parquet" + options + ")");
  }

  default byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }
}
