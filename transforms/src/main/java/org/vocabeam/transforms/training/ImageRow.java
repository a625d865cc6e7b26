package org.vocabeam.transforms.training;

import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * A row of an images store as training reads it.
 *
 * @param image null where stored views take the place of its pixels
 */
record ImageRow(String id, String split, @Nullable ImageRecord image) {
  static final RecordType<ImageRow> WHOLE =
      type(
          ImageRecord.SCHEMA,
          row -> {
            ImageRecord image = ImageRecord.fromAvro(row);
            return new ImageRow(image.id(), image.split(), image);
          });

  /** Reads no other columns than id and split. */
  static final RecordType<ImageRow> WITHOUT_PIXELS =
      type(
          SchemaBuilder.record("ImageRecord")
              .namespace("org.vocabeam")
              .fields()
              .requiredString("id")
              .requiredString("split")
              .endRecord(),
          row -> new ImageRow(RecordType.string(row, "id"), RecordType.string(row, "split"), null));

  private static RecordType<ImageRow> type(
      Schema schema, SerializableFunction<GenericRecord, ImageRow> fromAvro) {
    return new RecordType<>(
        ImageRecord.TYPE.store(),
        ImageRow.class,
        schema,
        row -> {
          throw new IllegalStateException("images are only read here");
        },
        fromAvro,
        ImageRow::id);
  }
}
