package org.vocabeam.transforms.codebook;

import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.transforms.Combine;
import org.vocabeam.models.codebook.WordSums;

/** Sum of the sums of the same words, exact in any order. */
final class AddSums extends Combine.CombineFn<WordSums, WordSums, WordSums> {
  private static final long serialVersionUID = 1L;

  /** Returns the sums of no word; the first input tells the number of words. */
  @Override
  public WordSums createAccumulator() {
    return WordSums.zero(0, 1);
  }

  @Override
  public WordSums addInput(WordSums accumulator, WordSums input) {
    if (accumulator.words() == 0) {
      return input.part(0, input.words()); // inputs are not ours to change
    }
    if (input.words() > 0) {
      accumulator.add(input, 0);
    }
    return accumulator;
  }

  @Override
  public WordSums mergeAccumulators(Iterable<WordSums> accumulators) {
    WordSums merged = createAccumulator();
    for (WordSums accumulator : accumulators) {
      merged = addInput(merged, accumulator);
    }
    return merged;
  }

  @Override
  public WordSums extractOutput(WordSums accumulator) {
    return accumulator;
  }

  @Override
  public Coder<WordSums> getAccumulatorCoder(CoderRegistry registry, Coder<WordSums> inputCoder) {
    return new WordSumsCoder();
  }

  @Override
  public Coder<WordSums> getDefaultOutputCoder(CoderRegistry registry, Coder<WordSums> inputCoder) {
    return new WordSumsCoder();
  }
}
