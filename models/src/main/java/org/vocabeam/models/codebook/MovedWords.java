package org.vocabeam.models.codebook;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Iterator;
import java.util.List;
import org.vocabeam.models.codebook.Outliers.Outlier;

/**
 * The second half of an iteration of k-means (Lloyd 1982): every word becomes the mean of its
 * descriptors. Words without any take the place of the farthest descriptors, in the order of the
 * words and of the descriptors; where there are fewer of these, the rest stays where it is.
 *
 * @param words {@code [K, C]}, after the move
 * @param inertia sum of the squared distances to the words before the move
 * @param empty words that no descriptor was nearest to
 * @param reseeded those of them that became a descriptor
 * @param shift Frobenius norm of the move; 0 says that another iteration would change nothing
 */
public record MovedWords(float[] words, double inertia, int empty, int reseeded, double shift) {

  /**
   * Moves words.
   *
   * @param words {@code [K, C]}
   * @param sums of the assignment to them
   */
  public static MovedWords of(
      float[] words,
      WordSums sums,
      List<Outlier> farthest,
      FixedPoint ofValues,
      FixedPoint ofDistances) {
    int channels = sums.channels();
    checkArgument(
        words.length == sums.words() * channels,
        "%s values for %s x %s",
        words.length,
        sums.words(),
        channels);
    float[] moved = words.clone();
    Iterator<Outlier> left =
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
          moved[from + c] = (float) (ofValues.value(sums.sums()[from + c]) / count);
        }
      } else {
        empty++;
        if (left.hasNext()) {
          System.arraycopy(left.next().descriptor(), 0, moved, from, channels);
          reseeded++;
        }
      }
    }
    double shift = Math.sqrt(NearestWord.squaredDistance(words, 0, moved, 0, words.length));
    return new MovedWords(moved, ofDistances.value(distances), empty, reseeded, shift);
  }
}
