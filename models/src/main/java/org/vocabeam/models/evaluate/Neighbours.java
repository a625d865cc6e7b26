package org.vocabeam.models.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;

/**
 * The k nearest train rows of some queries, nearest first; equally near ones in the order of the
 * train rows. With fewer than k train rows, the rest has similarity -infinity and label -1.
 *
 * @param k at least 1
 * @param similarities {@code [queries, k]} cosines
 * @param labels {@code [queries, k]} classes of the train rows
 */
public record Neighbours(int k, float[] similarities, int[] labels) {
  static final int NO_LABEL = -1;

  public Neighbours {
    checkArgument(k > 0, "k is %s, must be positive", k);
    checkArgument(
        similarities.length == labels.length && labels.length % k == 0,
        "%s similarities and %s labels are not k = %s for every query",
        similarities.length,
        labels.length,
        k);
  }

  /** Returns the number of queries. */
  public int queries() {
    return labels.length / k;
  }

  /**
   * Returns the first {@code fewer} neighbours of each query, so that one search serves several k.
   */
  public Neighbours nearest(int fewer) {
    checkArgument(
        fewer > 0 && fewer <= k,
        "%s of %s neighbours, must be at least 1 and at most all",
        fewer,
        k);
    Neighbours nearest = none(queries(), fewer);
    for (int query = 0; query < queries(); query++) {
      System.arraycopy(similarities, query * k, nearest.similarities, query * fewer, fewer);
      System.arraycopy(labels, query * k, nearest.labels, query * fewer, fewer);
    }
    return nearest;
  }

  /**
   * Keeps those of the next train rows that are nearer to a query than its k-th neighbour. Most are
   * not, and cost one comparison.
   *
   * @param cosines of the rows, from {@code firstCosine} on
   * @param rowLabels of the rows, from {@code firstRow} on
   */
  void offer(int query, float[] cosines, int firstCosine, int[] rowLabels, int firstRow, int rows) {
    int nearest = query * k;
    int farthest = nearest + k - 1;
    for (int row = 0; row < rows; row++) {
      float cosine = cosines[firstCosine + row];
      if (cosine > similarities[farthest]) {
        insert(cosine, rowLabels[firstRow + row], nearest, farthest);
      }
    }
  }

  /** Inserts a row behind all that are as near, and drops the farthest. */
  private void insert(float cosine, int label, int nearest, int farthest) {
    int place = nearest;
    for (int end = farthest; place < end; ) {
      int middle = (place + end) >>> 1;
      if (similarities[middle] >= cosine) {
        place = middle + 1;
      } else {
        end = middle;
      }
    }
    System.arraycopy(similarities, place, similarities, place + 1, farthest - place);
    System.arraycopy(labels, place, labels, place + 1, farthest - place);
    similarities[place] = cosine;
    labels[place] = label;
  }

  /** Returns k places for each query, without a neighbour yet. */
  static Neighbours none(int queries, int k) {
    float[] similarities = new float[Math.multiplyExact(queries, k)];
    int[] labels = new int[queries * k];
    Arrays.fill(similarities, Float.NEGATIVE_INFINITY);
    Arrays.fill(labels, NO_LABEL);
    return new Neighbours(k, similarities, labels);
  }
}
