package org.vocabeam.transforms.codebook;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

  public static final RecordType<DescriptorRecord> TYPE =
      RecordType.of(DescriptorRecord.class, "descriptors", DescriptorRecord::id);

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

  @Override
  public boolean equals(@Nullable Object other) {
    return RecordType.areEqual(this, other);
  }

  @Override
  public int hashCode() {
    return RecordType.hash(this);
  }
}
