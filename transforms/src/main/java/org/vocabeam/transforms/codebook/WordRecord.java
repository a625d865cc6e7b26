package org.vocabeam.transforms.codebook;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
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
  public static final Schema SCHEMA =
      SchemaBuilder.record("WordRecord")
          .namespace("org.vocabeam")
          .fields()
          .requiredInt("word")
          .requiredLong("count")
          .requiredBytes("bytes")
          .endRecord();

  public static final RecordType<WordRecord> TYPE =
      new RecordType<>(
          "words",
          WordRecord.class,
          SCHEMA,
          WordRecord::toAvro,
          WordRecord::fromAvro,
          w -> id(w.word));

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

  public GenericRecord toAvro() {
    GenericData.Record row = new GenericData.Record(SCHEMA);
    row.put("word", word);
    row.put("count", count);
    row.put("bytes", ByteBuffer.wrap(bytes));
    return row;
  }

  public static WordRecord fromAvro(GenericRecord row) {
    return new WordRecord(
        RecordType.integer(row, "word"), (Long) row.get("count"), RecordType.bytes(row, "bytes"));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof WordRecord that
        && word == that.word
        && count == that.count
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
