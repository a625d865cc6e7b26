package org.vocabeam.transforms.source;

import com.google.common.base.Splitter;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.image.ImageRecord;

/**
 * Labels and splits of files, by the directories above them and by tables.
 *
 * <p>{@code auto} takes a directory for the split if its name looks like one ({@link Splits}) and
 * those beside it do too; see {@link Levels}. Without a split by name all images are in one split.
 * Any other layout names the directories from the root on, each {@code split}, {@code label} or
 * {@code *} (no meaning); deeper ones are ignored. A folder of unlabelled splits is {@code split},
 * and a tar whose members begin with the name of its folder is {@code *}{@code /label}.
 *
 * <p>A table beats the directories: its rows have the labels of all files that it is about.
 *
 * @param directories empty for {@code auto}
 * @param levels of {@code auto}
 * @param tables the first that has a row of a file decides
 */
record Layout(List<String> directories, Levels levels, List<LabelTable> tables)
    implements Serializable {
  static final String AUTO = "auto";

  private static final String SPLIT = "split";
  private static final String LABEL = "label";

  /** Split and label of a file. */
  record Place(String split, @Nullable String label) implements Serializable {}

  static Layout parse(String text) {
    if (text.equals(AUTO)) {
      return new Layout(List.of(), Levels.UNKNOWN, List.of());
    }
    List<String> directories = Splitter.on('/').splitToList(text);
    boolean known = Set.of(SPLIT, LABEL, "*").containsAll(directories);
    boolean twice =
        directories.indexOf(SPLIT) != directories.lastIndexOf(SPLIT)
            || directories.indexOf(LABEL) != directories.lastIndexOf(LABEL);
    if (!known || twice) {
      throw new UserError(
          String.format(
              "layout: '%s', must be auto, or directories from the root on, each split, label or *,"
                  + " as in split/label",
              text));
    }
    return new Layout(List.copyOf(directories), Levels.UNKNOWN, List.of());
  }

  /** Returns the same layout, where {@code auto} knows all files. */
  Layout knowing(List<String> paths) {
    return directories.isEmpty() ? new Layout(directories, Levels.of(paths), tables) : this;
  }

  Layout with(List<LabelTable> other) {
    return new Layout(directories, levels, List.copyOf(other));
  }

  /**
   * Returns the split and label of a file.
   *
   * @param path of a file, relative to the root, with {@code /}
   */
  Place of(String path) {
    List<String> parents = Levels.parents(path);
    Optional<String> split = split(path);
    Optional<String> label = directories.isEmpty() ? levels.label(parents) : at(LABEL, parents);
    boolean listed = false;
    for (LabelTable table : tables) {
      if (table.isAbout(path, split.orElse(null))) {
        LabelTable.Row row = table.row(path);
        if (row != null) {
          return new Place(
              row.split() == null ? split.orElse(ImageRecord.NO_SPLIT) : row.split(),
              table.hasLabels() ? row.label() : label.orElse(null));
        }
        listed |= table.hasLabels();
      }
    }
    return new Place(split.orElse(ImageRecord.NO_SPLIT), listed ? null : label.orElse(null));
  }

  /** Returns the split that the directories of a file tell. */
  Optional<String> split(String path) {
    List<String> parents = Levels.parents(path);
    return directories.isEmpty() ? levels.split(parents) : at(SPLIT, parents);
  }

  /** Returns where the directories say labels, in words. */
  String description() {
    return directories.isEmpty()
        ? levels.description()
        : "the folders by the layout " + String.join("/", directories);
  }

  String splitDescription() {
    return directories.isEmpty()
        ? "the names of the folders"
        : "the folders by the layout " + String.join("/", directories);
  }

  private Optional<String> at(String meaning, List<String> parents) {
    int level = directories.indexOf(meaning);
    return level < 0 || level >= parents.size()
        ? Optional.empty()
        : Optional.of(parents.get(level));
  }

  /** Returns true for files of the operating system and of version control. */
  static boolean isHidden(String path) {
    return Splitter.on('/')
        .splitToStream(path)
        .anyMatch(name -> name.startsWith(".") || name.equals("__MACOSX"));
  }
}
