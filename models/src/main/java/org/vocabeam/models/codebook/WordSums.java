package org.vocabeam.models.codebook;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;

/**
 * Sums over the descriptors of each word in one iteration of k-means, in {@link FixedPoint} units:
 * exact, so that neither order nor grouping matter.
 */
public final class WordSums {
  private final int channels;
  private final long[] counts;
  private final long[] distances;
  private final long[] sums;

  /**
   * Makes sums of these arrays, without a copy.
   *
   * @param channels width of a word
   * @param counts number of descriptors, {@code [words]}
   * @param distances sum of their squared distances, {@code [words]}
   * @param sums sum of the descriptors, {@code [words, channels]}
   */
  public WordSums(int channels, long[] counts, long[] distances, long[] sums) {
    checkArgument(
        distances.length == counts.length && sums.length == counts.length * channels,
        "%s counts, %s distances and %s sums of %s channels",
        counts.length,
        distances.length,
        sums.length,
        channels);
    this.channels = channels;
    this.counts = counts;
    this.distances = distances;
    this.sums = sums;
  }

  /** Returns the sums over no descriptor. */
  public static WordSums zero(int words, int channels) {
    return new WordSums(channels, new long[words], new long[words], new long[words * channels]);
  }

  /** Returns the number of words. */
  public int words() {
    return counts.length;
  }

  /** Returns the width of a word. */
  public int channels() {
    return channels;
  }

  /** Returns the number of descriptors of each word; not a copy. */
  public long[] counts() {
    return counts;
  }

  /** Returns the sum of the squared distances of each word; not a copy. */
  public long[] distances() {
    return distances;
  }

  /** Returns the sums, {@code [words, channels]}; not a copy. */
  public long[] sums() {
    return sums;
  }

  /**
   * Adds descriptors to their words.
   *
   * @param descriptors {@code [rows, C]}, row-major
   * @param rows number of descriptors
   * @param nearest their words, {@code [rows]}
   * @param squaredDistances to these words, {@code [rows]}
   * @param valueUnit unit of the coordinates
   * @param distanceUnit unit of the distances
   */
  public void add(
      float[] descriptors,
      int rows,
      int[] nearest,
      double[] squaredDistances,
      FixedPoint valueUnit,
      FixedPoint distanceUnit) {
    double scale = valueUnit.scale();
    for (int row = 0; row < rows; row++) {
      int word = nearest[row];
      counts[word]++;
      distances[word] += distanceUnit.of(squaredDistances[row]);
      int from = row * channels;
      int to = word * channels;
      for (int c = 0; c < channels; c++) {
        sums[to + c] += FixedPoint.of(descriptors[from + c], scale);
      }
    }
  }

  /**
   * Returns a copy of the sums of consecutive words.
   *
   * @param first word
   * @param words at most so many
   */
  public WordSums part(int first, int words) {
    int last = Math.min(counts.length, first + words);
    return new WordSums(
        channels,
        Arrays.copyOfRange(counts, first, last),
        Arrays.copyOfRange(distances, first, last),
        Arrays.copyOfRange(sums, first * channels, last * channels));
  }

  /**
   * Adds other sums.
   *
   * @param other sums of the words from {@code first} on
   */
  public void add(WordSums other, int first) {
    checkArgument(other.channels == channels, "%s channels and %s", channels, other.channels);
    add(other.counts, counts, first);
    add(other.distances, distances, first);
    add(other.sums, sums, first * channels);
  }

  private static void add(long[] from, long[] to, int first) {
    for (int i = 0; i < from.length; i++) {
      to[first + i] += from[i];
    }
  }

  /** Returns whether there is no descriptor. */
  public boolean isEmpty() {
    return Arrays.stream(counts).allMatch(count -> count == 0);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WordSums that
        && channels == that.channels
        && Arrays.equals(counts, that.counts)
        && Arrays.equals(distances, that.distances)
        && Arrays.equals(sums, that.sums);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }
}
