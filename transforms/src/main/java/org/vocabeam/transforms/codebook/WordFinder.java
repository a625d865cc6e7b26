package org.vocabeam.transforms.codebook;

import org.vocabeam.models.codebook.NearestWord;
import org.vocabeam.transforms.worker.ProgramPool;

/**
 * The program that finds the nearest of a number of words.
 *
 * @param words K
 * @param channels C
 */
public record WordFinder(int words, int channels) implements ProgramPool.Program<NearestWord> {
  /**
   * Leases a finder of the given words.
   *
   * @param words {@code [K, C]}, row-major; not copied: nobody may change them during the lease
   */
  public static ProgramPool.Lease<NearestWord> lease(float[] words, int count, int channels) {
    ProgramPool.Lease<NearestWord> lease = ProgramPool.lease(new WordFinder(count, channels));
    lease.program().setWords(words);
    return lease;
  }

  @Override
  public NearestWord load() {
    return new NearestWord(words, channels);
  }
}
