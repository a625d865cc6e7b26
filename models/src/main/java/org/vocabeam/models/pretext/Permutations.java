package org.vocabeam.models.pretext;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Collections2;
import java.util.List;
import java.util.stream.IntStream;

/** Permutations that differ in many places. */
final class Permutations {
  private Permutations() {}

  /**
   * From all permutations in lexicographic order, again and again the one not yet taken whose
   * Hamming distances to all taken ones have the largest sum; of several the first.
   *
   * @param tiles n, at most 9
   * @param count at most n!
   * @param first index of the one that is taken first
   * @return {@code [count, n]}
   */
  static int[][] farthest(int tiles, int count, int first) {
    List<List<Integer>> ordered =
        List.copyOf(Collections2.orderedPermutations(IntStream.range(0, tiles).boxed().toList()));
    checkArgument(
        count <= ordered.size(),
        "permutations is %s, must be at most %s, of which there are of %s tiles",
        count,
        ordered.size(),
        tiles);
    byte[][] all = new byte[ordered.size()][tiles];
    for (int p = 0; p < all.length; p++) {
      for (int i = 0; i < tiles; i++) {
        all[p][i] = ordered.get(p).get(i).byteValue();
      }
    }
    int[] distances = new int[all.length];
    int[][] taken = new int[count][tiles];
    int next = first;
    for (int n = 0; n < count; n++) {
      for (int i = 0; i < tiles; i++) {
        taken[n][i] = all[next][i];
      }
      distances[next] = -1;
      int farthest = -1;
      for (int p = 0; p < all.length; p++) {
        if (distances[p] >= 0) {
          distances[p] += hamming(all[p], taken[n]);
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
