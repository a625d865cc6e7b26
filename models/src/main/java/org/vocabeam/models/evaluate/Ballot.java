package org.vocabeam.models.evaluate;

import java.util.Arrays;

/**
 * Neighbours of a block of queries, and the slots in which their votes are summed. A slot is a
 * class; where there are more classes than neighbours, it is one of the classes of a query's own
 * neighbours, in the order of the classes, so that memory does not grow with the classes.
 *
 * @param queries of the block that are there; the rest is filled up
 * @param found neighbours, whose labels are slots
 * @param slots of a query
 * @param classes {@code [queries, slots]}, -1 for a slot that is not used; empty where a slot is a
 *     class
 */
record Ballot(int queries, Neighbours found, int slots, int[] classes) {

  /** Returns the number of slots of a query. */
  static int slots(int k, int classes) {
    return Math.min(k, classes);
  }

  /**
   * Returns the ballot of a block.
   *
   * @param neighbours k or fewer of each query
   * @param first query of the block
   * @param block size of the block
   */
  static Ballot of(Neighbours neighbours, int first, int block, int k, int classes) {
    int queries = Math.min(block, neighbours.queries() - first);
    int slots = slots(k, classes);
    Neighbours found = Neighbours.none(block, k);
    int[] classOf = new int[slots == classes ? 0 : queries * slots];
    Arrays.fill(classOf, Neighbours.NO_LABEL);
    int given = neighbours.k();
    for (int query = 0; query < queries; query++) {
      int from = (first + query) * given;
      System.arraycopy(neighbours.similarities(), from, found.similarities(), query * k, given);
      System.arraycopy(neighbours.labels(), from, found.labels(), query * k, given);
      if (classOf.length > 0) {
        number(found.labels(), query * k, given, classOf, query * slots);
      }
    }
    return new Ballot(queries, found, slots, classOf);
  }

  /** Replaces labels by their places among the different ones, which it notes. */
  private static void number(int[] labels, int from, int count, int[] classOf, int place) {
    int[] different =
        Arrays.stream(labels, from, from + count)
            .filter(label -> label != Neighbours.NO_LABEL)
            .sorted()
            .distinct()
            .toArray();
    System.arraycopy(different, 0, classOf, place, different.length);
    for (int i = from; i < from + count; i++) {
      if (labels[i] != Neighbours.NO_LABEL) {
        labels[i] = Arrays.binarySearch(different, labels[i]);
      }
    }
  }

  /**
   * Writes the votes of every class.
   *
   * @param votes {@code [block, slots]}
   * @param scores {@code [all queries, all]}
   * @param all number of all classes
   * @param first query of the block
   */
  void count(float[] votes, float[] scores, int all, int first) {
    for (int query = 0; query < queries; query++) {
      for (int slot = 0; slot < slots; slot++) {
        int label = label(query, slot);
        if (label != Neighbours.NO_LABEL) {
          scores[(first + query) * all + label] = votes[query * slots + slot];
        }
      }
    }
  }

  /**
   * Writes the class with the most votes of every query.
   *
   * @param votes {@code [block, slots]}
   * @param elected {@code [all queries]}
   * @param first query of the block
   */
  void elect(float[] votes, int[] elected, int first) {
    int[] winners = new ClassScores(slots, votes).predicted();
    for (int query = 0; query < queries; query++) {
      elected[first + query] = Math.max(0, label(query, winners[query]));
    }
  }

  private int label(int query, int slot) {
    return classes.length == 0 ? slot : classes[query * slots + slot];
  }
}
