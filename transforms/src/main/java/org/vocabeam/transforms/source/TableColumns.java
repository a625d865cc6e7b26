package org.vocabeam.transforms.source;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Meaning of the columns of a table of files.
 *
 * @param file paths of images; null if no column is known to hold them
 * @param label null if there is none
 * @param split null if there is none
 */
record TableColumns(@Nullable String file, @Nullable String label, @Nullable String split)
    implements Serializable {

  /**
   * Chooses the columns that the options name, and the usual ones; all that are named must exist.
   */
  static TableColumns of(List<String> columns, SourceOptions options) {
    boolean headed = !columns.contains("1");
    String named = options.fileColumn() != null ? options.fileColumn() : options.imageColumn();
    String file =
        known(named, columns) != null
            ? named
            : headed ? ColumnNames.find(ColumnNames.FILES, columns).orElse(null) : "1";
    List<String> others = new ArrayList<>(columns);
    others.remove(file);
    String split =
        options.splitColumn() != null
            ? options.splitColumn()
            : ColumnNames.find(ColumnNames.SPLITS, others).orElse(null);
    others.remove(split);
    String label = options.labelColumn() != null ? options.labelColumn() : label(others, headed);
    return new TableColumns(known(file, columns), known(label, columns), known(split, columns));
  }

  private static @Nullable String known(@Nullable String column, List<String> columns) {
    return column != null && columns.contains(column) ? column : null;
  }

  /** Returns the usual column of labels, or the only one. */
  private static @Nullable String label(List<String> columns, boolean headed) {
    if (!headed) {
      return columns.isEmpty() ? null : columns.get(0);
    }
    Optional<String> usual = ColumnNames.find(ColumnNames.LABELS, columns);
    return usual.orElse(
        columns.size() == 1 && !ColumnNames.isText(columns.get(0)) ? columns.get(0) : null);
  }

  /** Returns the names of all that there are. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    for (String name : new String[] {file, label, split}) {
      if (name != null) {
        names.add(name);
      }
    }
    return names;
  }
}
