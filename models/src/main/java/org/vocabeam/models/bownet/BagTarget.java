package org.vocabeam.models.bownet;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;

/**
 * Bag of visual words of an image: the nearest words of its locations (BoWNet section 3.2, eq. 2
 * and 3).
 *
 * <pre>{@code
 * BagTarget bag = BagTarget.of(new int[] {3, 1, 3, 3}, 0, 4, Kind.HISTOGRAM); // 1: 0.25, 3: 0.75
 * }</pre>
 *
 * @param words of the image, ascending
 * @param weights of the words, positive, with a sum of 1
 */
public record BagTarget(int[] words, float[] weights) {
  /** Weight of a word. */
  public enum Kind {
    /** Share of the locations that have the word. */
    @JsonProperty("histogram")
    HISTOGRAM,
    /** Equal weights for all words of the image. */
    @JsonProperty("binary")
    BINARY
  }

  /**
   * Returns the bag of an image.
   *
   * @param nearest nearest word of every location; not changed
   * @param from first location of the image in {@code nearest}
   * @param to last location, exclusive
   */
  public static BagTarget of(int[] nearest, int from, int to, Kind kind) {
    int[] sorted = Arrays.copyOfRange(nearest, from, to);
    Arrays.sort(sorted);
    int[] words = Arrays.stream(sorted).distinct().toArray();
    float[] weights = new float[words.length];
    if (kind == Kind.BINARY) {
      Arrays.fill(weights, (float) (1.0 / words.length));
      return new BagTarget(words, weights);
    }
    int at = 0;
    for (int i = 0; i < words.length; i++) {
      int first = at;
      while (at < sorted.length && sorted[at] == words[i]) {
        at++;
      }
      weights[i] = (float) ((at - first) / (double) sorted.length);
    }
    return new BagTarget(words, weights);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BagTarget that
        && Arrays.equals(words, that.words)
        && Arrays.equals(weights, that.weights);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(words) + Arrays.hashCode(weights);
  }
}
