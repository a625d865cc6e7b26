package org.vocabeam.transforms.parquet;

import java.io.Serializable;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a store needs to know of its rows.
 *
 * <p>The schema is also the projection of a reader: a type with fewer fields than the file reads
 * the columns of its own fields and no others.
 *
 * @param store name of the stores of such rows, in the plural: {@code images}
 * @param type the Java record
 * @param schema schema of the Parquet file and of the coder
 * @param toAvro the row as a record of {@code schema}
 * @param fromAvro its inverse
 * @param id unique in a store; decides the place of the row
 * @param coder a faster one than that of the schema, or null
 * @param tallied a column of text with few values, which are counted in the footer of every file
 *     (read by the store); or null
 */
public record RecordType<T>(
    String store,
    Class<T> type,
    Schema schema,
    SerializableFunction<T, GenericRecord> toAvro,
    SerializableFunction<GenericRecord, T> fromAvro,
    SerializableFunction<T, String> id,
    @Nullable Coder<T> coder,
    @Nullable String tallied)
    implements Serializable {

  /** With the coder that is made of the schema; nothing is tallied. */
  public RecordType(
      String store,
      Class<T> type,
      Schema schema,
      SerializableFunction<T, GenericRecord> toAvro,
      SerializableFunction<GenericRecord, T> fromAvro,
      SerializableFunction<T, String> id) {
    this(store, type, schema, toAvro, fromAvro, id, null, null);
  }

  /** With a coder of its own. */
  public RecordType<T> withCoder(Coder<T> faster) {
    return new RecordType<>(store, type, schema, toAvro, fromAvro, id, faster, tallied);
  }

  /** With the values of a column counted in the footers. */
  public RecordType<T> withTally(String column) {
    return new RecordType<>(store, type, schema, toAvro, fromAvro, id, coder, column);
  }

  /** A deterministic coder: its own, or the Avro binary form of {@link #schema}. */
  @Override
  public Coder<T> coder() {
    return coder == null ? new RecordCoder<>(this) : coder;
  }

  /** One column of text of a store that is only read, without null. */
  public static RecordType<String> column(String store, String column) {
    return new RecordType<>(
        store,
        String.class,
        SchemaBuilder.record("Column").fields().requiredString(column).endRecord(),
        value -> {
          throw new IllegalStateException("a single column is only read");
        },
        row -> string(row, column),
        value -> value);
  }

  /** The text of a string field, for {@code fromAvro}. */
  public static String string(GenericRecord record, String field) {
    return record.get(field).toString();
  }

  /** The text of a field that may be null. */
  public static @Nullable String nullableString(GenericRecord record, String field) {
    Object value = record.get(field);
    return value == null ? null : value.toString();
  }

  /** The number in an int field. */
  public static int integer(GenericRecord record, String field) {
    return (Integer) record.get(field);
  }

  /** The content of a bytes field: the reader's own array when it holds nothing else. */
  public static byte[] bytes(GenericRecord record, String field) {
    ByteBuffer buffer = (ByteBuffer) record.get(field);
    if (buffer.hasArray()
        && buffer.arrayOffset() == 0
        && buffer.array().length == buffer.remaining()) {
      return buffer.array();
    }
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
