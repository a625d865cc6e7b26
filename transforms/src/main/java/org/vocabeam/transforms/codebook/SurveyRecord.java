package org.vocabeam.transforms.codebook;

import java.io.Serializable;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.vocabeam.models.codebook.FixedPoint;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Survey of all descriptors before the first iteration: the row of a {@code survey} store.
 *
 * @param descriptors number of descriptors
 * @param magnitude largest absolute value of a channel
 * @param channels C
 */
public record SurveyRecord(long descriptors, double magnitude, int channels)
    implements Serializable {
  public static final Schema SCHEMA =
      SchemaBuilder.record("SurveyRecord")
          .namespace("org.vocabeam")
          .fields()
          .requiredLong("descriptors")
          .requiredDouble("magnitude")
          .requiredInt("channels")
          .endRecord();

  public static final RecordType<SurveyRecord> TYPE =
      new RecordType<>(
          "survey",
          SurveyRecord.class,
          SCHEMA,
          SurveyRecord::toAvro,
          SurveyRecord::fromAvro,
          s -> "survey");

  /** Returns the unit of sums of channels. */
  FixedPoint ofValues() {
    return FixedPoint.forSum(descriptors, magnitude);
  }

  /** Returns the unit of sums of squared distances; words lie between descriptors. */
  FixedPoint ofDistances() {
    return FixedPoint.forSum(descriptors, 4 * channels * magnitude * magnitude);
  }

  public GenericRecord toAvro() {
    GenericData.Record row = new GenericData.Record(SCHEMA);
    row.put("descriptors", descriptors);
    row.put("magnitude", magnitude);
    row.put("channels", channels);
    return row;
  }

  public static SurveyRecord fromAvro(GenericRecord row) {
    return new SurveyRecord(
        (Long) row.get("descriptors"),
        (Double) row.get("magnitude"),
        RecordType.integer(row, "channels"));
  }
}
