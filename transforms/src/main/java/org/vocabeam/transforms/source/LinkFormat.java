package org.vocabeam.transforms.source;

import com.google.common.collect.Lists;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageFormat;
import org.vocabeam.transforms.image.ImageRecord;

/**
 * Tables that name image files: CSV, TSV, JSON lines or Parquet with a column of paths, whole ones,
 * URIs, or relative to the table. The id is the path as it is written; with {@code #} and the row
 * for another row of the same file. The driver holds all rows.
 */
final class LinkFormat implements SourceFormat {
  private static final int FILES_AT_A_TIME = 64;

  /** A guess: nobody asks for the lengths of the files before they are read. */
  private static final long FILE_BYTES = 64 << 10;

  private static final Pattern WEB = Pattern.compile("https?://.*", Pattern.CASE_INSENSITIVE);

  @Override
  public String name() {
    return "table of files";
  }

  @Override
  public Optional<ImageSource> open(SourceFiles files) {
    List<StoreFiles.Listed> tables = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    Set<String> labelled = new LinkedHashSet<>();
    List<WorkItem.Part> damaged = new ArrayList<>();
    Levels levels = Levels.of(files.listed().stream().map(StoreFiles.Listed::name).toList());
    for (StoreFiles.Listed file :
        files.named(name -> Table.isText(name) || ParquetFormat.hasFileName(name))) {
      if (ParquetFormat.hasFileName(file.name())) {
        try {
          if (ParquetFormat.hasImages(file, files.options())) {
            return Optional.empty();
          }
        } catch (DamagedFile e) {
          if (files.isFile()) {
            throw e;
          }
          damaged.add(ParquetTable.withoutFooter(file, ImageRecord.NO_SPLIT));
          continue;
        }
      }
      List<String> names = new Table(file.path()).columns();
      TableColumns columns = TableColumns.of(names, files.options());
      String split =
          levels
              .split(Levels.parents(file.name()))
              .or(() -> Splits.ofFile(file.name()))
              .orElse(null);
      List<Row> found = columns.file() == null ? List.of() : rows(file, columns, split);
      if (areFiles(found, files.options())) {
        tables.add(file);
        rows.addAll(found);
        labelled.add(columns.label() == null ? "" : "the column '" + columns.label() + "'");
      } else if (files.isFile() && Table.isText(file.name())) {
        throw new UserError(
            String.format(
                "%s has no column of paths of images; set fileColumn to one of its columns: %s",
                file.path(), String.join(", ", names)));
      }
    }
    if (tables.isEmpty()) {
      return Optional.empty();
    }
    Layout layout = layout(rows, files);
    Set<String> seen = new HashSet<>();
    List<Link> links = new ArrayList<>();
    for (Row row : rows) {
      Layout.Place place = layout.of(row.link);
      links.add(
          new Link(
              seen.add(row.link) ? row.link : SourceImage.rowId(row.link, row.number),
              LinkedFile.location(row.directory, row.link),
              row.labelled ? row.label : place.label(),
              row.split == null ? place.split() : row.split));
    }
    labelled.remove("");
    List<WorkItem.Part> parts = new ArrayList<>(damaged);
    Lists.partition(links, FILES_AT_A_TIME)
        .forEach(part -> parts.add(new Links(List.copyOf(part))));
    return Optional.of(
        ImageSource.of(
                name(),
                parts,
                SourceSize.ofFiles(links.size(), links.size() * FILE_BYTES),
                files,
                tables,
                layout.tables())
            .from(
                Origin.of(
                    labelled.isEmpty() ? layout.description() : String.join("; ", labelled),
                    "the columns of the table, or the names in the paths")));
  }

  private static Layout layout(List<Row> rows, SourceFiles files) {
    Layout layout =
        Layout.parse(files.options().layout()).knowing(Lists.transform(rows, Row::link));
    try {
      return files.options().labels() == null
          ? layout
          : layout.with(List.of(LabelTable.named(files.options().labels(), files.options())));
    } catch (IOException e) {
      throw new UserError("cannot read " + files.options().labels() + ": " + e.getMessage(), e);
    }
  }

  /** Returns true if the column was named, or some of its texts are names of images. */
  private static boolean areFiles(List<Row> rows, SourceOptions options) {
    boolean named = options.fileColumn() != null || options.imageColumn() != null;
    return !rows.isEmpty()
        && (named || rows.stream().anyMatch(row -> ImageFormat.hasFileName(row.link)));
  }

  /**
   * Row of a table.
   *
   * @param directory of the table
   * @param labelled true if the table has labels
   */
  private record Row(
      String directory,
      String link,
      long number,
      boolean labelled,
      @Nullable String label,
      @Nullable String split) {}

  private static List<Row> rows(
      StoreFiles.Listed file, TableColumns columns, @Nullable String split) {
    String directory =
        file.path().substring(0, file.path().length() - StoreFiles.name(file.path()).length());
    List<Row> rows = new ArrayList<>();
    new Table(file.path())
        .forEach(
            columns.names(),
            values -> {
              String link = values.getOrDefault(columns.file(), "").strip();
              String named = Splits.of(values.get(columns.split()));
              if (WEB.matcher(link).matches()) {
                throw new UserError(
                    String.format(
                        "%s names files of the web, as %s, which are not fetched; fetch them, and"
                            + " name the files",
                        file.path(), link));
              }
              rows.add(
                  new Row(
                      directory,
                      link.isEmpty() ? SourceImage.rowId(file.name(), rows.size()) : link,
                      rows.size(),
                      columns.label() != null,
                      Labels.of(values.get(columns.label())),
                      named == null ? split : named));
            });
    return rows;
  }

  /** File that a row names. */
  private record Link(String id, String file, @Nullable String label, String split)
      implements Serializable {}

  /** Some of the files. */
  private record Links(List<Link> links) implements WorkItem.Part {
    @Override
    public void read(int maxBytes, Consumer<SourceImage> images) {
      for (Link link : links) {
        images.accept(LinkedFile.read(link.id, link.label, link.split, "", link.file, maxBytes));
      }
    }
  }
}
