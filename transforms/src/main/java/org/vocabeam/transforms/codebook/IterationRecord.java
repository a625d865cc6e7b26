package org.vocabeam.transforms.codebook;

import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Measurements of one iteration of k-means, a row of their store.
 *
 * @param iteration number of moves that the words had made, from 0
 * @param inertia sum of the squared distances of all descriptors to their nearest words
 * @param emptyWords number of words that are nearest to no descriptor
 * @param reseeded number of empty words that the next move put on the farthest descriptors
 * @param shift Frobenius norm of the next move
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
