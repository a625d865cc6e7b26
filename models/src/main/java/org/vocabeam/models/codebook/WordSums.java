package org.vocabeam.models.codebook;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;

/**
 * What one iteration of k-means sums over the descriptors of every word, in {@link FixedPoint}
 * units: exact, so that neither order nor grouping matter.
 */
public final class WordSums {
  private final int channels;
  private final long[] counts;
  private final long[] distances;
  private final long[] sums;

  /**
   * @param counts descriptors, {@code [words]}
   * @param distances sum of their squared distances, {@code [words]}
   * @param sums sum of them, {@code [words, channels]}; nothing is copied
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

  /** Of no descriptor. */
  public static WordSums zero(int words, int channels) {
    return new WordSums(channels, new long[words], new long[words], new long[words * channels]);
  }

  public int words() {
    return counts.length;
  }

  public int channels() {
    return channels;
  }

  public long[] counts() {
    return counts;
  }

  public long[] distances() {
    return distances;
  }

  public long[] sums() {
    return sums;
  }

  /**
   * Adds descriptors to their words.
   *
   * @param descriptors {@code [rows, C]}, row-major
   * @param nearest their words
   * @param squaredDistances to them
   */
  public void add(
      float[] descriptors,
      int rows,
      int[] nearest,
      double[] squaredDistances,
      FixedPoint ofValues,
      FixedPoint ofDistances) {
    double scale = ofValues.scale();
    for (int row = 0; row < rows; row++) {
      int word = nearest[row];
      counts[word]++;
      distances[word] += ofDistances.of(squaredDistances[row]);
      int from = row * channels;
      int to = word * channels;
      for (int c = 0; c < channels; c++) {
        sums[to + c] += FixedPoint.of(descriptors[from + c], scale);
      }
    }
  }

  /** A copy of those of some words in a row. */
  public WordSums part(int first, int words) {
    int last = Math.min(counts.length, first + words);
    return new WordSums(
        channels,
        Arrays.copyOfRange(counts, first, last),
        Arrays.copyOfRange(distances, first, last),
        Arrays.copyOfRange(sums, first * channels, last * channels));
  }

  /** Adds sums of the words from {@code first} on. */
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

  /** Whether no descriptor is in any of them. */
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
