package org.vocabeam.transforms.codebook;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.store.StoreReader;

/**
 * Word between two iterations of k-means, in the store of one iteration. People read the codebook;
 * these rows are for the next iteration.
 *
 * @param word number of the word, from 0
 * @param count number of descriptors that were nearest to it before it moved; 0 for a first word
 * @param bytes little-endian float32 [C]
 */
public record WordRecord(int word, long count, byte[] bytes) {
  public static final RecordType<WordRecord> TYPE =
      RecordType.of(WordRecord.class, "words", w -> id(w.word));

  /** Returns a unique id that sorts in the order of the words. */
  static String id(int word) {
    return String.format(Locale.ROOT, "%09d", word);
  }

  static WordRecord of(int word, long count, float[] words, int channels) {
    float[] values = Arrays.copyOfRange(words, word * channels, (word + 1) * channels);
    return new WordRecord(word, count, DescriptorRecord.encode(values));
  }

  /** Reads the words of a store in their order. */
  static List<WordRecord> read(String directory) {
    List<WordRecord> words = StoreReader.open(TYPE, directory).rows();
    words.sort(Comparator.comparingInt(WordRecord::word));
    return words;
  }

  /** Returns the values of all words, {@code [K, C]}. */
  static float[] values(List<WordRecord> words, int channels) {
    float[] values = new float[words.size() * channels];
    for (int word = 0; word < words.size(); word++) {
      byte[] bytes = words.get(word).bytes;
      checkArgument(bytes.length == channels * Float.BYTES, "word %s is damaged", word);
      DescriptorRecord.decode(bytes, values, word * channels);
    }
    return values;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return RecordType.areEqual(this, other);
  }

  @Override
  public int hashCode() {
    return RecordType.hash(this);
  }
}
