package org.vocabeam.models.codebook;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Iterator;
import java.util.List;
import org.vocabeam.models.codebook.Outliers.Outlier;

/**
 * Words after the second half of an iteration of k-means (Lloyd 1982): each word becomes the mean
 * of its descriptors. Words without descriptors move to the farthest descriptors, in the order of
 * the words and of the descriptors; when these run out, the rest stays.
 *
 * @param words {@code [K, C]}, after the move
 * @param inertia sum of the squared distances to the words before the move
 * @param empty number of words that were nearest to no descriptor
 * @param reseeded number of these that moved to a descriptor
 * @param shift Frobenius norm of the move; 0 when another iteration would change nothing
 */
public record MovedWords(float[] words, double inertia, int empty, int reseeded, double shift) {

  /**
   * Moves words.
   *
   * @param words {@code [K, C]}
   * @param sums of the descriptors of each word
   * @param farthest descriptors for the words that have none
   * @param valueUnit unit of the coordinates in {@code sums}
   * @param distanceUnit unit of the distances in {@code sums}
   */
  public static MovedWords of(
      float[] words,
      WordSums sums,
      List<Outlier> farthest,
      FixedPoint valueUnit,
      FixedPoint distanceUnit) {
    int channels = sums.channels();
    checkArgument(
        words.length == sums.words() * channels,
        "%s values for %s x %s",
        words.length,
        sums.words(),
        channels);
    float[] moved = words.clone();
    Iterator<Outlier> remaining =
        farthest.stream().filter(outlier -> outlier.squaredDistance() > 0).iterator();
    long distances = 0;
    int empty = 0;
    int reseeded = 0;
    for (int word = 0; word < sums.words(); word++) {
      int from = word * channels;
      long count = sums.counts()[word];
      distances += sums.distances()[word];
      if (count > 0) {
        for (int c = 0; c < channels; c++) {
          moved[from + c] = (float) (valueUnit.value(sums.sums()[from + c]) / count);
        }
      } else {
        empty++;
        if (remaining.hasNext()) {
          System.arraycopy(remaining.next().descriptor(), 0, moved, from, channels);
          reseeded++;
        }
      }
    }
    double shift = Math.sqrt(NearestWord.squaredDistance(words, 0, moved, 0, words.length));
    return new MovedWords(moved, distanceUnit.value(distances), empty, reseeded, shift);
  }
}
