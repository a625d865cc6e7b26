package org.vocabeam.models.pretext;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Collections2;
import java.util.List;
import java.util.stream.IntStream;

/** Permutations that differ in many places. */
final class Permutations {
  private Permutations() {}

  /**
   * Returns permutations, each the one with the largest sum of Hamming distances to those before
   * it; of several the first in lexicographic order.
   *
   * @param tiles n, at most 9
   * @param count number of permutations, at most n!
   * @param first lexicographic index of the first permutation
   * @return {@code [count, n]}
   */
  static int[][] farthest(int tiles, int count, int first) {
    List<List<Integer>> ordered =
        List.copyOf(Collections2.orderedPermutations(IntStream.range(0, tiles).boxed().toList()));
    checkArgument(
        count <= ordered.size(),
        "permutations is %s, must be at most %s, the number of permutations of %s tiles",
        count,
        ordered.size(),
        tiles);
    byte[][] candidates = new byte[ordered.size()][tiles];
    for (int p = 0; p < candidates.length; p++) {
      for (int i = 0; i < tiles; i++) {
        candidates[p][i] = ordered.get(p).get(i).byteValue();
      }
    }
    int[] distances = new int[candidates.length];
    int[][] taken = new int[count][tiles];
    int next = first;
    for (int n = 0; n < count; n++) {
      for (int i = 0; i < tiles; i++) {
        taken[n][i] = candidates[next][i];
      }
      distances[next] = -1;
      int farthest = -1;
      for (int p = 0; p < candidates.length; p++) {
        if (distances[p] >= 0) {
          distances[p] += hamming(candidates[p], taken[n]);
          farthest = farthest < 0 || distances[p] > distances[farthest] ? p : farthest;
        }
      }
      next = farthest;
    }
    return taken;
  }

  private static int hamming(byte[] a, int[] b) {
    int distance = 0;
    for (int i = 0; i < a.length; i++) {
      distance += a[i] == b[i] ? 0 : 1;
    }
    return distance;
  }
}
