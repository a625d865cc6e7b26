package org.vocabeam.transforms.codebook;

import java.util.Comparator;
import java.util.List;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.store.StoreReader;

/**
 * Visual word: a row of a {@code codebook} store. The vector is a list of float, because people
 * open it in DuckDB, pandas and Spark.
 *
 * @param word number of the word, from 0
 * @param count number of descriptors whose nearest word it is
 * @param vector [C]
 */
public record CodebookRecord(int word, long count, List<Float> vector) {
  public static final RecordType<CodebookRecord> TYPE =
      RecordType.of(CodebookRecord.class, "codebook", w -> WordRecord.id(w.word));

  public CodebookRecord {
    vector = List.copyOf(vector);
  }

  /**
   * Reads a codebook.
   *
   * @param directory of the store
   * @throws UserError when there is no complete codebook, a word is missing, or a value is not
   *     finite
   */
  public static Codebook read(String directory) {
    StoreReader<CodebookRecord> store = StoreReader.open(TYPE, directory);
    List<CodebookRecord> words = store.rows();
    if (words.isEmpty()) {
      throw refused(directory, "holds no word");
    }
    words.sort(Comparator.comparingInt(CodebookRecord::word));
    int channels = words.get(0).vector.size();
    float[] values = new float[Math.multiplyExact(words.size(), channels)];
    for (int i = 0; i < words.size(); i++) {
      CodebookRecord row = words.get(i);
      if (row.word != i) {
        throw refused(
            directory, "has no word " + i + ", but " + words.size() + " words numbered from 0");
      }
      if (row.vector.size() != channels) {
        throw refused(
            directory,
            String.format(
                "has %d values in word %d and %d in word 0", row.vector.size(), i, channels));
      }
      for (int c = 0; c < channels; c++) {
        float value = row.vector.get(c);
        if (!Float.isFinite(value)) {
          throw refused(directory, "has the value " + value + " in word " + i);
        }
        values[i * channels + c] = value;
      }
    }
    return new Codebook(
        values, words.size(), channels, store.fingerprint(), store.manifest().provenance());
  }

  private static UserError refused(String directory, String what) {
    return new UserError(directory + " " + what + "; build the codebook again");
  }
}
