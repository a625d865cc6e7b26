package org.vocabeam.transforms.signal;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.evaluate.Signal;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * Images on which the signal of a run is measured, drawn by the hashes of their ids; labelled ones
 * first.
 *
 * <pre>{@code
 * SignalSample sample = SignalSample.draw(images.rowGroups(), "train", 1000);
 * }</pre>
 *
 * @param groups row groups of the images store that have the images
 * @param ids of the images, in the order in which they vote and are predicted
 * @param labels class of every image, or -1
 * @param classes number of classes
 */
public record SignalSample(List<RowGroup> groups, List<String> ids, int[] labels, int classes)
    implements Serializable {
  /** Row groups that are looked at, at least: those of another engine's store may be sorted. */
  private static final int LEAST_GROUPS = 4;

  /** Columns of an images store that are read. */
  private record Row(String id, @Nullable String label, String split) {
    static final RecordType<Row> TYPE = RecordType.projection(Row.class, ImageRecord.TYPE.store());

    /** Returns the number by which images are drawn, the same in every run. */
    long hash() {
      return Seeds.of(0, "signal", id);
    }
  }

  /**
   * Draws a sample. It runs in the calling process, and reads three small columns of a few row
   * groups.
   *
   * @param groups of an images store
   * @param split of the images; null for all
   * @param count images of the sample, positive; there may be fewer
   */
  public static SignalSample draw(List<RowGroup> groups, @Nullable String split, int count) {
    checkArgument(count > 0, "count is %s, must be positive", count);
    List<RowGroup> spread = spread(groups);
    List<RowGroup> read = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    for (RowGroup group : spread) {
      if (read.size() >= LEAST_GROUPS && rows.size() >= count) {
        break;
      }
      read.add(group);
      rows.addAll(rows(group, split));
    }
    Comparator<Row> byHash = Comparator.comparingLong(Row::hash).thenComparing(Row::id);
    List<Row> drawn =
        rows.stream()
            .sorted(
                Comparator.<Row, Boolean>comparing(row -> row.label() == null)
                    .thenComparing(byHash))
            .limit(count)
            .toList();
    TreeSet<String> labels = new TreeSet<>();
    drawn.stream().filter(row -> row.label() != null).forEach(row -> labels.add(row.label()));
    List<String> classes = List.copyOf(labels);
    return new SignalSample(
        List.copyOf(read),
        drawn.stream().map(Row::id).toList(),
        drawn.stream().mapToInt(row -> number(classes, row.label())).toArray(),
        classes.size());
  }

  /** Returns row groups in an order whose every beginning is spread over the store. */
  private static List<RowGroup> spread(List<RowGroup> groups) {
    return IntStream.range(0, groups.size())
        .boxed()
        .sorted((a, b) -> Integer.compareUnsigned(Integer.reverse(a), Integer.reverse(b)))
        .map(groups::get)
        .toList();
  }

  private static List<Row> rows(RowGroup group, @Nullable String split) {
    List<Row> rows = new ArrayList<>();
    try (RowReader<Row> reader = RowReader.of(Row.TYPE, group)) {
      reader.forEachRemaining(
          row -> {
            if (split == null || split.equals(row.split())) {
              rows.add(row);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  private static int number(List<String> classes, @Nullable String label) {
    return label == null ? Signal.NO_LABEL : Collections.binarySearch(classes, label);
  }

  /** Returns whether labels allow the accuracy of nearest neighbours. */
  public boolean hasNeighbours() {
    return Signal.isLearnable(labels);
  }
}
