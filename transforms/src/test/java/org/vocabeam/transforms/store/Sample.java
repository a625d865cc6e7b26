package org.vocabeam.transforms.store;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.parquet.RecordType;

/** A row for the tests: text, text or null, number, bytes. */
record Sample(String id, @Nullable String label, int number, byte[] content) {
  static final Schema SCHEMA =
      SchemaBuilder.record("Sample")
          .fields()
          .requiredString("id")
          .optionalString("label")
          .requiredInt("number")
          .requiredBytes("content")
          .endRecord();

  static final RecordType<Sample> TYPE =
      new RecordType<>(
          "samples", Sample.class, SCHEMA, Sample::toAvro, Sample::fromAvro, Sample::id);

  static Sample of(int number) {
    byte[] content = new byte[100 + number % 7];
    Arrays.fill(content, (byte) number);
    return new Sample("s" + number, number % 3 == 0 ? null : "c" + number % 3, number, content);
  }

  GenericRecord toAvro() {
    GenericData.Record row = new GenericData.Record(SCHEMA);
    row.put(0, id);
    row.put(1, label);
    row.put(2, number);
    row.put(3, ByteBuffer.wrap(content));
    return row;
  }

  static Sample fromAvro(GenericRecord row) {
    return new Sample(
        RecordType.string(row, "id"),
        RecordType.nullableString(row, "label"),
        RecordType.integer(row, "number"),
        RecordType.bytes(row, "content"));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sample that
        && toString().equals(that.toString())
        && Arrays.equals(content, that.content);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return id + " " + label + " " + number + " " + content.length;
  }
}
