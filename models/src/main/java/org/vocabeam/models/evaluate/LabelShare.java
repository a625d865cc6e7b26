package org.vocabeam.models.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.vocabeam.models.Seeds;

/**
 * Part of the labels that a label-efficiency probe may see: the ceil(share n) rows of each class
 * with the smallest hash of (seed, id). It depends neither on the order of the rows nor on how they
 * are distributed, and with one seed a smaller share is part of a larger one.
 *
 * <pre>{@code
 * LabelledFeatures tenPercent = train.select(new LabelShare(0.1, seed).rows(ids, train.labels()));
 * }</pre>
 *
 * @param share in (0, 1]
 * @param seed of the choice
 */
public record LabelShare(double share, long seed) implements Serializable {
  /** Keeps 0.07 x 100 = 7.000000000000001 from being 8 rows. */
  private static final double ROUNDING = 1e-9;

  public LabelShare {
    checkArgument(share > 0 && share <= 1, "share is %s, must be in (0, 1]", share);
  }

  /** Returns how many of a class's {@code rows} are taken, at least one. */
  public int count(int rows) {
    return (int) Math.ceil(share * rows - ROUNDING);
  }

  /** Returns the number that the rows of a class are sorted by. */
  public long hash(String id) {
    return Seeds.of(seed, "label-share", id);
  }

  /**
   * Returns the rows that are taken, ascending.
   *
   * @param ids of the rows, unique
   * @param labels {@code [rows]}
   */
  public int[] rows(List<String> ids, int[] labels) {
    checkArgument(ids.size() == labels.length, "%s ids for %s labels", ids.size(), labels.length);
    long[] hashes = ids.stream().mapToLong(this::hash).toArray();
    Comparator<Integer> byHash =
        Comparator.<Integer>comparingLong(i -> hashes[i]).thenComparing(ids::get);
    Map<Integer, List<Integer>> byClass =
        IntStream.range(0, labels.length)
            .boxed()
            .collect(Collectors.groupingBy(i -> labels[i], TreeMap::new, Collectors.toList()));
    return byClass.values().stream()
        .flatMap(rows -> rows.stream().sorted(byHash).limit(count(rows.size())))
        .mapToInt(Integer::intValue)
        .sorted()
        .toArray();
  }
}
