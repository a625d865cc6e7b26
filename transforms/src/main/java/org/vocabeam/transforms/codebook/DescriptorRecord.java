package org.vocabeam.transforms.codebook;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Sampled local feature of a teacher's map: a row of a {@code descriptors} store. Level, channels
 * and teacher are the same for all rows and stand in the store's provenance.
 *
 * @param id {@code IMAGE#Y,X}
 * @param image id of the image
 * @param y row of the cell in the level's map
 * @param x column of the cell
 * @param bytes little-endian float32 [C]; not copied: neither side may change them
 */
public record DescriptorRecord(String id, String image, int y, int x, byte[] bytes) {
  /** Keys of the provenance of a descriptors store. */
  public static final String LEVEL = "level";

  public static final String CHANNELS = "channels";
  public static final String TEACHER = "teacher";

  public static final Schema SCHEMA =
      SchemaBuilder.record("DescriptorRecord")
          .namespace("org.vocabeam")
          .fields()
          .requiredString("id")
          .requiredString("image")
          .requiredInt("y")
          .requiredInt("x")
          .requiredBytes("bytes")
          .endRecord();

  public static final RecordType<DescriptorRecord> TYPE =
      new RecordType<>(
          "descriptors",
          DescriptorRecord.class,
          SCHEMA,
          DescriptorRecord::toAvro,
          DescriptorRecord::fromAvro,
          DescriptorRecord::id);

  /** Returns the feature of a cell of an image's map. */
  public static DescriptorRecord of(String image, int y, int x, float[] values) {
    return new DescriptorRecord(image + "#" + y + "," + x, image, y, x, encode(values));
  }

  static byte[] encode(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /** Copies the floats to {@code into}, from {@code at} on. */
  static void decode(byte[] bytes, float[] into, int at) {
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(into, at, bytes.length / Float.BYTES);
  }

  public GenericRecord toAvro() {
    GenericData.Record row = new GenericData.Record(SCHEMA);
    row.put("id", id);
    row.put("image", image);
    row.put("y", y);
    row.put("x", x);
    row.put("bytes", ByteBuffer.wrap(bytes));
    return row;
  }

  public static DescriptorRecord fromAvro(GenericRecord row) {
    return new DescriptorRecord(
        RecordType.string(row, "id"),
        RecordType.string(row, "image"),
        RecordType.integer(row, "y"),
        RecordType.integer(row, "x"),
        RecordType.bytes(row, "bytes"));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DescriptorRecord that
        && id.equals(that.id)
        && image.equals(that.image)
        && y == that.y
        && x == that.x
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, Arrays.hashCode(bytes));
  }
}
