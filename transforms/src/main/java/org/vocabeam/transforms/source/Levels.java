package org.vocabeam.transforms.source;

import com.google.common.base.Splitter;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Meaning of the levels of directories, by the names of all of them. The directories of a level are
 * splits if all their names look like splits, or if training and another split are among them. The
 * label is the directory nearest to the file below the split: not of a name that says only that
 * there are images, and at the same depth in all paths. Where every path ends with its split
 * ({@code cat/train/1.jpg}), the label is the directory before it.
 *
 * @param splits levels of splits, from 0 at the root; null if the directories are not known, which
 *     leaves the name alone to decide
 * @param depth of the labels below the split, from 1 on; 0 for the directory nearest to the file
 * @param labelFirst true if labels are before splits
 */
record Levels(@Nullable Set<Integer> splits, int depth, boolean labelFirst)
    implements Serializable {
  /** Levels of directories that are not known, as in an archive. */
  static final Levels UNKNOWN = new Levels(null, 0, false);

  private static final Set<String> IMAGES =
      Set.of("images", "image", "imgs", "img", "jpegimages", "jpeg", "jpg", "png");

  /** Splits without which a level of names that are all of splits is none. */
  private static final Set<String> CERTAIN =
      Set.of("train", "test", "val", "valid", "validation", "dev", "eval", "holdout");

  static Levels of(Collection<String> paths) {
    Set<List<String>> places = places(paths);
    Set<Integer> splits = new HashSet<>();
    for (int level = 0; level < deepest(places); level++) {
      if (areSplits(names(places, level))) {
        splits.add(level);
      }
    }
    Levels levels = new Levels(Set.copyOf(splits), 0, false);
    boolean below = places.stream().anyMatch(place -> !levels.below(place).isEmpty());
    Set<String> before = new HashSet<>();
    places.forEach(place -> nearest(levels.before(place)).ifPresent(before::add));
    return new Levels(
        levels.splits,
        levels.commonDepth(places),
        !splits.isEmpty() && !below && before.size() > 1);
  }

  /** Returns the directories of all files, each as its names from the root on. */
  static Set<List<String>> places(Collection<String> paths) {
    Set<String> directories = new TreeSet<>();
    paths.forEach(path -> directories.add(path.substring(0, path.lastIndexOf('/') + 1)));
    Set<List<String>> places = new LinkedHashSet<>();
    directories.forEach(directory -> places.add(parents(directory)));
    return places;
  }

  /** Returns the names of the directories above a file. */
  static List<String> parents(String path) {
    return Splitter.on('/')
        .omitEmptyStrings()
        .splitToList(path.substring(0, path.lastIndexOf('/') + 1));
  }

  static int deepest(Set<List<String>> places) {
    return places.stream().mapToInt(List::size).max().orElse(0);
  }

  static Set<String> names(Set<List<String>> places, int level) {
    Set<String> names = new TreeSet<>();
    places.stream()
        .filter(place -> place.size() > level)
        .forEach(place -> names.add(place.get(level)));
    return names;
  }

  private static boolean areSplits(Set<String> names) {
    Set<String> splits = new HashSet<>();
    names.forEach(name -> Splits.ofDirectory(name).ifPresent(splits::add));
    boolean all = names.stream().allMatch(name -> Splits.ofDirectory(name).isPresent());
    splits.retainAll(CERTAIN);
    return all ? !splits.isEmpty() : splits.contains("train") && splits.size() > 1;
  }

  /** Returns the least depth of all paths at which labels differ; 0 if all are of one depth. */
  private int commonDepth(Set<List<String>> places) {
    List<List<String>> below = new ArrayList<>();
    places.forEach(place -> below.add(below(place)));
    below.removeIf(List::isEmpty);
    int least = below.stream().mapToInt(List::size).min().orElse(0);
    int most = below.stream().mapToInt(List::size).max().orElse(0);
    for (int depth = Math.max(1, least); least < most && depth <= most; depth++) {
      int level = depth - 1;
      if (below.stream().filter(p -> p.size() > level).map(p -> p.get(level)).distinct().count()
          > 1) {
        return depth;
      }
    }
    return 0;
  }

  /** Returns the level of a file's split, or -1. */
  private int splitLevel(List<String> parents) {
    for (int level = 0; level < parents.size(); level++) {
      if ((splits == null || splits.contains(level))
          && Splits.ofDirectory(parents.get(level)).isPresent()) {
        return level;
      }
    }
    return -1;
  }

  Optional<String> split(List<String> parents) {
    int level = splitLevel(parents);
    return level < 0 ? Optional.empty() : Splits.ofDirectory(parents.get(level));
  }

  Optional<String> label(List<String> parents) {
    if (labelFirst) {
      return nearest(before(parents));
    }
    List<String> below = below(parents);
    return depth == 0
        ? nearest(below)
        : depth > below.size() ? Optional.empty() : Optional.of(below.get(depth - 1));
  }

  private List<String> before(List<String> parents) {
    return withoutImages(parents.subList(0, Math.max(0, splitLevel(parents))));
  }

  /** Returns the directories below the split, or all without a split. */
  List<String> below(List<String> parents) {
    int level = splitLevel(parents) + 1;
    // Some archives unpack train into train.
    while (level > 0
        && level < parents.size()
        && Splits.ofDirectory(parents.get(level))
            .equals(Splits.ofDirectory(parents.get(level - 1)))) {
      level++;
    }
    return withoutImages(parents.subList(level, parents.size()));
  }

  private static List<String> withoutImages(List<String> names) {
    int size = names.size();
    while (size > 0 && IMAGES.contains(names.get(size - 1).toLowerCase(Locale.ROOT))) {
      size--;
    }
    return names.subList(0, size);
  }

  private static Optional<String> nearest(List<String> names) {
    return names.isEmpty() ? Optional.empty() : Optional.of(names.get(names.size() - 1));
  }

  /** Returns the place of the labels in words. */
  String description() {
    return labelFirst
        ? "the folder before the split"
        : depth == 0
            ? "the folder above each file"
            : splits == null || splits.isEmpty()
                ? "the folder at level " + depth
                : "the folder at level " + depth + " below the split";
  }

  /** Returns what another reading of the directories would change, and the layout for it. */
  List<String> doubts(List<String> paths) {
    Set<List<String>> places = places(paths);
    List<String> doubts = new ArrayList<>();
    for (int level = 0; level < deepest(places); level++) {
      Set<String> names = names(places, level);
      Set<String> like = new TreeSet<>(names);
      like.removeIf(name -> Splits.ofDirectory(name).isEmpty());
      Set<String> unlike = new TreeSet<>(names);
      unlike.removeAll(like);
      if (like.isEmpty() || unlike.isEmpty()) {
        continue;
      }
      if (splits.isEmpty()) {
        doubts.add(
            String.format(
                "the folder %s looks like a split, but is no split because %s is beside it; set"
                    + " layout to tell the meaning of the folders, as in split/label",
                example(like), example(unlike)));
      } else if (splits.contains(level)) {
        doubts.add(
            String.format(
                "the folder %s lies beside splits, and does not look like one; set layout to tell"
                    + " the meaning of the folders, as in split/label",
                example(unlike)));
      }
    }
    Set<List<String>> below = new LinkedHashSet<>();
    places.forEach(place -> below.add(below(place)));
    below.removeIf(List::isEmpty);
    Set<Integer> depths = new TreeSet<>();
    below.forEach(place -> depths.add(place.size()));
    if (depths.size() > 1) {
      doubts.add(
          String.format(
              "images lie at %d depths of folders, and the label is %s; set layout to tell the"
                  + " meaning of the folders, as in label or */label",
              depths.size(), description()));
    } else if (!depths.equals(Set.of(1))
        && below.stream().map(place -> place.get(0)).distinct().count() > 1) {
      doubts.add(
          String.format(
              "the folders %s have no meaning, since they do not look like splits; set layout to"
                  + " tell the meaning of the folders, as in split/label or label/*",
              below.stream()
                  .map(place -> place.get(0))
                  .distinct()
                  .limit(3)
                  .collect(Collectors.joining(", "))));
    }
    return doubts;
  }

  private static String example(Set<String> names) {
    return "'" + names.iterator().next() + "'";
  }
}
