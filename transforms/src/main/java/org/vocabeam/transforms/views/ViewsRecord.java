package org.vocabeam.transforms.views;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Views of one image in one epoch: a row of a {@code views} store.
 *
 * @param id of the image
 * @param epoch of the run, from 0
 * @param label of the image, or null
 * @param split of the image
 * @param views by kind of view, in the order of the method, and by crop
 */
public record ViewsRecord(
    String id, long epoch, @Nullable String label, String split, List<View> views) {
  private static final Schema VIEW =
      SchemaBuilder.record("View")
          .namespace("org.vocabeam")
          .fields()
          .requiredString("view")
          .requiredInt("crop")
          .requiredInt("size")
          .requiredInt("channels")
          .requiredBytes("bytes")
          .endRecord();

  public static final Schema SCHEMA =
      SchemaBuilder.record("ViewsRecord")
          .namespace("org.vocabeam")
          .fields()
          .requiredString("id")
          .requiredLong("epoch")
          .optionalString("label")
          .requiredString("split")
          .name("views")
          .type()
          .array()
          .items(VIEW)
          .noDefault()
          .endRecord();

  public static final RecordType<ViewsRecord> TYPE =
      new RecordType<>(
          "views",
          ViewsRecord.class,
          SCHEMA,
          ViewsRecord::toAvro,
          ViewsRecord::fromAvro,
          ViewsRecord::id);

  /**
   * One view.
   *
   * @param view name of the kind of view
   * @param crop number among the views of the kind, from 0
   * @param size of its sides in pixels
   * @param channels 1 or 3
   * @param bytes {@code [size, size, channels]}, row-major. Not copied: neither side may change
   *     them
   */
  public record View(String view, int crop, int size, int channels, byte[] bytes) {
    public View {
      checkArgument(
          crop >= 0 && size > 0 && (channels == 1 || channels == 3),
          "crop %s of view %s is %s pixels with %s channels",
          crop,
          view,
          size,
          channels);
      checkArgument(
          bytes.length == (long) size * size * channels,
          "crop %s of view %s of %s pixels with %s channels has %s bytes",
          crop,
          view,
          size,
          channels,
          bytes.length);
    }

    private GenericRecord toAvro() {
      GenericData.Record row = new GenericData.Record(VIEW);
      row.put("view", view);
      row.put("crop", crop);
      row.put("size", size);
      row.put("channels", channels);
      row.put("bytes", ByteBuffer.wrap(bytes));
      return row;
    }

    private static View fromAvro(GenericRecord row) {
      return new View(
          RecordType.string(row, "view"),
          RecordType.integer(row, "crop"),
          RecordType.integer(row, "size"),
          RecordType.integer(row, "channels"),
          RecordType.bytes(row, "bytes"));
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof View that
          && view.equals(that.view)
          && crop == that.crop
          && size == that.size
          && channels == that.channels
          && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return Objects.hash(view, crop, Arrays.hashCode(bytes));
    }

    @Override
    public String toString() {
      return String.format(
          "View[%s %d, %d x %d x %d, %d]", view, crop, size, size, channels, hashCode());
    }
  }

  public ViewsRecord {
    checkArgument(epoch >= 0, "epoch is %s, must be at least 0", epoch);
    views = List.copyOf(views);
  }

  /** Returns the store of an epoch's views, in the directory of all epochs. */
  public static String directory(String epochs, long epoch) {
    return StoreFiles.resolve(epochs, String.format(Locale.ROOT, "epoch-%06d", epoch));
  }

  public GenericRecord toAvro() {
    GenericData.Record row = new GenericData.Record(SCHEMA);
    row.put("id", id);
    row.put("epoch", epoch);
    row.put("label", label);
    row.put("split", split);
    row.put("views", views.stream().map(View::toAvro).toList());
    return row;
  }

  public static ViewsRecord fromAvro(GenericRecord row) {
    return new ViewsRecord(
        RecordType.string(row, "id"),
        (Long) row.get("epoch"),
        RecordType.nullableString(row, "label"),
        RecordType.string(row, "split"),
        ((List<?>) row.get("views"))
            .stream().map(GenericRecord.class::cast).map(View::fromAvro).toList());
  }
}
