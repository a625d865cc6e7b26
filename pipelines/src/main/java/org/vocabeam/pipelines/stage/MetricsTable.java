package org.vocabeam.pipelines.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.StoreReader;

/** Table of an evaluation: one line for each metric, one column for each kind of features. */
public final class MetricsTable {
  private static final Map<String, String> COLUMNS = new LinkedHashMap<>();

  static {
    COLUMNS.put("trained", "trained");
    COLUMNS.put("random", "random weights");
    COLUMNS.put("pixels", "raw pixels");
  }

  private MetricsTable() {}

  /** Returns the rows of a metrics store. */
  public static List<MetricRecord> read(String directory) {
    StoreReader<MetricRecord> store = StoreReader.open(MetricRecord.TYPE, directory);
    List<MetricRecord> metrics = new ArrayList<>();
    for (RowGroup group : store.rowGroups()) {
      try (RowReader<MetricRecord> rows = store.read(group)) {
        rows.forEachRemaining(metrics::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return metrics;
  }

  /** Returns the accuracies of the trained encoder in a metrics store, by name, in [0, 1]. */
  public static SortedMap<String, Double> trained(String directory) {
    SortedMap<String, Double> values = new TreeMap<>();
    for (MetricRecord metric : read(directory)) {
      if (metric.features().equals("trained")) {
        values.put(MetricRecord.name(metric.metric(), metric.labelShare()), metric.value());
      }
    }
    return values;
  }

  /** Returns the lines of the table. */
  public static String of(List<MetricRecord> metrics) {
    Map<String, Map<String, MetricRecord>> lines = new TreeMap<>();
    for (MetricRecord metric : metrics) {
      lines.computeIfAbsent(title(metric), t -> new TreeMap<>()).put(metric.features(), metric);
    }
    StringBuilder table = new StringBuilder();
    table.append(String.format("%n%-26s", "accuracy, %"));
    COLUMNS.values().forEach(c -> table.append(String.format("%16s", c)));
    table.append(System.lineSeparator());
    lines.forEach(
        (title, values) -> {
          table.append(String.format("%-26s", title));
          COLUMNS.keySet().forEach(c -> table.append(String.format("%16s", cell(values.get(c)))));
          table.append(System.lineSeparator());
        });
    return table.toString();
  }

  private static String title(MetricRecord metric) {
    return metric.metric().equals("linear") || metric.labelShare() < 1
        ? String.format(
            Locale.ROOT, "%s, %5.4g %% labels", metric.metric(), 100 * metric.labelShare())
        : metric.metric();
  }

  private static String cell(MetricRecord metric) {
    if (metric == null) {
      return "-";
    }
    String value = String.format(Locale.ROOT, "%.2f", 100 * metric.value());
    return metric.interval() == 0
        ? value
        : value + String.format(Locale.ROOT, " +-%.2f", 100 * metric.interval());
  }
}
