package org.vocabeam.transforms.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import com.google.common.hash.Hashing;
import com.google.common.hash.HashingInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageFormat;

/**
 * Rows of text in a file: comma- or tab-separated values, JSON lines, or the columns of Parquet
 * that are numbers and texts. A file of separated values without a header, known by the name of an
 * image in its first row, has the columns {@code 1}, {@code 2}, ...
 *
 * @param path of the file, which may be gzipped
 * @param member path of the table in the file if that is an archive; else null
 */
record Table(String path, @Nullable String member) {
  private static final Pattern NAMES =
      Pattern.compile(".*\\.(csv|tsv|jsonl|ndjson)(\\.gz)?", Pattern.CASE_INSENSITIVE);
  private static final Pattern JSON_LINES =
      Pattern.compile(".*\\.(jsonl|ndjson)(\\.gz)?", Pattern.CASE_INSENSITIVE);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final CsvMapper CSV =
      CsvMapper.csvBuilder()
          .enable(CsvParser.Feature.TRIM_SPACES)
          .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
          .enable(CsvParser.Feature.IGNORE_TRAILING_UNMAPPABLE)
          .enable(CsvParser.Feature.EMPTY_STRING_AS_NULL)
          .build();

  Table(String path) {
    this(path, null);
  }

  private String name() {
    return member == null ? path : path + "/" + member;
  }

  private InputStream open() throws IOException {
    return member == null
        ? Compression.open(path)
        : Compression.decompressed(new ByteArrayInputStream(ArchiveFormat.content(path, member)));
  }

  /** Reads a table of Parquet from its file, or from a temporary one with its content. */
  private <T> T ofParquet(Function<String, T> read) {
    if (member == null) {
      return read.apply(path);
    }
    try {
      Path file = Files.createTempFile("table", ".parquet");
      try {
        Files.write(file, ArchiveFormat.content(path, member));
        return read.apply(file.toString());
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** Returns a hash of the content. */
  String version() throws IOException {
    try (HashingInputStream hashed =
        new HashingInputStream(
            Hashing.murmur3_128(),
            member == null
                ? StoreFiles.open(path)
                : new ByteArrayInputStream(ArchiveFormat.content(path, member)))) {
      hashed.transferTo(OutputStream.nullOutputStream());
      return hashed.hash().toString();
    }
  }

  /** Returns true for the name of a file of text. */
  static boolean isText(String name) {
    return NAMES.matcher(name).matches();
  }

  /** Returns the names of the columns; of JSON lines, those of the first row. */
  List<String> columns() {
    if (ParquetFormat.hasFileName(name())) {
      return ofParquet(ParquetTable::columns);
    }
    try {
      return isJson() ? firstRow() : header().columns();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private List<String> firstRow() throws IOException {
    try (InputStream in = open();
        MappingIterator<Map<String, Object>> rows =
            JSON.readerForMapOf(Object.class).readValues(in)) {
      return rows.hasNextValue() ? List.copyOf(rows.nextValue().keySet()) : List.of();
    }
  }

  /**
   * Reads all rows.
   *
   * @param columns that are wanted; one without a value is not in the map of its row
   */
  void forEach(Collection<String> columns, Consumer<Map<String, String>> rows) {
    if (ParquetFormat.hasFileName(name())) {
      ofParquet(
          file -> {
            ParquetTable.forEach(file, columns, rows);
            return file;
          });
      return;
    }
    try (InputStream in = open()) {
      if (isJson()) {
        forEach(JSON.readerForMapOf(Object.class).readValues(in), columns, rows);
      } else {
        Header header = header();
        forEach(
            CSV.readerForMapOf(String.class).with(header.schema()).readValues(in), columns, rows);
      }
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(e);
    }
  }

  private static <T> void forEach(
      MappingIterator<Map<String, T>> values,
      Collection<String> columns,
      Consumer<Map<String, String>> rows)
      throws IOException {
    while (values.hasNextValue()) {
      Map<String, T> all = values.nextValue();
      Map<String, String> row = new LinkedHashMap<>();
      for (String column : columns) {
        String text = text(all.get(column));
        if (text != null) {
          row.put(column, text);
        }
      }
      rows.accept(row);
    }
  }

  /** Returns a value as text; null for lists of several values and structures, as for nothing. */
  private static @Nullable String text(@Nullable Object value) {
    if (value instanceof List<?> list) {
      return list.size() == 1 ? text(list.get(0)) : null;
    }
    return value == null || value instanceof Map<?, ?> ? null : value.toString();
  }

  private boolean isJson() {
    return JSON_LINES.matcher(name()).matches();
  }

  /** Columns of separated values. */
  private record Header(char separator, List<String> columns, boolean isRow) {
    CsvSchema schema() {
      CsvSchema.Builder schema = CsvSchema.builder().setColumnSeparator(separator);
      columns.forEach(schema::addColumn);
      return schema.setSkipFirstDataRow(!isRow).build();
    }
  }

  private Header header() throws IOException {
    String line = firstLine();
    char separator = separator(line);
    List<String> cells;
    try (MappingIterator<List<String>> rows =
        CSV.readerForListOf(String.class)
            .with(CsvParser.Feature.WRAP_AS_ARRAY)
            .with(CsvSchema.emptySchema().withColumnSeparator(separator))
            .readValues(line)) {
      cells = rows.hasNextValue() ? rows.nextValue() : List.of();
    }
    boolean isRow = cells.stream().anyMatch(cell -> cell != null && ImageFormat.hasFileName(cell));
    List<String> columns =
        IntStream.range(0, cells.size())
            .mapToObj(i -> isRow || cells.get(i) == null ? Integer.toString(i + 1) : cells.get(i))
            .toList();
    return new Header(separator, columns, isRow);
  }

  private String firstLine() throws IOException {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(open(), StandardCharsets.UTF_8))) {
      String line = in.readLine();
      return line == null ? "" : line.replaceFirst("^\uFEFF", "");
    }
  }

  /** Returns the separator that a line has most often; a space only if it has no other. */
  private static char separator(String line) {
    Map<Character, Long> counts =
        line.chars()
            .mapToObj(c -> (char) c)
            .collect(Collectors.groupingBy(c -> c, TreeMap::new, Collectors.counting()));
    char separator =
        Stream.of(',', '\t', ';', '|')
            .reduce((a, b) -> counts.getOrDefault(b, 0L) > counts.getOrDefault(a, 0L) ? b : a)
            .orElseThrow();
    return counts.containsKey(separator) ? separator : counts.containsKey(' ') ? ' ' : ',';
  }

  private UserError unreadable(Exception e) {
    String reason =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    return new UserError(
        String.format(
            "cannot read the table %s: %s; write it as CSV, TSV, JSON lines or Parquet",
            name(), reason),
        e);
  }
}
