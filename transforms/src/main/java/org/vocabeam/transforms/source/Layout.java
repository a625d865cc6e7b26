package org.vocabeam.transforms.source;

import com.google.common.base.Splitter;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.image.ImageRecord;

/**
 * Meaning of the directories above an image in a folder or tar.
 *
 * <p>{@code auto} goes by depth: {@code file} has neither split nor label, {@code label/file} has a
 * label, {@code split/label/file} has both; of more directories the two nearest to the file count.
 * Any other layout names the directories from the root on, each {@code split}, {@code label} or
 * {@code *} (no meaning); deeper ones are ignored. A folder of unlabelled splits is {@code split},
 * and a tar whose members begin with the name of its folder is {@code *}{@code /label}.
 *
 * @param directories empty for {@code auto}
 */
record Layout(List<String> directories) implements Serializable {
  static final String AUTO = "auto";

  private static final String SPLIT = "split";
  private static final String LABEL = "label";

  /** Split and label of a file. */
  record Place(String split, @Nullable String label) {}

  static Layout parse(String text) {
    if (text.equals(AUTO)) {
      return new Layout(List.of());
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
    return new Layout(List.copyOf(directories));
  }

  /**
   * Returns the split and label of a file.
   *
   * @param path of a file, relative to the root, with {@code /}
   */
  Place of(String path) {
    List<String> names = Splitter.on('/').splitToList(path);
    int depth = names.size() - 1;
    if (directories.isEmpty()) {
      return new Place(
          depth < 2 ? ImageRecord.NO_SPLIT : names.get(depth - 2),
          depth < 1 ? null : names.get(depth - 1));
    }
    int split = directories.indexOf(SPLIT);
    int label = directories.indexOf(LABEL);
    return new Place(
        split < 0 || split >= depth ? ImageRecord.NO_SPLIT : names.get(split),
        label < 0 || label >= depth ? null : names.get(label));
  }

  /** Returns true for files of the operating system and of version control. */
  static boolean isHidden(String path) {
    return Splitter.on('/')
        .splitToStream(path)
        .anyMatch(name -> name.startsWith(".") || name.equals("__MACOSX"));
  }
}
