package org.vocabeam.pipelines.inputs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.vocabeam.transforms.ingest.Growth;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.statistics.NamedCount;

/** Report on an images store, for a person. */
public final class ImageReport {
  private ImageReport() {}

  /** Returns lines on the images of a store, each with its end. */
  public static String of(String directory, ImageStatistics statistics) {
    StringBuilder report = new StringBuilder();
    line(report, "Images:", statistics.images() + " in " + directory);
    line(
        report,
        "",
        String.format(
            "%s, %d labels, %s, mean %s, std %s",
            counts(statistics.splits()),
            statistics.labels().size(),
            size(statistics),
            rounded(statistics.mean()),
            rounded(statistics.std())));
    report.append(LabelReport.lines(statistics));
    if (!statistics.isUniform() && !statistics.shortSides().isEmpty()) {
      line(report, "Sizes:", "shorter side " + ranges(statistics.shortSides()));
    }
    if (!statistics.encodings().isEmpty()) {
      line(
          report,
          "Stored:",
          counts(statistics.encodings()) + "; channels " + counts(statistics.channelCounts()));
    }
    if (statistics.distinct() > 0) {
      line(
          report,
          "Copies:",
          String.format(
              "%d images have the pixels of another; %d are distinct",
              statistics.copies(), statistics.distinct()));
    }
    long rejected = statistics.rejected().values().stream().mapToLong(Long::longValue).sum();
    line(
        report,
        "Rejected:",
        rejected + (rejected == 0 ? "" : " (" + counts(statistics.rejected()) + ")"));
    if (!statistics.unread().isEmpty()) {
      line(report, "Not read:", unread(statistics.unread()));
    }
    LabelReport.warnings(statistics)
        .forEach(warning -> report.append(String.format("Warning: %s%n", warning)));
    return report.toString();
  }

  /** Returns the number of files that were not read, with reasons and names. */
  static String unread(Map<String, NamedCount> unread) {
    return unread.values().stream().mapToLong(NamedCount::count).sum()
        + unread.entrySet().stream()
            .map(
                entry ->
                    String.format(
                        "%s: %d, as %s",
                        entry.getKey(),
                        entry.getValue().count(),
                        String.join(", ", entry.getValue().names())))
            .collect(Collectors.joining("; ", " (", ")"));
  }

  /** Returns lines on what an input has added to a growing store. */
  public static String of(int increment, long added, Growth growth) {
    StringBuilder report = new StringBuilder();
    line(
        report,
        "Added:",
        added == 0 ? "nothing new" : String.format("%d images, increment %d", added, increment));
    if (growth.known() > 0) {
      line(
          report,
          "Known:",
          String.format(
              "%d, of them %d renamed; %d have another label or split now, and keep the first",
              growth.known(), growth.renamed(), growth.relabelled()));
    }
    if (growth.copies() > 0) {
      line(report, "Same:", growth.copies() + " files are copies of another, and are left out");
    }
    if (growth.missing() > 0) {
      line(report, "Missing:", growth.missing() + " images are not in the input now, and stay");
    }
    return report.toString();
  }

  static void line(StringBuilder report, String title, String text) {
    report.append(String.format("%-11s%s%n", title, text));
  }

  private static String counts(Map<?, Long> counts) {
    return counts.entrySet().stream()
        .map(count -> count.getKey() + ": " + count.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String ranges(Map<Integer, Long> shortSides) {
    return shortSides.entrySet().stream()
        .map(c -> c.getKey() + "-" + (2 * c.getKey() - 1) + ": " + c.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String size(ImageStatistics statistics) {
    return statistics.isUniform()
        ? String.format(
            "%d x %d x %d", statistics.minWidth(), statistics.minHeight(), statistics.channels())
        : String.format(
            "%d-%d x %d-%d pixels, up to %d channels",
            statistics.minWidth(),
            statistics.maxWidth(),
            statistics.minHeight(),
            statistics.maxHeight(),
            statistics.channels());
  }

  private static String rounded(Iterable<Double> values) {
    List<String> texts = new ArrayList<>();
    values.forEach(value -> texts.add(String.format(Locale.ROOT, "%.4f", value)));
    return String.join(" ", texts);
  }
}
