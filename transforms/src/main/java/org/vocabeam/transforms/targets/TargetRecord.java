package org.vocabeam.transforms.targets;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Bag of visual words of one image: a row of a {@code targets} store. A label is a bag with the
 * class as its one word; an image without label has an empty bag.
 *
 * @param id of the image
 * @param words numbers of the words in the bag, ascending, from 0
 * @param weights of the words, in the same order; positive, with sum 1 unless the bag is empty
 */
public record TargetRecord(String id, List<Integer> words, List<Float> weights) {
  private static final double ROUNDING = 1e-3;

  public static final RecordType<TargetRecord> TYPE =
      RecordType.of(TargetRecord.class, "targets", TargetRecord::id);

  /** Keys of the provenance of a targets store. */
  public static final String CODEBOOK = "codebook";

  public static final String WORDS = "words";
  public static final String IMAGES = "images";
  public static final String SPLIT = "split";

  public TargetRecord {
    words = List.copyOf(words);
    weights = List.copyOf(weights);
    checkArgument(
        words.size() == weights.size(),
        "the target of '%s' has %s words and %s weights",
        id,
        words.size(),
        weights.size());
    double sum = 0;
    for (int i = 0; i < words.size(); i++) {
      checkArgument(
          words.get(i) > (i == 0 ? -1 : words.get(i - 1)),
          "the words of '%s' are %s, must be ascending and at least 0",
          id,
          words);
      checkArgument(
          weights.get(i) > 0, "the weights of '%s' are %s, must be positive", id, weights);
      sum += weights.get(i);
    }
    checkArgument(
        words.isEmpty() || Math.abs(sum - 1) < ROUNDING,
        "the weights of '%s' add up to %s, must be 1",
        id,
        sum);
  }

  /**
   * Writes the bag as a row of a matrix of zeros.
   *
   * @param rows {@code [B, K]}, row-major
   * @param row number of the row, from 0
   * @param vocabulary K, number of words of the vocabulary
   * @throws UserError when the bag has a word outside the vocabulary
   */
  public void fill(float[] rows, int row, int vocabulary) {
    if (!words.isEmpty() && words.get(words.size() - 1) >= vocabulary) {
      throw new UserError(
          String.format(
              "the target of '%s' has word %d, and the method has words 0 to %d; assign the targets"
                  + " again",
              id, words.get(words.size() - 1), vocabulary - 1));
    }
    for (int i = 0; i < words.size(); i++) {
      rows[row * vocabulary + words.get(i)] = weights.get(i);
    }
  }
}
