package org.vocabeam.transforms.training;

import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * One number of one training step: a row of the store of steps.
 *
 * @param step counted from 0 over the whole run
 * @param metric {@code loss}, {@code embedding_std}, {@code perplexity_image/layer2}, ...
 */
public record StepMetric(long step, int replica, String metric, float value) {
  public static final Schema SCHEMA =
      SchemaBuilder.record("StepMetric")
          .namespace("org.vocabeam")
          .fields()
          .requiredLong("step")
          .requiredInt("replica")
          .requiredString("metric")
          .requiredFloat("value")
          .endRecord();

  public static final RecordType<StepMetric> TYPE =
      new RecordType<>(
          "steps", StepMetric.class, SCHEMA, StepMetric::toAvro, StepMetric::fromAvro, m -> m.id());

  private String id() {
    return step + "#" + replica + "#" + metric;
  }

  public GenericRecord toAvro() {
    GenericData.Record row = new GenericData.Record(SCHEMA);
    row.put("step", step);
    row.put("replica", replica);
    row.put("metric", metric);
    row.put("value", value);
    return row;
  }

  public static StepMetric fromAvro(GenericRecord row) {
    return new StepMetric(
        (Long) row.get("step"),
        RecordType.integer(row, "replica"),
        RecordType.string(row, "metric"),
        (Float) row.get("value"));
  }
}
