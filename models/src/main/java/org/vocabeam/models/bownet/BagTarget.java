package org.vocabeam.models.bownet;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;

/**
 * The bag of visual words of an image: which words its locations are nearest to (BoWNet section
 * 3.2, eq. 2 and 3).
 *
 * @param words that it has, ascending
 * @param weights of each, positive, with a sum of 1
 */
public record BagTarget(int[] words, float[] weights) {
  /** What a word weighs. */
  public enum Kind {
    /** The share of the locations that have the word. */
    @JsonProperty("histogram")
    HISTOGRAM,
    /** The same for every word that the image has. */
    @JsonProperty("binary")
    BINARY
  }

  /**
   * The bag of an image.
   *
   * @param nearest word of every location; not changed
   * @param from the image's first location in {@code nearest}
   * @param to after its last one
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
