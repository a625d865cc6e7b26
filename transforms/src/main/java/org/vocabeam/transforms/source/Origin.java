package org.vocabeam.transforms.source;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * Places where the labels and splits of a source were found, in words for a person.
 *
 * @param labels place of the labels, as in "the folder above each file"; empty without labels
 * @param splits place of the splits; empty without splits
 * @param warnings what looks wrong in the source, and the setting that mends it
 */
public record Origin(String labels, String splits, List<String> warnings) implements Serializable {
  /** Origin of images that bring their labels and splits with them. */
  static final Origin NONE = new Origin("", "", List.of());

  /** Files that may hold labels. */
  private static final Pattern LABELS =
      Pattern.compile(
          ".*\\.(csv|tsv|jsonl|ndjson|json|mat|xml|xlsx?|parquet|pkl)(\\.gz)?"
              + "|.*(label|class|annot|train|val|test|wnid)[^/]*\\.txt"
              + "|(.*/)?(labels|annotations)/.*\\.txt",
          Pattern.CASE_INSENSITIVE);

  /** Returns the origin of a source that has columns, or files beside its images. */
  static Origin of(String labels, String splits) {
    return new Origin(labels, splits, List.of());
  }

  /**
   * Returns the origin of members of archives.
   *
   * @param samples of the first archive
   */
  static Origin of(Layout layout, Samples samples) {
    String folders =
        layout.tables().isEmpty() ? layout.description() : layout.tables().get(0).description();
    return of(
        samples.hasLabels() ? samples.description() : folders,
        "the names of the folders in each archive, and of the archives");
  }

  /**
   * Returns the origin of members of archives whose names are known.
   *
   * @param layout of all, without the tables that are in archives
   * @param layouts of each archive
   */
  static Origin ofArchives(Layout layout, List<Layout> layouts, List<ArchiveNames> archives) {
    boolean inside =
        layout.tables().isEmpty() && layouts.stream().anyMatch(l -> !l.tables().isEmpty());
    List<Origin> origins = new ArrayList<>();
    if (inside) {
      for (int i = 0; i < archives.size(); i++) {
        ArchiveNames archive = archives.get(i);
        origins.add(of(layouts.get(i), archive.images(), archive.otherFiles()));
      }
    } else {
      List<String> images = archives.stream().flatMap(a -> a.images().stream()).toList();
      Set<String> stems = images.stream().map(Origin::stem).collect(Collectors.toSet());
      // A member beside an image of its name belongs to its sample.
      List<StoreFiles.Listed> others =
          archives.stream()
              .flatMap(a -> a.otherFiles().stream())
              .filter(file -> !stems.contains(stem(file.name())))
              .toList();
      origins.add(of(layouts.get(0), images, others));
    }
    return of(
            origins.stream().map(Origin::labels).distinct().collect(Collectors.joining("; ")),
            "the names of the folders in each archive, and of the archives")
        .warning(origins.stream().flatMap(o -> o.warnings.stream()).distinct().toList());
  }

  private static String stem(String path) {
    int dot = path.indexOf('.', path.lastIndexOf('/') + 1);
    return dot < 0 ? path : path.substring(0, dot);
  }

  private Origin warning(List<String> other) {
    return new Origin(labels, splits, other);
  }

  /**
   * Returns the origin of files.
   *
   * @param images paths relative to the root
   * @param others files that are no images
   */
  static Origin of(Layout layout, List<String> images, List<StoreFiles.Listed> others) {
    List<String> warnings = new ArrayList<>();
    boolean labelled = false;
    for (String image : images) {
      labelled |= layout.of(image).label() != null;
    }
    List<String> tables = new ArrayList<>();
    for (LabelTable table : layout.tables()) {
      tables.add(table.description());
      warnings.addAll(rows(table, layout, images));
    }
    String folders = layout.description();
    if (tables.isEmpty() && layout.directories().isEmpty()) {
      warnings.addAll(layout.levels().doubts(images));
    }
    if (!labelled && tables.isEmpty()) {
      others.stream()
          .map(StoreFiles.Listed::name)
          .filter(LABELS.asMatchPredicate())
          .findFirst()
          .ifPresent(
              file ->
                  warnings.add(
                      String.format(
                          "no image has a label, but %s looks like labels; set labels to a table"
                              + " (CSV, TSV, JSON lines or Parquet) to read them",
                          file)));
    }
    String from = tables.isEmpty() ? folders : String.join("; ", tables);
    boolean inTable = layout.tables().stream().anyMatch(LabelTable::hasSplits);
    return new Origin(from, inTable ? from : layout.splitDescription(), warnings);
  }

  /** Counts rows without a file and files without a row. */
  private static List<String> rows(LabelTable table, Layout layout, List<String> images) {
    Set<String> used = new HashSet<>();
    Set<String> twice = new TreeSet<>();
    List<String> missing = new ArrayList<>();
    for (String image : images) {
      if (table.isAbout(image, layout.split(image).orElse(null))) {
        String key = table.key(image);
        if (key == null) {
          missing.add(image);
        } else if (!used.add(key)) {
          twice.add(key);
        }
      }
    }
    List<String> warnings = new ArrayList<>();
    int unused = table.rows().size() - used.size();
    String name = StoreFiles.name(table.name());
    if (unused > 0) {
      Optional<String> example =
          table.rows().keySet().stream().filter(key -> !used.contains(key)).sorted().findFirst();
      warnings.add(
          String.format(
              Locale.ROOT,
              "%d of %d rows of %s have no file, as %s",
              unused,
              table.rows().size(),
              name,
              example.orElseThrow()));
    }
    if (!missing.isEmpty()) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "%d of %d images have no row in %s, and no label by it, as %s",
              missing.size(),
              images.size(),
              name,
              missing.get(0)));
    }
    if (!twice.isEmpty()) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "%d rows of %s are of several files each, as %s; write paths below the folder into"
                  + " it, or set fileColumn to their column",
              twice.size(),
              name,
              twice.stream().limit(1).collect(Collectors.joining())));
    }
    return warnings;
  }
}
