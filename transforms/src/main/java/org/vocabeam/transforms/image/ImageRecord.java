package org.vocabeam.transforms.image;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Image of an {@code images} store. {@link Pixels#of(ImageRecord)} decodes it.
 *
 * @param id unique name, the same whenever and wherever the source is read
 * @param label class, or null
 * @param split {@code train}, {@code test}, ..., or {@link #NO_SPLIT}
 * @param width at least 1
 * @param height at least 1
 * @param channels 1 (grey) or 3 (RGB)
 * @param encoding {@link #RAW}, {@link #JPEG} or {@link #PNG}
 * @param bytes encoded image; for raw the pixels {@code [height, width, channels]}, row-major. Not
 *     copied: neither side may change them
 */
public record ImageRecord(
    String id,
    @Nullable String label,
    String split,
    int width,
    int height,
    int channels,
    String encoding,
    byte[] bytes) {
  /** Split of an image whose source has no splits. */
  public static final String NO_SPLIT = "all";

  public static final String RAW = "raw";
  public static final String JPEG = "jpeg";
  public static final String PNG = "png";

  public static final Schema SCHEMA =
      SchemaBuilder.record("ImageRecord")
          .namespace("org.vocabeam")
          .fields()
          .requiredString("id")
          .optionalString("label")
          .requiredString("split")
          .requiredInt("width")
          .requiredInt("height")
          .requiredInt("channels")
          .requiredString("encoding")
          .requiredBytes("bytes")
          .endRecord();

  public static final RecordType<ImageRecord> TYPE =
      new RecordType<>(
              "images",
              ImageRecord.class,
              SCHEMA,
              ImageRecord::toAvro,
              ImageRecord::fromAvro,
              ImageRecord::id)
          .withTally("split");

  public ImageRecord {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(split, "split");
    if (width < 1 || height < 1 || (channels != 1 && channels != 3)) {
      throw new UserError(
          String.format(
              "image '%s' is %d x %d with %d channels; at least 1 x 1 with 1 or 3 is needed",
              id, width, height, channels));
    }
    boolean raw = encoding.equals(RAW);
    if (!raw && !encoding.equals(JPEG) && !encoding.equals(PNG)) {
      throw new UserError(
          String.format("image '%s' is encoded as '%s', must be raw, jpeg or png", id, encoding));
    }
    if (raw && bytes.length != (long) width * height * channels) {
      throw new UserError(
          String.format(
              "image '%s' of %d x %d x %d has %d bytes, must have one for every value",
              id, height, width, channels, bytes.length));
    }
  }

  public GenericRecord toAvro() {
    GenericData.Record row = new GenericData.Record(SCHEMA);
    row.put(0, id);
    row.put(1, label);
    row.put(2, split);
    row.put(3, width);
    row.put(4, height);
    row.put(5, channels);
    row.put(6, encoding);
    row.put(7, ByteBuffer.wrap(bytes));
    return row;
  }

  public static ImageRecord fromAvro(GenericRecord row) {
    return new ImageRecord(
        RecordType.string(row, "id"),
        RecordType.nullableString(row, "label"),
        RecordType.string(row, "split"),
        RecordType.integer(row, "width"),
        RecordType.integer(row, "height"),
        RecordType.integer(row, "channels"),
        RecordType.string(row, "encoding"),
        RecordType.bytes(row, "bytes"));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ImageRecord that
        && id.equals(that.id)
        && Objects.equals(label, that.label)
        && split.equals(that.split)
        && width == that.width
        && height == that.height
        && channels == that.channels
        && encoding.equals(that.encoding)
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, Arrays.hashCode(bytes));
  }

  @Override
  public String toString() {
    return String.format(
        "ImageRecord[%s, label %s, split %s, %d x %d x %d, %s, %d bytes]",
        id, label, split, height, width, channels, encoding, bytes.length);
  }
}
