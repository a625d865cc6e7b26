package org.vocabeam.models.codebook;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.vocabeam.models.Seeds;

/**
 * First words of k-means, by k-means++ (Arthur and Vassilvitskii 2007, section 2.2): each next word
 * is a descriptor drawn with a probability in proportion to D^2, its squared distance to the
 * nearest word so far.
 *
 * <p>Words drawn one by one would need a pass over the descriptors each. Here a block of words is
 * drawn from the D^2 at the block's beginning, and a draw is accepted with the probability (D^2
 * now) / (D^2 then): the distribution is the same, and one matrix product a block brings D^2 up to
 * date. A block has as many words as there are already, so that few draws are rejected.
 *
 * <pre>{@code
 * InitialWords initial = InitialWords.choose(descriptors, channels, 2048, seed);
 * }</pre>
 *
 * @param words {@code [K, C]}; with fewer different descriptors, the rest is copies of the first
 * @param different number of different words
 */
public record InitialWords(float[] words, int different) {
  private static final int BLOCK = 256;

  /**
   * Chooses words among descriptors.
   *
   * @param descriptors {@code [rows, C]}, row-major, at least one row
   * @param channels C
   * @param count K
   * @param seed of the draws
   */
  public static InitialWords choose(float[] descriptors, int channels, int count, long seed) {
    try (NearestWord nearest = new NearestWord(Math.min(BLOCK, count), channels)) {
      return choose(nearest, descriptors, count, seed);
    }
  }

  /**
   * Chooses words with an existing program.
   *
   * @param nearest program for a block of at most K words
   */
  static InitialWords choose(NearestWord nearest, float[] descriptors, int count, long seed) {
    int channels = nearest.channels();
    int block = nearest.count();
    int rows = descriptors.length / channels;
    checkArgument(rows > 0, "no descriptor to choose words from");
    float[] words = new float[Math.multiplyExact(count, channels)];
    SplittableRandom random = Seeds.random(seed, "initial words");
    System.arraycopy(descriptors, random.nextInt(rows) * channels, words, 0, channels);
    int chosen = 1;
    double[] squares = new double[rows]; // D^2
    Arrays.fill(squares, Double.POSITIVE_INFINITY);
    int[] word = new int[rows];
    double[] distances = new double[rows];
    for (int first = 0; chosen < count; ) {
      nearest.setWords(padded(words, first, chosen - first, block, channels));
      nearest.assign(descriptors, rows, word, distances);
      double[] cumulative = new double[rows];
      double total = 0;
      for (int row = 0; row < rows; row++) {
        squares[row] = Math.min(squares[row], distances[row]);
        total += squares[row];
        cumulative[row] = total;
      }
      if (total == 0) {
        break; // Each descriptor is a word.
      }
      first = chosen;
      int full = Math.min(count, first + Math.min(block, first));
      for (int draw = 0; chosen < full && draw < 2 * block; draw++) {
        int row = draw(cumulative, random.nextDouble() * total);
        double now = squares[row];
        for (int w = first; w < chosen; w++) {
          now =
              Math.min(
                  now,
                  NearestWord.squaredDistance(
                      descriptors, row * channels, words, w * channels, channels));
        }
        if (random.nextDouble() * squares[row] < now) {
          System.arraycopy(descriptors, row * channels, words, chosen * channels, channels);
          chosen++;
        }
      }
    }
    for (int w = chosen; w < count; w++) {
      System.arraycopy(words, 0, words, w * channels, channels);
    }
    return new InitialWords(words, chosen);
  }

  /**
   * Returns the first row whose cumulative sum is larger than {@code at}, never one with a D^2 of
   * 0.
   */
  private static int draw(double[] cumulative, double at) {
    int low = 0;
    int high = cumulative.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (cumulative[middle] > at) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Returns a block of words; missing ones are the first again, which changes no minimum. */
  private static float[] padded(float[] words, int first, int count, int block, int channels) {
    float[] padded = new float[block * channels];
    for (int w = 0; w < block; w++) {
      int from = first + (w < count ? w : 0);
      System.arraycopy(words, from * channels, padded, w * channels, channels);
    }
    return padded;
  }
}
