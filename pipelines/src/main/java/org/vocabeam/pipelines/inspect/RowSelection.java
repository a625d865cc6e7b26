package org.vocabeam.pipelines.inspect;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;

/**
 * Selection of the rows of a store that are shown, in the store's order.
 *
 * @param count at most, at least 1
 * @param seed draws them at random, each row as likely as any other; null takes the first
 * @param label of the rows, or null for any
 */
public record RowSelection(int count, @Nullable Long seed, @Nullable String label) {
  private static final int NAMED_LABELS = 10;

  public RowSelection {
    if (count < 1) {
      throw new UserError("count is " + count + ", must be at least 1");
    }
  }

  /** Reads them. Row groups without any are not read, but for the labels. */
  public <T> List<T> read(RecordType<T> type, List<RowGroup> groups) {
    return read(type, groups, places(type, groups));
  }

  /** Reads the rows at some places of a store, in the store's order. */
  static <T> List<T> read(RecordType<T> type, List<RowGroup> groups, Collection<Long> wanted) {
    TreeSet<Long> places = new TreeSet<>(wanted);
    List<T> selected = new ArrayList<>();
    for (RowGroup group : groups) {
      long end = group.firstRow() + group.rows();
      if (places.subSet(group.firstRow(), end).isEmpty()) {
        continue;
      }
      try (RowReader<T> rows = RowReader.of(type, group)) {
        long last = places.lower(end);
        for (long place = group.firstRow(); place <= last; place++) {
          T row = rows.next();
          if (places.contains(place)) {
            selected.add(row);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return selected;
  }

  private List<Long> places(RecordType<?> type, List<RowGroup> groups) {
    Draw draw = new Draw();
    if (label == null) {
      long rows = groups.stream().mapToLong(RowGroup::rows).sum();
      for (long place = 0; place < rows && !draw.isOver(); place++) {
        draw.offer(place);
      }
      return draw.places;
    }
    TreeSet<String> others = new TreeSet<>();
    RecordType<Label> labels = RecordType.projection(Label.class, type.store());
    for (RowGroup group : groups) {
      try (RowReader<Label> rows = RowReader.of(labels, group)) {
        for (long place = group.firstRow(); rows.hasNext() && !draw.isOver(); place++) {
          String found = rows.next().label();
          if (label.equals(found)) {
            draw.offer(place);
          } else if (found != null && others.size() < NAMED_LABELS) {
            others.add(found);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    if (draw.places.isEmpty()) {
      throw new UserError(
          others.isEmpty()
              ? "no row has a label; leave out --label"
              : String.format(
                  "no row has the label '%s'; there are %s%s",
                  label,
                  String.join(", ", others),
                  others.size() == NAMED_LABELS ? ", and maybe more" : ""));
    }
    return draw.places;
  }

  /** The first of what is offered, or with a seed a uniform sample (reservoir, algorithm R). */
  private final class Draw {
    private final List<Long> places = new ArrayList<>();
    private final SplittableRandom random = Seeds.random(seed == null ? 0 : seed, "inspect");
    private long offered;

    void offer(long place) {
      offered++;
      if (places.size() < count) {
        places.add(place);
        return;
      }
      long at = random.nextLong(offered);
      if (at < count) {
        places.set((int) at, place);
      }
    }

    boolean isOver() {
      return seed == null && places.size() == count;
    }
  }

  /** The label alone, so that no other column is read. */
  private record Label(@Nullable String label) {}
}
