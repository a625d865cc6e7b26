package org.vocabeam.pipelines.inspect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.store.StoreContents;

/** Summary of a store: everything but its rows. */
public final class StoreSummary {
  private static final int LISTED_FILES = 8;
  private static final int VALUE = 72;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StoreContents store;
  private final String type;
  private final boolean full;
  private final StringBuilder text = new StringBuilder();

  private StoreSummary(StoreContents store, String type, boolean full) {
    this.store = store;
    this.type = type;
    this.full = full;
  }

  /**
   * Lines, each with its end.
   *
   * @param type of the store, or empty when it is none that we know
   * @param full every file, and long values to their end
   */
  public static String of(StoreContents store, String type, boolean full) {
    StoreSummary summary = new StoreSummary(store, type, full);
    summary.general();
    summary.files();
    summary.columns();
    summary.provenance();
    return summary.text.toString();
  }

  private void general() {
    line("Store:", store.path());
    String kind = type.isEmpty() ? "none of Vocabeam's, by its columns" : type;
    line("Type:", store.type().isEmpty() && !type.isEmpty() ? kind + ", by its columns" : kind);
    line("Rows:", Long.toString(store.manifest().rows()));
    line("Fingerprint:", store.fingerprint());
    LongSummaryStatistics groups =
        store.rowGroups().stream().mapToLong(RowGroup::bytes).summaryStatistics();
    String sizes =
        groups.getMin() == groups.getMax()
            ? bytes(groups.getMax())
            : bytes(groups.getMin()) + " to " + bytes(groups.getMax());
    line(
        "Row groups:",
        groups.getCount() == 0 ? "0" : groups.getCount() + " of " + sizes + " in memory");
  }

  private void files() {
    List<Long> sizes = store.files().stream().map(StoreSummary::size).toList();
    long all = sizes.stream().mapToLong(Long::longValue).sum();
    line("Files:", String.format("%d, %s", sizes.size(), bytes(all)));
    int listed = full ? sizes.size() : Math.min(LISTED_FILES, sizes.size());
    for (int i = 0; i < listed; i++) {
      String file = store.files().get(i);
      line(
          "",
          String.format(
              "%s  %d rows, %d row groups, %s",
              file.substring(file.lastIndexOf('/') + 1),
              store.footers().get(i).rows(),
              store.footers().get(i).rowGroups().size(),
              bytes(sizes.get(i))));
    }
    if (listed < sizes.size()) {
      line("", String.format("and %d more; --full shows all", sizes.size() - listed));
    }
  }

  private static long size(String file) {
    try {
      return StoreFiles.list(file).get(0).bytes();
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private void columns() {
    table("Columns:", store.footers().get(0).columns(), true);
  }

  private void table(String title, Map<String, String> entries, boolean whole) {
    int width = entries.keySet().stream().mapToInt(String::length).max().orElse(1);
    String first = title;
    for (Map.Entry<String, String> entry : entries.entrySet()) {
      line(
          first,
          String.format("%-" + width + "s  %s", entry.getKey(), value(entry.getValue(), whole)));
      first = "";
    }
  }

  private void provenance() {
    Map<String, String> entries =
        new TreeMap<>(
            store.manifest().provenance().isEmpty()
                ? store.metadata()
                : store.manifest().provenance());
    table(store.manifest().isForeign() ? "Metadata:" : "Provenance:", entries, full);
  }

  private static String value(String value, boolean whole) {
    if (whole) {
      return pretty(value).replace("\n", "\n" + " ".repeat(13));
    }
    String line = value.replaceAll("\\s+", " ");
    return line.length() <= VALUE
        ? line
        : String.format(
            "%s... (%d characters; --full shows them)", line.substring(0, VALUE), value.length());
  }

  private static String pretty(String value) {
    if (!value.startsWith("{") && !value.startsWith("[")) {
      return value;
    }
    try {
      return JSON.readTree(value).toPrettyString();
    } catch (JsonProcessingException e) {
      return value;
    }
  }

  private void line(String title, String rest) {
    text.append(String.format("%-13s%s%n", title, rest));
  }

  private static String bytes(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    return bytes < 1_000_000
        ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
        : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }
}
