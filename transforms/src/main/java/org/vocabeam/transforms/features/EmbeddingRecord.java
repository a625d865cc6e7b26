package org.vocabeam.transforms.features;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * Features of an image: a row of a store of embeddings. The column is a list of float, because
 * people open it in DuckDB, pandas and Spark.
 *
 * @param label class, or null
 * @param embedding [C]; not copied: neither side may change them
 */
public record EmbeddingRecord(String id, @Nullable String label, String split, float[] embedding) {
  public static final RecordType<EmbeddingRecord> TYPE =
      RecordType.of(EmbeddingRecord.class, "embeddings", EmbeddingRecord::id)
          .withCoder(new EmbeddingCoder());

  @Override
  public boolean equals(@Nullable Object other) {
    return RecordType.areEqual(this, other);
  }

  @Override
  public int hashCode() {
    return RecordType.hash(this);
  }
}
