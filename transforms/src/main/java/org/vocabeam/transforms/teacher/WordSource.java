package org.vocabeam.transforms.teacher;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.codebook.NearestWord;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.codebook.Codebook;
import org.vocabeam.transforms.codebook.CodebookRecord;
import org.vocabeam.transforms.codebook.WordFinder;
import org.vocabeam.transforms.worker.ProgramPool;

/**
 * Place of visual words: a codebook store, or a variable of a checkpoint.
 *
 * @param directory of the store
 * @param variable of the checkpoint, {@code [K, C]}; null for a codebook
 * @param channels C
 */
public record WordSource(String directory, @Nullable String variable, int channels)
    implements Serializable {
  /** Returns the words of a codebook store. */
  public static WordSource codebook(String directory, int channels) {
    return new WordSource(directory, null, channels);
  }

  /** Returns the words in a variable of a checkpoint. */
  public static WordSource variable(String checkpoint, String variable, int channels) {
    return new WordSource(checkpoint, variable, channels);
  }

  /** Leases a finder of the words, which it reads. */
  ProgramPool.Lease<NearestWord> lease() {
    if (variable == null) {
      Codebook codebook = CodebookRecord.read(directory);
      return WordFinder.lease(codebook.words(), codebook.count(), codebook.channels());
    }
    float[] words = Checkpoint.open(directory).state().get(variable);
    checkArgument(words != null, "%s has no variable %s", directory, variable);
    return WordFinder.lease(words, words.length / channels, channels);
  }
}
