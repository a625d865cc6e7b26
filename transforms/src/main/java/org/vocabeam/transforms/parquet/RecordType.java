package org.vocabeam.transforms.parquet;

import java.io.Serializable;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A Java record as the row of a store. The record's components are the columns, in their order and
 * under their names:
 *
 * <pre>{@code
 * public record PatchRecord(int word, String image, @Nullable String label, byte[] bytes) {
 *   public static final RecordType<PatchRecord> TYPE =
 *       RecordType.of(PatchRecord.class, "patches", patch -> patch.word + "#" + patch.image);
 *
 *   // Java compares arrays by identity.
 *   @Override
 *   public boolean equals(@Nullable Object other) {
 *     return RecordType.areEqual(this, other);
 *   }
 *
 *   @Override
 *   public int hashCode() {
 *     return RecordType.hash(this);
 *   }
 * }
 * }</pre>
 *
 * <p>A component is a {@code String}, {@code int}, {@code long}, {@code float}, {@code double},
 * {@code byte[]} (bytes), {@code float[]} (list of float), an enum (its name), another record, or a
 * {@code List} of any of them. One that is {@code @Nullable} is a column that may hold null, and
 * that a store may lack altogether: its rows have null there. So a nullable component can be added
 * to a record without making older stores unreadable.
 *
 * <p>The columns are also the projection of a reader: a record with fewer components than the file
 * has columns reads its own columns and no others.
 *
 * @param store name of the stores of such rows, in the plural: {@code images}
 * @param type the Java record
 * @param id of a row, unique in a store; decides the place of the row
 * @param coder a faster one than that of the schema, or null
 * @param tallied a column of text with few values, which are counted in the footer of every file;
 *     or null
 * @param float16 a column of {@code float[]} that files hold as numbers of 16 bits, or null
 */
public record RecordType<T>(
    String store,
    Class<T> type,
    SerializableFunction<T, String> id,
    @Nullable Coder<T> coder,
    @Nullable String tallied,
    @Nullable String float16)
    implements Serializable {

  /**
   * Returns a type whose columns are derived from the record's components.
   *
   * @param store name of the stores of such rows
   * @param id of a row
   * @throws IllegalArgumentException when the columns are asked for and a component has a type that
   *     no column has
   */
  public static <T extends Record> RecordType<T> of(
      Class<T> type, String store, SerializableFunction<T, String> id) {
    return new RecordType<>(store, type, id, null, null, null);
  }

  /** Returns a type for some columns of a store; its rows are only read, and have no id. */
  public static <T extends Record> RecordType<T> projection(Class<T> type, String store) {
    return of(
        type,
        store,
        row -> {
          throw new IllegalStateException(type.getSimpleName() + " is only read");
        });
  }

  /** Returns the same type with a coder of its own. */
  public RecordType<T> withCoder(Coder<T> faster) {
    return new RecordType<>(store, type, id, faster, tallied, float16);
  }

  /** Returns the same type with the values of a column counted in the footers. */
  public RecordType<T> withTally(String column) {
    return new RecordType<>(store, type, id, coder, column, float16);
  }

  /**
   * Returns the same type with a list of float of half the size in files: {@link
   * org.vocabeam.models.Float16}, which the values must be. A reader of either type reads both.
   */
  public RecordType<T> withFloat16(String column) {
    return new RecordType<>(store, type, id, coder, tallied, column);
  }

  /** Returns a deterministic coder: its own, or the Avro binary form of {@link #schema}. */
  @Override
  public Coder<T> coder() {
    return coder == null ? new RecordCoder<>(this) : coder;
  }

  /** Returns the id of a row. */
  public String id(T row) {
    return id.apply(row);
  }

  /** Returns the schema of the Parquet file and of the coder. */
  public Schema schema() {
    return RecordColumns.of(type).schema();
  }

  /** Returns the row as a record of {@link #schema}; arrays are not copied. */
  public GenericRecord toAvro(T row) {
    return RecordColumns.of(type).toAvro(row);
  }

  /** Returns the row of a record, as {@link #toAvro} made it. */
  public T fromAvro(GenericRecord row) {
    return RecordColumns.of(type).fromAvro(row);
  }

  /** Compares a record with another object, arrays by their elements: for {@code equals}. */
  public static boolean areEqual(Record row, @Nullable Object other) {
    return row == other
        || (other != null
            && row.getClass() == other.getClass()
            && RecordColumns.of(row.getClass()).areEqual(row, other));
  }

  /** Hashes a record, arrays by their elements: for {@code hashCode}. */
  public static int hash(Record row) {
    return RecordColumns.of(row.getClass()).hash(row);
  }
}
