package org.vocabeam.transforms.codebook;

import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * What was measured in one iteration of k-means.
 *
 * @param iteration moves that the words had behind them, from 0
 * @param inertia sum of the squared distances of all descriptors to their nearest words
 * @param emptyWords words that are nearest to no descriptor
 * @param reseeded those of them that the move after it put on the farthest descriptors
 * @param shift Frobenius norm of the move after it
 */
public record IterationRecord(
    int iteration, double inertia, int emptyWords, int reseeded, double shift) {
  public static final Schema SCHEMA =
      SchemaBuilder.record("IterationRecord")
          .namespace("org.vocabeam")
          .fields()
          .requiredInt("iteration")
          .requiredDouble("inertia")
          .requiredInt("emptyWords")
          .requiredInt("reseeded")
          .requiredDouble("shift")
          .endRecord();

  public static final RecordType<IterationRecord> TYPE =
      new RecordType<>(
          "iterations",
          IterationRecord.class,
          SCHEMA,
          IterationRecord::toAvro,
          IterationRecord::fromAvro,
          i -> WordRecord.id(i.iteration));

  public GenericRecord toAvro() {
    GenericData.Record row = new GenericData.Record(SCHEMA);
    row.put("iteration", iteration);
    row.put("inertia", inertia);
    row.put("emptyWords", emptyWords);
    row.put("reseeded", reseeded);
    row.put("shift", shift);
    return row;
  }

  public static IterationRecord fromAvro(GenericRecord row) {
    return new IterationRecord(
        RecordType.integer(row, "iteration"),
        (Double) row.get("inertia"),
        RecordType.integer(row, "emptyWords"),
        RecordType.integer(row, "reseeded"),
        (Double) row.get("shift"));
  }
}
