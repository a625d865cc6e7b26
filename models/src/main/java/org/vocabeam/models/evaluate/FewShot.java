package org.vocabeam.models.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.vocabeam.models.Seeds;

/**
 * Few-shot classification of frozen features: many small tasks (episodes), each of a few drawn
 * classes with a few labelled rows, solved by {@link Prototypes}. See docs/methods.md, section 9.
 *
 * <pre>{@code
 * FewShot.Result fiveShot = FewShot.fiveWay(5).evaluate(testFeatures, seed);
 * }</pre>
 *
 * @param way classes of an episode, at least 2
 * @param shot labelled rows of a class, at least 1
 * @param queries rows of a class to classify, at least 1
 * @param episodes at least 2
 */
public record FewShot(int way, int shot, int queries, int episodes) {
  /** Factor of the cosines in OBoW's code; it changes no accuracy. */
  private static final double SCALE = 10;

  public FewShot {
    checkArgument(way > 1, "way is %s, must be at least 2", way);
    checkArgument(shot > 0, "shot is %s, must be positive", shot);
    checkArgument(queries > 0, "queries is %s, must be positive", queries);
    checkArgument(episodes > 1, "episodes is %s, must be at least 2", episodes);
  }

  /**
   * Returns the setting of 5 classes with 15 queries each and 600 episodes (Vinyals et al. 2016;
   * Snell et al. 2017).
   */
  public static FewShot fiveWay(int shot) {
    return new FewShot(5, shot, 15, 600);
  }

  /**
   * Accuracy over all episodes.
   *
   * @param accuracy mean over episodes of the share of right queries, in [0, 1]
   * @param interval half the width of its 95 % interval: 1.96 standard deviations / sqrt(episodes)
   */
  public record Result(double accuracy, double interval) {
    static Result of(double[] accuracies) {
      double mean = Arrays.stream(accuracies).average().orElseThrow();
      double squares = Arrays.stream(accuracies).map(a -> (a - mean) * (a - mean)).sum();
      double deviation = Math.sqrt(squares / (accuracies.length - 1));
      return new Result(mean, 1.96 * deviation / Math.sqrt(accuracies.length));
    }
  }

  /**
   * One task: row numbers of the feature matrix, and the classes of the episode counted from 0.
   *
   * @param support {@code [way shot]}, class by class
   * @param queries {@code [way queries]}, class by class
   */
  record Episode(int[] support, int[] supportLabels, int[] queries, int[] queryLabels) {}

  /**
   * Draws and solves the episodes. The result is a function of the arguments.
   *
   * @param features classes with fewer than shot + queries rows are left out
   * @throws Unmeasurable when fewer classes are left than an episode needs, or a feature is not
   *     finite
   */
  public Result evaluate(LabelledFeatures features, long seed) {
    List<int[]> classes = classes(features.labels());
    features.checkFinite();
    double[] accuracies = new double[episodes];
    try (Prototypes prototypes =
        new Prototypes(features.width(), way, way * shot, way * queries, SCALE)) {
      for (int i = 0; i < episodes; i++) {
        Episode episode = episode(classes, Seeds.random(seed, "few-shot", i));
        accuracies[i] =
            prototypes
                .scores(
                    features.select(episode.support).values(),
                    episode.supportLabels,
                    features.select(episode.queries).values())
                .accuracy(episode.queryLabels);
      }
    }
    return Result.of(accuracies);
  }

  /**
   * Returns the reason why classes of such sizes have no episodes, or nothing.
   *
   * @param sizes rows of each class
   */
  public Optional<String> lacks(Collection<Long> sizes) {
    long enough = sizes.stream().filter(rows -> rows >= shot + queries).count();
    return enough >= way
        ? Optional.empty()
        : Optional.of(
            String.format(
                "only %d classes have %d + %d rows, few-shot episodes need %d; use more labelled"
                    + " rows, or fewer ways, shots or queries",
                enough, shot, queries, way));
  }

  /** Returns the rows of each class that is large enough, in the order of the labels. */
  List<int[]> classes(int[] labels) {
    List<int[]> classes =
        IntStream.range(0, labels.length)
            .boxed()
            .collect(Collectors.groupingBy(i -> labels[i], TreeMap::new, Collectors.toList()))
            .values()
            .stream()
            .filter(rows -> rows.size() >= shot + queries)
            .map(rows -> rows.stream().mapToInt(Integer::intValue).toArray())
            .toList();
    lacks(classes.stream().map(rows -> (long) rows.length).toList())
        .ifPresent(
            reason -> {
              throw new Unmeasurable(reason);
            });
    return classes;
  }

  /** Draws an episode. */
  Episode episode(List<int[]> classes, SplittableRandom random) {
    Episode episode =
        new Episode(
            new int[way * shot],
            new int[way * shot],
            new int[way * queries],
            new int[way * queries]);
    int[] chosen = RandomPermutation.of(classes.size(), random);
    for (int c = 0; c < way; c++) {
      int[] rows = classes.get(chosen[c]);
      int[] drawn = RandomPermutation.of(rows.length, random);
      for (int i = 0; i < shot; i++) {
        episode.support[c * shot + i] = rows[drawn[i]];
        episode.supportLabels[c * shot + i] = c;
      }
      for (int i = 0; i < queries; i++) {
        episode.queries[c * queries + i] = rows[drawn[shot + i]];
        episode.queryLabels[c * queries + i] = c;
      }
    }
    return episode;
  }
}
