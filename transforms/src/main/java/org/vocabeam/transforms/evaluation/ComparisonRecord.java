package org.vocabeam.transforms.evaluation;

import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Result of a comparison of methods: a row of a {@code comparison} store.
 *
 * @param method name of the trained method; empty for features that no method trained
 * @param seed of the run
 * @param result of its evaluation
 */
public record ComparisonRecord(String method, long seed, MetricRecord result) {
  public static final Schema SCHEMA =
      SchemaBuilder.record("ComparisonRecord")
          .namespace("org.vocabeam")
          .fields()
          .requiredString("method")
          .requiredLong("seed")
          .requiredString("features")
          .requiredString("metric")
          .requiredDouble("labelShare")
          .requiredDouble("value")
          .requiredDouble("interval")
          .endRecord();

  public static final RecordType<ComparisonRecord> TYPE =
      new RecordType<>(
          "comparison",
          ComparisonRecord.class,
          SCHEMA,
          ComparisonRecord::toAvro,
          ComparisonRecord::fromAvro,
          ComparisonRecord::id);

  private String id() {
    return method + "#" + seed + "#" + MetricRecord.TYPE.id().apply(result);
  }

  public GenericRecord toAvro() {
    GenericData.Record row = new GenericData.Record(SCHEMA);
    row.put("method", method);
    row.put("seed", seed);
    row.put("features", result.features());
    row.put("metric", result.metric());
    row.put("labelShare", result.labelShare());
    row.put("value", result.value());
    row.put("interval", result.interval());
    return row;
  }

  public static ComparisonRecord fromAvro(GenericRecord row) {
    return new ComparisonRecord(
        RecordType.string(row, "method"), (Long) row.get("seed"), MetricRecord.fromAvro(row));
  }
}
