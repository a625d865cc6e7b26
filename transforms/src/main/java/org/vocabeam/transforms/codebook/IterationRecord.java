package org.vocabeam.transforms.codebook;

import org.vocabeam.transforms.parquet.RecordType;

/**
 * Measurements of one iteration of k-means, a row of their store.
 *
 * @param iteration number of moves that the words had made, from 0
 * @param inertia sum of the squared distances of all descriptors to their nearest words
 * @param emptyWords number of words that are nearest to no descriptor
 * @param reseeded number of empty words that the next move put on the farthest descriptors
 * @param shift Frobenius norm of the next move
 */
public record IterationRecord(
    int iteration, double inertia, int emptyWords, int reseeded, double shift) {
  public static final RecordType<IterationRecord> TYPE =
      RecordType.of(IterationRecord.class, "iterations", i -> WordRecord.id(i.iteration));
}
