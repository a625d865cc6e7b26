package org.vocabeam.pipelines.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.pipelines.compare.ComparisonTable.Column;
import org.vocabeam.pipelines.compare.ComparisonTable.Training;

/**
 * The table of the page, as its template reads it.
 *
 * @param titles of the columns
 * @param columns number of the columns behind the first
 * @param bodies methods, and what stands beside them
 * @param legend how to read the numbers
 * @param notes lines below the table
 */
record ResultsSection(
    List<String> titles, int columns, List<Body> bodies, List<String> legend, List<String> notes) {
  private static final List<String> SPEED = List.of("steps", "images/s", "minutes");

  /** Rows that are sorted together. */
  record Body(boolean beside, List<Row> rows) {}

  /**
   * A row.
   *
   * @param note in place of all values; null where there are values
   */
  record Row(
      String key, String title, @Nullable String note, List<Cell> cells, List<Figure> numbers) {}

  /**
   * Values of a metric over seeds.
   *
   * @param value mean; null without values, and then the others are null too
   * @param leading is not significantly below the best
   * @param range interval of the mean, or least and most
   */
  record Cell(
      @Nullable Double value,
      @Nullable String metric,
      @Nullable String classes,
      boolean below,
      boolean leading,
      @Nullable String mean,
      @Nullable String range) {
    private static final Cell EMPTY = new Cell(null, null, null, false, false, null, null);
  }

  /** A number of the plan; null and an empty text where there is none. */
  record Figure(@Nullable Double value, String text) {
    private static final Figure EMPTY = new Figure(null, "");

    private static Figure of(double value, String format) {
      return new Figure(value, String.format(Locale.ROOT, format, value));
    }
  }

  static ResultsSection of(ComparisonTable table) {
    List<String> titles = new ArrayList<>(List.of("features"));
    table.columns().forEach(column -> titles.add(column.title()));
    titles.addAll(SPEED);
    return new ResultsSection(
        titles,
        titles.size() - 1,
        List.of(body(table, true), body(table, false)),
        table.legend().stream().map(ResultsSection::sign).toList(),
        Stream.concat(
                table.rows().stream()
                    .filter(row -> !row.cells().isEmpty())
                    .flatMap(row -> row.notes().stream().map(note -> row.title() + ": " + note)),
                table.leftOut().stream())
            .toList());
  }

  private static Body body(ComparisonTable table, boolean methods) {
    return new Body(
        !methods,
        table.rows().stream()
            .filter(row -> row.method() == methods)
            .map(row -> row(table, row))
            .toList());
  }

  private static Row row(ComparisonTable table, ComparisonTable.Row row) {
    if (row.cells().isEmpty() && !row.notes().isEmpty()) {
      String note = String.join("; ", row.notes());
      return new Row(row.key(), row.title(), note, List.of(), List.of());
    }
    return new Row(
        row.key(),
        row.title(),
        null,
        table.columns().stream().map(column -> cell(table, row, column)).toList(),
        numbers(row.training()));
  }

  private static List<Figure> numbers(@Nullable Training training) {
    return training == null
        ? Stream.generate(() -> Figure.EMPTY).limit(SPEED.size()).toList()
        : List.of(
            Figure.of((double) training.steps(), "%,.0f"),
            Figure.of(training.imagesPerSecond(), "%,.0f"),
            Figure.of(training.minutes(), "%.1f"));
  }

  private static Cell cell(ComparisonTable table, ComparisonTable.Row row, Column column) {
    SeedValues cell = row.cells().get(column.key());
    if (cell == null) {
      return Cell.EMPTY;
    }
    boolean compared = row.method() && column.percent();
    Double best = table.best(column);
    SeedValues random =
        table.random(row).map(start -> start.cells().get(column.key())).orElse(null);
    boolean isBest = compared && best != null && cell.mean() == best;
    boolean below = compared && random != null && cell.mean() < random.mean();
    return new Cell(
        cell.mean(),
        column.key(),
        (isBest ? "best " : "") + (below ? "below" : ""),
        below,
        table.leaders(column).contains(row.key()),
        column.text(cell.mean()),
        ComparisonTable.spread(cell, column).map(ResultsSection::sign).orElse(null));
  }

  private static String sign(String spread) {
    return spread.replace("+-", "\u00b1");
  }
}
