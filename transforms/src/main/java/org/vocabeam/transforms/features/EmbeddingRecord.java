package org.vocabeam.transforms.features;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.parquet.FloatList;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Features of an image: a row of an {@code embeddings} store. The column is a list of float,
 * because people open it in DuckDB, pandas and Spark.
 *
 * @param label class, or null
 * @param features not copied: neither side may change them
 */
public record EmbeddingRecord(String id, @Nullable String label, String split, float[] features) {
  public static final Schema SCHEMA =
      SchemaBuilder.record("EmbeddingRecord")
          .namespace("org.vocabeam")
          .fields()
          .requiredString("id")
          .optionalString("label")
          .requiredString("split")
          .name("embedding")
          .type()
          .array()
          .items()
          .floatType()
          .noDefault()
          .endRecord();

  public static final RecordType<EmbeddingRecord> TYPE =
      new RecordType<>(
              "embeddings",
              EmbeddingRecord.class,
              SCHEMA,
              EmbeddingRecord::toAvro,
              EmbeddingRecord::fromAvro,
              EmbeddingRecord::id)
          .withCoder(new EmbeddingCoder());

  public GenericRecord toAvro() {
    GenericData.Record row = new GenericData.Record(SCHEMA);
    row.put("id", id);
    row.put("label", label);
    row.put("split", split);
    row.put("embedding", FloatList.of(features));
    return row;
  }

  public static EmbeddingRecord fromAvro(GenericRecord row) {
    return new EmbeddingRecord(
        RecordType.string(row, "id"),
        RecordType.nullableString(row, "label"),
        RecordType.string(row, "split"),
        FloatList.toArray((List<?>) row.get("embedding")));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EmbeddingRecord that
        && id.equals(that.id)
        && Objects.equals(label, that.label)
        && split.equals(that.split)
        && Arrays.equals(features, that.features);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, Arrays.hashCode(features));
  }
}
