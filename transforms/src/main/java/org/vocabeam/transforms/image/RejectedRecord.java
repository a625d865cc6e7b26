package org.vocabeam.transforms.image;

import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Rejected file: a row of a {@code rejected} store.
 *
 * @param id id that the image would have had
 * @param reason text of a {@link Rejection}
 */
public record RejectedRecord(String id, String reason) {
  public static final Schema SCHEMA =
      SchemaBuilder.record("RejectedRecord")
          .namespace("org.vocabeam")
          .fields()
          .requiredString("id")
          .requiredString("reason")
          .endRecord();

  public static final RecordType<RejectedRecord> TYPE =
      new RecordType<>(
          "rejected",
          RejectedRecord.class,
          SCHEMA,
          RejectedRecord::toAvro,
          RejectedRecord::fromAvro,
          RejectedRecord::id);

  public GenericRecord toAvro() {
    GenericData.Record row = new GenericData.Record(SCHEMA);
    row.put(0, id);
    row.put(1, reason);
    return row;
  }

  public static RejectedRecord fromAvro(GenericRecord row) {
    return new RejectedRecord(RecordType.string(row, "id"), RecordType.string(row, "reason"));
  }
}
