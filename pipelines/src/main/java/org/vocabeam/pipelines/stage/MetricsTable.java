package org.vocabeam.pipelines.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;
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

  /**
   * Measures of the trained encoder, by name.
   *
   * @param values accuracies in [0, 1]
   * @param leftOut reasons of the measures that could not be taken
   */
  public record Trained(SortedMap<String, Double> values, SortedMap<String, String> leftOut) {}

  /** Returns the measures of the trained encoder in a metrics store. */
  public static Trained trained(String directory) {
    Trained trained = new Trained(new TreeMap<>(), new TreeMap<>());
    for (MetricRecord metric : read(directory)) {
      if (metric.features().equals("trained") && metric.value() != null) {
        trained.values.put(metric.name(), metric.value());
      } else if (metric.features().equals("trained")) {
        trained.leftOut.put(metric.name(), metric.reason());
      }
    }
    return trained;
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
    leftOut(metrics).forEach(line -> table.append(line).append(System.lineSeparator()));
    return table.toString();
  }

  /**
   * Returns a line for every reason why measures were left out: the measures, and the features
   * where it is not all of them.
   */
  public static List<String> leftOut(List<MetricRecord> metrics) {
    Set<String> all = new TreeSet<>();
    Map<String, Map<String, Set<String>>> byReason = new TreeMap<>();
    for (MetricRecord metric : metrics) {
      all.add(metric.features());
      if (metric.reason() != null) {
        byReason
            .computeIfAbsent(metric.reason(), reason -> new TreeMap<>())
            .computeIfAbsent(metric.name(), name -> new TreeSet<>())
            .add(metric.features());
      }
    }
    List<String> lines = new ArrayList<>();
    byReason.forEach(
        (reason, measures) -> {
          Map<Set<String>, List<String>> byFeatures = new LinkedHashMap<>();
          measures.forEach(
              (measure, features) ->
                  byFeatures.computeIfAbsent(features, f -> new ArrayList<>()).add(measure));
          byFeatures.forEach(
              (features, names) ->
                  lines.add(
                      String.format(
                          "left out%s: %s: %s",
                          features.equals(all) ? "" : " of " + String.join(", ", features),
                          String.join(", ", names),
                          reason)));
        });
    return lines;
  }

  private static String title(MetricRecord metric) {
    return metric.metric().equals("linear") || metric.labelShare() < 1
        ? String.format(
            Locale.ROOT, "%s, %5.4g %% labels", metric.metric(), 100 * metric.labelShare())
        : metric.metric();
  }

  private static String cell(@Nullable MetricRecord metric) {
    if (metric == null || metric.value() == null) {
      return "-";
    }
    String value = String.format(Locale.ROOT, "%.2f", 100 * metric.value());
    return metric.interval() == 0
        ? value
        : value + String.format(Locale.ROOT, " +-%.2f", 100 * metric.interval());
  }
}
