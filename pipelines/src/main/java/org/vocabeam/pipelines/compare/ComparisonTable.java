package org.vocabeam.pipelines.compare;

import com.google.common.collect.Maps;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.evaluate.Signal;
import org.vocabeam.pipelines.stage.MetricsTable;
import org.vocabeam.transforms.evaluation.ComparisonRecord;
import org.vocabeam.transforms.evaluation.LabelledEmbeddings;
import org.vocabeam.transforms.evaluation.MetricRecord;

/**
 * Results of a comparison: a row for each method and below them what stands beside all methods, a
 * column for each metric, in every cell the mean over seeds with its interval.
 *
 * @param seeds number of seeds
 * @param columns metrics
 * @param rows rows, methods first
 * @param correlations of measures without a probe with the linear probe
 * @param leftOut lines on measures that could not be taken, each with the reason
 */
public record ComparisonTable(
    int seeds,
    List<Column> columns,
    List<Row> rows,
    List<RankCorrelation> correlations,
    List<String> leftOut) {
  /** Metrics in the order in which people want them; others follow by name. */
  private static final Map<String, String> KNOWN = new LinkedHashMap<>();

  private static final Map<String, String> BESIDE = new LinkedHashMap<>();

  static {
    KNOWN.put("knn20", "kNN 20");
    KNOWN.put("knn200", "kNN 200");
    KNOWN.put("linear@0.01", "linear 1 %");
    KNOWN.put("linear@0.1", "linear 10 %");
    KNOWN.put("linear", "linear 100 %");
    KNOWN.put("fine-tune@0.01", "fine-tune 1 %");
    KNOWN.put("fine-tune@0.1", "fine-tune 10 %");
    KNOWN.put("fine-tune", "fine-tune 100 %");
    KNOWN.put("few-shot-5way-1shot", "1 shot");
    KNOWN.put("few-shot-5way-5shot", "5 shots");
    KNOWN.put(Signal.NEIGHBOURS, "online kNN");
    KNOWN.put(Signal.RANKME, "RankMe");
    BESIDE.put("random", "random weights");
    BESIDE.put("normalised", "random weights, normalised");
    BESIDE.put("pixels", "raw pixels");
  }

  /**
   * A metric.
   *
   * @param key {@link MetricRecord#name}
   * @param title title for a person
   * @param percent true if its values are shares, shown in percent
   */
  public record Column(String key, String title, boolean percent) {
    static Column of(String key) {
      boolean percent = !key.equals(LabelledEmbeddings.DEVIATION) && !key.equals(Signal.RANKME);
      return new Column(key, KNOWN.getOrDefault(key, title(key)), percent);
    }

    private static String title(String key) {
      int at = key.indexOf('@');
      if (at < 0) {
        return key.replace('-', ' ');
      }
      BigDecimal percent = new BigDecimal(key.substring(at + 1)).movePointRight(2);
      return key.substring(0, at) + " " + percent.stripTrailingZeros().toPlainString() + " %";
    }

    /** Returns a value as it is shown. */
    public String text(double value) {
      if (percent) {
        return String.format(Locale.ROOT, "%.1f", 100 * value);
      }
      return String.format(Locale.ROOT, key.equals(Signal.RANKME) ? "%.1f" : "%.4f", value);
    }
  }

  /**
   * A line.
   *
   * @param key name of the method, or the features of what stands beside all
   * @param title title for a person
   * @param method true for a method
   * @param network network that computed the features; null for pixels, and without any features
   * @param training training of the method; null without one
   * @param cells key of a column to values
   * @param notes reasons why there are no values of a seed, or of any
   */
  public record Row(
      String key,
      String title,
      boolean method,
      @Nullable String network,
      @Nullable Training training,
      Map<String, SeedValues> cells,
      List<String> notes) {}

  /**
   * Training of a method.
   *
   * @param steps steps of all its networks
   * @param imagesPerSecond measured speed
   * @param minutes minutes at that speed
   */
  public record Training(long steps, double imagesPerSecond, double minutes) {}

  public ComparisonTable {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * Returns the table of results.
   *
   * @param rounds rounds of every network
   * @param stopped method to the reasons why runs of it stopped
   */
  public static ComparisonTable of(
      ComparisonPlan plan,
      int rounds,
      List<ComparisonRecord> results,
      Map<String, List<String>> stopped) {
    NavigableSet<String> others = new TreeSet<>();
    results.stream().filter(r -> r.value() != null).forEach(r -> others.add(name(r)));
    List<Column> columns = new ArrayList<>();
    KNOWN.keySet().stream().filter(others::remove).map(Column::of).forEach(columns::add);
    others.stream().map(Column::of).forEach(columns::add);
    List<Row> rows = new ArrayList<>();
    for (ComparisonPlan.Method method : plan.methods()) {
      List<ComparisonRecord> trained =
          results.stream().filter(r -> r.method().equals(method.name())).toList();
      List<String> notes = new ArrayList<>();
      if (method.notApplicable() != null) {
        notes.add("not applicable: " + method.notApplicable());
      }
      notes.addAll(stopped.getOrDefault(method.name(), List.of()));
      rows.add(
          new Row(
              method.name(),
              method.name(),
              true,
              trained.isEmpty() ? null : trained.get(0).network(),
              method.networks().isEmpty()
                  ? null
                  : new Training(
                      method.steps(rounds), method.imagesPerSecond(rounds), method.minutes(rounds)),
              cells(trained),
              notes));
    }
    BESIDE.keySet().forEach(features -> rows.addAll(beside(features, results)));
    return new ComparisonTable(
        (int) results.stream().map(ComparisonRecord::seed).distinct().count(),
        columns,
        rows,
        RankCorrelation.of(results),
        leftOut(results));
  }

  /** Returns the rows of features that no method trained, one for each network. */
  private static List<Row> beside(String features, List<ComparisonRecord> results) {
    Map<String, List<ComparisonRecord>> rows = new LinkedHashMap<>();
    results.stream()
        .filter(r -> r.method().isEmpty() && r.features().equals(features))
        .forEach(r -> rows.computeIfAbsent(beside(r, results), t -> new ArrayList<>()).add(r));
    return rows.entrySet().stream()
        .map(
            row -> {
              String network = row.getValue().get(0).network();
              return new Row(
                  network == null || rows.size() == 1 ? features : features + "/" + network,
                  row.getKey(),
                  false,
                  network,
                  null,
                  cells(row.getValue()),
                  List.of());
            })
        .toList();
  }

  /** Returns the title of the row of a result that no method trained. */
  private static String beside(ComparisonRecord result, List<ComparisonRecord> results) {
    boolean several =
        results.stream().map(ComparisonRecord::network).filter(Objects::nonNull).distinct().count()
            > 1;
    return beside(result.features(), several ? result.network() : null);
  }

  /**
   * Returns the title of features that no method trained.
   *
   * @param network network of several; null for pixels, or where there is one network
   */
  static String beside(String features, @Nullable String network) {
    String title = BESIDE.getOrDefault(features, features);
    return network == null ? title : title + ", " + network;
  }

  private static List<String> leftOut(List<ComparisonRecord> results) {
    return MetricsTable.leftOut(
        results.stream()
            .map(
                r ->
                    new MetricRecord(
                        r.method().isEmpty() ? beside(r, results) : r.method(),
                        r.metric(),
                        r.labelShare(),
                        r.value(),
                        r.interval(),
                        r.reason()))
            .toList());
  }

  private static String name(ComparisonRecord record) {
    return MetricRecord.name(record.result().metric(), record.result().labelShare());
  }

  private static Map<String, SeedValues> cells(List<ComparisonRecord> results) {
    Map<String, SortedMap<Long, Double>> values = new TreeMap<>();
    Map<String, Double> within = new TreeMap<>();
    for (ComparisonRecord result : results) {
      if (result.value() != null) {
        values
            .computeIfAbsent(name(result), n -> new TreeMap<>())
            .put(result.seed(), result.value());
        within.put(name(result), result.interval());
      }
    }
    Map<String, SeedValues> cells = new TreeMap<>();
    values.forEach((name, seeds) -> cells.put(name, new SeedValues(seeds, within.get(name))));
    return cells;
  }

  /**
   * Returns the keys of the methods that are not significantly below the best of a column; none
   * where there are too few seeds.
   */
  Set<String> leaders(Column column) {
    Map<String, SeedValues> methods = new TreeMap<>();
    if (column.percent()) {
      rows.stream()
          .filter(row -> row.method() && row.cells().containsKey(column.key()))
          .forEach(row -> methods.put(row.key(), row.cells().get(column.key())));
    }
    return Leaders.of(methods);
  }

  /** Returns lines on how the numbers are to be read, as far as the seeds decide it. */
  List<String> legend() {
    List<String> lines = new ArrayList<>();
    if (seeds >= SeedValues.LEAST_SEEDS) {
      lines.add(
          String.format(
              "+-: 95 %% interval of the mean over %d seeds (Student's t). *: not significantly"
                  + " below the best of the column (paired t-test over seeds with Holm's correction,"
                  + " 5 %%)",
              seeds));
    } else {
      lines.add(
          (seeds == 1
                  ? "+-: 95 % interval of one seed, over test images or episodes alone."
                  : "In brackets: the least and the most of 2 seeds.")
              + " No mark of significance: that needs 3 seeds or more");
    }
    lines.addAll(RankCorrelation.line(correlations).stream().toList());
    return lines;
  }

  /** Returns the row of the random weights of a row's network, which its method should beat. */
  Optional<Row> random(Row of) {
    return rows.stream()
        .filter(row -> row.key().equals("random") || row.key().startsWith("random/"))
        .filter(row -> Objects.equals(row.network(), of.network()))
        .findFirst();
  }

  /** Returns the largest mean of a column among methods; null without any. */
  @Nullable Double best(Column column) {
    return rows.stream()
        .filter(row -> row.method() && row.cells().containsKey(column.key()))
        .map(row -> row.cells().get(column.key()).mean())
        .max(Double::compare)
        .orElse(null);
  }

  /** Returns lines for a terminal, each with its end. */
  public String text() {
    List<List<String>> lines = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("accuracy, %"));
    columns.forEach(column -> head.add(column.title()));
    head.addAll(List.of("steps", "images/s", "minutes"));
    lines.add(head);
    Map<Column, Set<String>> leaders = Maps.toMap(columns, this::leaders);
    for (Row row : rows) {
      List<String> line = new ArrayList<>(List.of(row.title()));
      columns.forEach(column -> line.add(text(row, column, leaders.get(column))));
      Training training = row.training();
      line.addAll(
          training == null
              ? List.of("", "", "")
              : List.of(
                  Long.toString(training.steps()),
                  String.format(Locale.ROOT, "%.0f", training.imagesPerSecond()),
                  String.format(Locale.ROOT, "%.1f", training.minutes())));
      lines.add(line);
    }
    int[] widths = new int[head.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder padded = new StringBuilder();
      padded.append(String.format("%-" + widths[0] + "s", line.get(0)));
      for (int i = 1; i < widths.length; i++) {
        padded.append(String.format("  %" + widths[i] + "s", line.get(i)));
      }
      text.append(padded.toString().stripTrailing()).append(System.lineSeparator());
    }
    text.append(
        rows.stream()
            .flatMap(row -> row.notes().stream().map(note -> row.title() + ": " + note))
            .map(note -> note + System.lineSeparator())
            .collect(Collectors.joining()));
    legend().forEach(line -> text.append(line).append(System.lineSeparator()));
    leftOut.forEach(line -> text.append(line).append(System.lineSeparator()));
    return text.toString();
  }

  private String text(Row row, Column column, Set<String> leaders) {
    SeedValues cell = row.cells().get(column.key());
    if (cell == null) {
      return "-";
    }
    String mark = leaders.contains(row.key()) ? " *" : "";
    String spread = spread(cell, column).map(text -> " " + text).orElse("");
    return column.text(cell.mean()) + spread + mark;
  }

  /** Returns the interval of a mean, or where there is none the least and the most. */
  static Optional<String> spread(SeedValues cell, Column column) {
    if (cell.interval().isPresent()) {
      return Optional.of("+-" + column.text(cell.interval().getAsDouble()));
    }
    String least = column.text(cell.least());
    String most = column.text(cell.most());
    return least.equals(most) ? Optional.empty() : Optional.of("(" + least + " to " + most + ")");
  }
}
