package org.vocabeam.transforms.labels;

import org.apache.avro.SchemaBuilder;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RecordType;

/** Row of an images store without its pixels, which are not read. */
record LabelRow(String id, @Nullable String label, String split) {
  static final RecordType<LabelRow> TYPE =
      new RecordType<>(
          ImageRecord.TYPE.store(),
          LabelRow.class,
          SchemaBuilder.record("ImageRecord")
              .namespace("org.vocabeam")
              .fields()
              .requiredString("id")
              .optionalString("label")
              .requiredString("split")
              .endRecord(),
          row -> {
            throw new IllegalStateException("images are only read here");
          },
          row ->
              new LabelRow(
                  RecordType.string(row, "id"),
                  RecordType.nullableString(row, "label"),
                  RecordType.string(row, "split")),
          LabelRow::id);
}
