package org.vocabeam.transforms.source;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.collect.Interner;
import com.google.common.collect.Interners;
import com.google.common.util.concurrent.UncheckedExecutionException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;

/**
 * Table of the labels and splits of files, one row each. Rows stay in its file: who has a copy of
 * this record reads them when it needs them, once in a process.
 *
 * @param file of the table, named relative to the root of the source if it is there; of a table in
 *     an archive the archive, under the table's name in it
 * @param member path of the table in the archive; null for a table that is a file
 * @param version hash of its content
 * @param directory of the images, relative to the root of the source: empty, or ending with {@code
 *     /}
 * @param split of all rows, by the table's name; null if that names none
 * @param columns the files are paths relative to the directory, or their ends; with or without
 *     extension
 */
record LabelTable(
    StoreFiles.Listed file,
    @Nullable String member,
    String version,
    String directory,
    @Nullable String split,
    TableColumns columns)
    implements Serializable {
  private static final Pattern METADATA =
      Pattern.compile("(?:.*/)?metadata\\.(csv|tsv|jsonl|parquet)", Pattern.CASE_INSENSITIVE);

  private static final Pattern NAMES =
      Pattern.compile(
          "(?:.*/)?(metadata\\.(csv|tsv|jsonl|parquet)|\\w+_annotations\\.txt"
              + "|((train|training|test|testing|val|valid|validation|dev)[-_]?)?(labels?)?"
              + "\\.(csv|tsv|jsonl))",
          Pattern.CASE_INSENSITIVE);

  /** Rows of the tables that were read last. */
  private static final Cache<LabelTable, Map<String, Row>> READ =
      CacheBuilder.newBuilder().softValues().maximumSize(16).build();

  /**
   * Row of a table.
   *
   * @param label null if it has none
   * @param split null if it has none
   */
  record Row(@Nullable String label, @Nullable String split) {}

  /** Returns the rows by the name of the file. */
  Map<String, Row> rows() {
    try {
      return READ.get(this, this::read);
    } catch (ExecutionException e) {
      throw new UserError("cannot read the table " + path() + ": " + e.getMessage(), e);
    } catch (UncheckedExecutionException e) {
      throw e.getCause() instanceof UserError error ? error : e;
    }
  }

  private Map<String, Row> read() {
    Map<String, Row> rows = new HashMap<>();
    Interner<Row> interner = Interners.newStrongInterner(); // as many as classes, not as images
    new Table(path(), member)
        .forEach(
            columns.names(),
            values -> {
              String image = values.get(columns.file());
              if (image != null) {
                String label = Labels.of(values.get(columns.label()));
                String named = Splits.of(values.get(columns.split()));
                rows.put(
                    slashed(image).replaceFirst("^(\\./|/)+", ""),
                    interner.intern(new Row(label, named == null ? split : named)));
              }
            });
    return rows;
  }

  /** Returns the name of a file with slashes: tables of Windows have backslashes for them. */
  private static String slashed(String name) {
    return name.indexOf('/') < 0 ? name.replace('\\', '/') : name;
  }

  String path() {
    return file.path();
  }

  String name() {
    return file.name();
  }

  /** Returns the name and columns in words. */
  String description() {
    return hasLabels()
        ? String.format("%s (column '%s' of each '%s')", name(), columns.label(), columns.file())
        : name();
  }

  /** Returns true if there is a column of labels. */
  boolean hasLabels() {
    return columns.label() != null;
  }

  /** Returns true if rows have splits, by a column or by the table's name. */
  boolean hasSplits() {
    return columns.split() != null || split != null;
  }

  /** Returns true if rows of this table may be of a file: it lies there, and in no other split. */
  boolean isAbout(String file, @Nullable String fileSplit) {
    return file.startsWith(directory)
        && (split == null || fileSplit == null || split.equals(fileSplit));
  }

  /** Returns the row of a file. */
  @Nullable Row row(String file) {
    Map<String, Row> rows = rows();
    String key = key(file, rows);
    return key == null ? null : rows.get(key);
  }

  /**
   * Returns the name of a file in the table: the longest end of its path that is there.
   *
   * @param file relative to the root of the source
   */
  @Nullable String key(String file) {
    return key(file, rows());
  }

  private @Nullable String key(String file, Map<String, Row> rows) {
    String path = file.substring(directory.length());
    while (true) {
      String name = slashed(path);
      int dot = name.lastIndexOf('.');
      String stem = dot > name.lastIndexOf('/') + 1 ? name.substring(0, dot) : name;
      if (rows.containsKey(name) || rows.containsKey(stem)) {
        return rows.containsKey(name) ? name : stem;
      }
      int slash = path.indexOf('/');
      if (slash < 0) {
        return null;
      }
      path = path.substring(slash + 1);
    }
  }

  /**
   * Opens a table that somebody names.
   *
   * @throws UserError when it has no column of files, or neither labels nor splits
   */
  static LabelTable named(String path, SourceOptions options) throws IOException {
    List<StoreFiles.Listed> found = StoreFiles.list(path);
    if (!StoreFiles.isFile(path, found)) {
      throw new UserError(path + " is no file; labels is a table: CSV, TSV, JSON lines or Parquet");
    }
    List<String> columns = new Table(path).columns();
    for (String wanted : wanted(options)) {
      if (!columns.contains(wanted)) {
        throw new UserError(
            String.format(
                "%s has no column '%s'; its columns are %s",
                path, wanted, String.join(", ", columns)));
      }
    }
    LabelTable table = of(found.get(0), null, "", columns, options);
    if (table == null) {
      throw new UserError(
          String.format(
              "%s has no column of file names with one of labels or splits (its columns: %s); set"
                  + " fileColumn, and labelColumn or splitColumn",
              path, String.join(", ", columns)));
    }
    return table;
  }

  private static List<String> wanted(SourceOptions options) {
    return Stream.of(options.fileColumn(), options.labelColumn(), options.splitColumn())
        .flatMap(column -> Optional.ofNullable(column).stream())
        .toList();
  }

  /**
   * Finds the tables in a folder that are made for its images: {@code metadata.csv} of Hugging Face
   * and {@code val_annotations.txt} of Tiny-ImageNet beside them; {@code train.csv}, {@code
   * trainLabels.csv}, {@code labels.csv}, ... where the directories have no labels.
   *
   * @param images relative to the root of the source
   */
  static List<LabelTable> find(
      List<StoreFiles.Listed> files, List<String> images, Layout layout, SourceOptions options)
      throws IOException {
    List<LabelTable> tables = new ArrayList<>();
    for (StoreFiles.Listed file : files) {
      find(file, null, images, layout, options).ifPresent(tables::add);
    }
    return sorted(tables);
  }

  /** Returns a file, or a member of an archive, as such a table; nothing if it is none. */
  static Optional<LabelTable> find(
      StoreFiles.Listed file,
      @Nullable String member,
      List<String> images,
      Layout layout,
      SourceOptions options)
      throws IOException {
    if (!NAMES.matcher(file.name()).matches()) {
      return Optional.empty();
    }
    String directory = file.name().substring(0, file.name().lastIndexOf('/') + 1);
    List<String> columns = new Table(file.path(), member).columns();
    LabelTable table = of(file, member, directory, columns, options);
    boolean fits =
        table != null && table.fits(images, layout, METADATA.matcher(file.name()).matches());
    return fits ? Optional.of(table) : Optional.empty();
  }

  /** Returns tables with those of the deepest directories first. */
  static List<LabelTable> sorted(List<LabelTable> tables) {
    return tables.stream()
        .sorted(Comparator.comparing((LabelTable table) -> -table.directory.length()))
        .toList();
  }

  /** Returns true if the table has a row of an image, and labels that the directories lack. */
  private boolean fits(List<String> images, Layout layout, boolean isMetadata) {
    for (String image : images) {
      Layout.Place place = layout.of(image);
      if (isAbout(image, place.split().equals(ImageRecord.NO_SPLIT) ? null : place.split())
          && key(image) != null) {
        return isMetadata || !hasLabels() || place.label() == null;
      }
    }
    return false;
  }

  /** Chooses the columns; null if there are none for files, or none for labels and splits. */
  private static @Nullable LabelTable of(
      StoreFiles.Listed file,
      @Nullable String member,
      String directory,
      List<String> columns,
      SourceOptions options)
      throws IOException {
    String split = Splits.ofFile(file.name()).orElse(null);
    TableColumns chosen = TableColumns.of(columns, options);
    if (chosen.file() == null
        || (chosen.label() == null && chosen.split() == null && split == null)) {
      return null;
    }
    String version = new Table(file.path(), member).version();
    return new LabelTable(file, member, version, directory, split, chosen);
  }
}
