package org.vocabeam.pipelines.inputs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.statistics.Labelling;

/** Lines on how the labels and splits of a store were found, and on what looks wrong with them. */
final class LabelReport {
  private static final Set<String> SPLITS =
      Set.of("train", "training", "test", "testing", "val", "valid", "validation", "dev");

  private static final String TEST = "test";

  /** Setting of a source in a message of ingestion, whose option has the same name. */
  private static final Pattern SETTING =
      Pattern.compile("(?<=\\bset )(layout|labels|(?:image|file|label|split)Column)\\b");

  /** Number of images from which it is odd that no two have the same label. */
  private static final int MANY = 6;

  private LabelReport() {}

  /** Returns lines with examples, each with its end; none for stores of older versions. */
  static String lines(ImageStatistics statistics) {
    Labelling labelling = statistics.labelling();
    if (labelling == null || statistics.images() == 0) {
      return "";
    }
    StringBuilder lines = new StringBuilder();
    ImageReport.line(
        lines,
        "Labels:",
        found(labelling.labelsFrom(), statistics.labels(), labelling.labelExamples()));
    SortedMap<String, Long> splits = new TreeMap<>(statistics.splits());
    splits.remove(ImageRecord.NO_SPLIT);
    SortedMap<String, String> examples = new TreeMap<>(labelling.splitExamples());
    examples.remove(ImageRecord.NO_SPLIT);
    ImageReport.line(lines, "Splits:", found(labelling.splitsFrom(), splits, examples));
    return lines.toString();
  }

  private static String found(String from, Map<?, ?> names, Map<String, String> examples) {
    if (names.isEmpty()) {
      return from.startsWith("the column") ? "none in " + from : "none";
    }
    String texts =
        examples.entrySet().stream()
            .map(example -> example.getValue() + " is " + example.getKey())
            .collect(Collectors.joining(", "));
    return (from.isEmpty() ? "" : "from " + from + ": ")
        + texts
        + (names.size() > examples.size() ? ", ..." : "");
  }

  /** Returns what looks wrong, and the option that mends it. */
  static List<String> warnings(ImageStatistics statistics) {
    List<String> warnings = new ArrayList<>();
    Labelling labelling = statistics.labelling();
    if (labelling == null) {
      return warnings;
    }
    labelling
        .warnings()
        .forEach(warning -> warnings.add(SETTING.matcher(warning).replaceAll("--$1")));
    SortedMap<String, Long> labels = statistics.labels();
    long labelled = labels.values().stream().mapToLong(Long::longValue).sum();
    if (labels.size() == 1 && labelled > 1) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "all %d labelled images have the label '%s'; if there are more classes, give --layout"
                  + " for folders, --labelColumn for columns, or --labels=FILE",
              labelled,
              labels.firstKey()));
    } else if (labels.size() == labelled && labelled >= MANY) {
      warnings.add(
          "every image has a label of its own; give --layout for folders, or --labelColumn for"
              + " columns, if these are no classes");
    }
    if (!labels.isEmpty()
        && labels.keySet().stream()
            .allMatch(label -> SPLITS.contains(label.toLowerCase(Locale.ROOT)))) {
      warnings.add(
          String.format(
              "the labels are names of splits (%s); give --layout=split if they are",
              String.join(", ", labels.keySet())));
    }
    for (String split : statistics.splits().keySet()) {
      if (labelled > 0 && !labelling.counts().containsKey(split)) {
        warnings.add(
            String.format(
                "no image of the split %s has a label; give --labels=FILE if a table has them",
                split));
      }
    }
    Set<String> unknown = new TreeSet<>(labelsOf(labelling, TEST));
    Set<String> known = labelsOf(labelling, ImageStatistics.TRAIN);
    unknown.removeAll(known);
    if (!known.isEmpty() && !unknown.isEmpty()) {
      warnings.add(
          String.format(
              "%d labels of the split test are not in train (%s); training cannot know them",
              unknown.size(), unknown.stream().limit(3).collect(Collectors.joining(", "))));
    }
    return warnings;
  }

  private static Set<String> labelsOf(Labelling labelling, String split) {
    SortedMap<String, Long> labels = labelling.counts().get(split);
    return labels == null ? Set.of() : labels.keySet();
  }
}
