package org.vocabeam.models.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.vocabeam.models.training.CollapseSign;

/**
 * Quality of features while they are trained, on a small sample of images: the accuracy of weighted
 * nearest neighbours (k 20, T 0.07), where labels allow it, and the effective rank ({@link
 * RankMe}), which needs none.
 *
 * <pre>{@code
 * Signal signal = Signal.of(features, width, labels, classes);
 * signal.neighbours().ifPresent(accuracy -> System.out.println(accuracy));
 * }</pre>
 *
 * @param neighbours share of the queries whose class is predicted, in [0, 1]; empty where labels do
 *     not allow it
 * @param rankme effective rank of all rows, from 1 to min(rows, width)
 */
public record Signal(OptionalDouble neighbours, double rankme) {
  /** Name of the metric {@link #neighbours}. */
  public static final String NEIGHBOURS = "neighbours";

  /** Name of the metric {@link #rankme}. */
  public static final String RANKME = CollapseSign.RANKME;

  /** Label of a row without a class. */
  public static final int NO_LABEL = -1;

  private static final int K = 20;
  private static final double TEMPERATURE = 0.07;

  /**
   * Measures features. The labelled rows vote and are predicted in turn: the first, third, ... vote
   * for the classes of the second, fourth, ...
   *
   * @param features {@code [rows, width]}, row-major
   * @param labels {@code [rows]} in [0, classes), or {@link #NO_LABEL}
   * @param classes number of classes, which may be 0
   * @throws Unmeasurable when there is no row, or a feature is not finite
   */
  public static Signal of(float[] features, int width, int[] labels, int classes) {
    checkArgument(
        features.length == width * labels.length,
        "%s features are not %s rows of %s",
        features.length,
        labels.length,
        width);
    double rank = RankMe.of(features, width); // first, because it checks the features
    return new Signal(
        isLearnable(labels)
            ? OptionalDouble.of(accuracy(features, width, labels, classes))
            : OptionalDouble.empty(),
        rank);
  }

  /** Returns whether labels allow the accuracy: some rows to predict, two classes that vote. */
  public static boolean isLearnable(int[] labels) {
    int[] labelled = labelled(labels);
    return every(labelled, 1).length > 0
        && Arrays.stream(every(labelled, 0)).map(row -> labels[row]).distinct().count() > 1;
  }

  private static double accuracy(float[] features, int width, int[] labels, int classes) {
    LabelledFeatures rows = new LabelledFeatures(width, features, labels);
    int[] labelled = labelled(labels);
    LabelledFeatures voters = rows.select(every(labelled, 0));
    LabelledFeatures queries = rows.select(every(labelled, 1));
    try (NearestNeighbours search = new NearestNeighbours(width, K, classes, queries.rows())) {
      Neighbours nearest = search.search(queries.values(), List.of(voters).iterator());
      int[] predicted = search.predict(nearest, TEMPERATURE);
      long hits =
          IntStream.range(0, predicted.length)
              .filter(i -> predicted[i] == queries.labels()[i])
              .count();
      return (double) hits / predicted.length;
    }
  }

  private static int[] labelled(int[] labels) {
    return IntStream.range(0, labels.length).filter(i -> labels[i] != NO_LABEL).toArray();
  }

  /** Returns every second row, from the first (0) or the second (1) on. */
  private static int[] every(int[] rows, int first) {
    return IntStream.range(0, rows.length).filter(i -> i % 2 == first).map(i -> rows[i]).toArray();
  }
}
