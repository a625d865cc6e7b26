package org.vocabeam.transforms.teacher;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.codebook.NearestWord;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.codebook.Codebook;
import org.vocabeam.transforms.codebook.CodebookRecord;

/**
 * Where visual words are kept.
 *
 * @param directory of a codebook, or of a checkpoint
 * @param variable of the checkpoint that holds them, {@code [K, C]}; null for a codebook
 * @param channels C
 */
public record WordSource(String directory, @Nullable String variable, int channels)
    implements Serializable {
  /** The words of a codebook store. */
  public static WordSource codebook(String directory, int channels) {
    return new WordSource(directory, null, channels);
  }

  /** The words in a variable of a checkpoint. */
  public static WordSource variable(String checkpoint, String variable, int channels) {
    return new WordSource(checkpoint, variable, channels);
  }

  /** Loads them for comparisons; to be closed. */
  NearestWord open() {
    if (variable == null) {
      Codebook of = CodebookRecord.read(directory);
      return NearestWord.of(of.words(), of.count(), of.channels());
    }
    float[] words = Checkpoint.read(directory).state().get(variable);
    checkArgument(words != null, "%s has no variable %s", directory, variable);
    return NearestWord.of(words, words.length / channels, channels);
  }
}
