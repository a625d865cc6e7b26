package org.vocabeam.transforms.ingest;

import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Hashes by which a growing store recognises an image, a row of their store.
 *
 * @param id in the store
 * @param label class, or null
 * @param content hash of the source image before decoding: 32 hexadecimal digits
 * @param pixels hash of the stored pixels, in the same form
 */
public record ContentRecord(
    String id, @Nullable String label, String split, String content, String pixels) {
  public static final Schema SCHEMA =
      SchemaBuilder.record("ContentRecord")
          .namespace("org.vocabeam")
          .fields()
          .requiredString("id")
          .optionalString("label")
          .requiredString("split")
          .requiredString("content")
          .requiredString("pixels")
          .endRecord();

  public static final RecordType<ContentRecord> TYPE =
      new RecordType<>(
          "contents",
          ContentRecord.class,
          SCHEMA,
          ContentRecord::toAvro,
          ContentRecord::fromAvro,
          ContentRecord::id);

  public GenericRecord toAvro() {
    GenericData.Record row = new GenericData.Record(SCHEMA);
    row.put(0, id);
    row.put(1, label);
    row.put(2, split);
    row.put(3, content);
    row.put(4, pixels);
    return row;
  }

  public static ContentRecord fromAvro(GenericRecord row) {
    return new ContentRecord(
        RecordType.string(row, "id"),
        RecordType.nullableString(row, "label"),
        RecordType.string(row, "split"),
        RecordType.string(row, "content"),
        RecordType.string(row, "pixels"));
  }
}
