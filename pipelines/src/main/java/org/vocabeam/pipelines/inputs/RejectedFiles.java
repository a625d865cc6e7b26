package org.vocabeam.pipelines.inputs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.image.RejectedRecord;
import org.vocabeam.transforms.image.Rejection;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.statistics.NamedCount;
import org.vocabeam.transforms.store.StoreReader;

/**
 * Files of an input that were not taken, by reason.
 *
 * <pre>{@code
 * RejectedFiles.read("runs/photos/rejected").text()   // "2 truncated (a.png, b.jpg)"
 * }</pre>
 *
 * @param reasons by their names
 */
public record RejectedFiles(SortedMap<String, Reason> reasons) {
  /** Largest number of names for a reason. */
  public static final int EXAMPLES = 3;

  /**
   * Files with one reason.
   *
   * @param count number of files
   * @param examples first names in alphabetical order, at most {@link #EXAMPLES}
   */
  public record Reason(long count, List<String> examples) {}

  /** Reads a rejected store row by row. */
  public static RejectedFiles read(String directory) {
    SortedMap<String, Long> counts = new TreeMap<>();
    SortedMap<String, TreeSet<String>> examples = new TreeMap<>();
    StoreReader<RejectedRecord> store = StoreReader.open(RejectedRecord.TYPE, directory);
    for (RowGroup group : store.rowGroups()) {
      try (RowReader<RejectedRecord> rows = store.read(group)) {
        while (rows.hasNext()) {
          RejectedRecord row = rows.next();
          counts.merge(row.reason(), 1L, Long::sum);
          TreeSet<String> first = examples.computeIfAbsent(row.reason(), r -> new TreeSet<>());
          first.add(row.id());
          if (first.size() > EXAMPLES) {
            first.pollLast();
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    SortedMap<String, Reason> reasons = new TreeMap<>();
    counts.forEach(
        (reason, count) ->
            reasons.put(reason, new Reason(count, List.copyOf(examples.get(reason)))));
    return new RejectedFiles(reasons);
  }

  /** Returns the number of files. */
  public long count() {
    return reasons.values().stream().mapToLong(Reason::count).sum();
  }

  /** Returns the reasons with counts and names, the most frequent first. */
  public String text() {
    List<String> reasonTexts = new ArrayList<>();
    reasons.entrySet().stream()
        .sorted(Comparator.comparing(entry -> -entry.getValue().count()))
        .forEach(
            entry ->
                reasonTexts.add(
                    String.format(
                        "%d %s (%s%s)",
                        entry.getValue().count(),
                        entry.getKey(),
                        entry.getValue().examples().stream().collect(Collectors.joining(", ")),
                        entry.getValue().count() > EXAMPLES ? ", ..." : "")));
    return String.join(", ", reasonTexts);
  }

  /**
   * Returns the error of an input of which no image was taken.
   *
   * @param input what was looked at, and its format
   * @param unread files that were not looked at, by reason
   * @param store rejected store with all names; empty if there is none
   */
  public UserError nothingTaken(String input, Map<String, NamedCount> unread, String store) {
    String notRead = unread.isEmpty() ? "" : "not read " + ImageReport.unread(unread);
    if (count() == 0) {
      return new UserError(
          unread.isEmpty()
              ? String.format(
                  "no image in %s: there is no file in it to look at; give another --input", input)
              : String.format(
                  "no image in %s: %s; convert or unpack them, or give another --input",
                  input, notRead));
    }
    return new UserError(
        String.format(
            "no image in %s, of %d files none was taken: %s%s; convert them, or give another"
                + " --input%s",
            input,
            count(),
            text(),
            unread.isEmpty() ? "" : "; " + notRead,
            store.isEmpty() ? "" : "; all are listed in " + store));
  }

  /**
   * Returns lines, each with its end, that warn of more files rejected than taken, and of files
   * that are read up to their damage; or nothing.
   */
  public String warning(long taken, String store) {
    StringBuilder lines = new StringBuilder();
    Reason damaged = reasons.get(Rejection.DAMAGED.reason());
    if (damaged != null) {
      lines.append(
          String.format(
              "Warning:   images are missing behind the damage in %d archives or tables (%s%s); fetch"
                  + " or make them again%n",
              damaged.count(),
              String.join(", ", damaged.examples()),
              damaged.count() > EXAMPLES ? ", ..." : ""));
    }
    if (count() > taken) {
      lines.append(
          String.format(
              "Warning:   %d of %d files were not taken: %s; see ./vocabeam inspect %s --full, and"
                  + " convert what is needed%n",
              count(), taken + count(), text(), store));
    }
    return lines.toString();
  }
}
