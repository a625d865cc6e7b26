package org.vocabeam.transforms.store;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.coders.Coder;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.UserError;

/** Writes the rows of one shard, in the order of the hash of their ids, as one Parquet file. */
record ShardWriter<T>(RecordType<T> type, Map<String, String> metadata, long rowGroupBytes)
    implements Serializable {
  private static final int PAGE_BYTES = 1 << 20;

  /** Where an id belongs: which shard, and where in it. */
  static long hash(String id) {
    return Seeds.of(0, id);
  }

  private record Row<T>(long hash, String id, T value) {}

  /** Returns the number of rows. */
  long write(Iterable<T> values, String file) throws IOException {
    List<Row<T>> rows = sorted(values);
    String temporary = StoreFiles.temporary(file);
    boolean written = false;
    try {
      try (ParquetWriter<GenericRecord> writer = open(temporary, contentHash(rows))) {
        for (Row<T> row : rows) {
          writer.write(type.toAvro().apply(row.value()));
        }
      }
      StoreFiles.rename(temporary, file);
      written = true;
    } finally {
      if (!written) {
        StoreFiles.delete(temporary);
      }
    }
    return rows.size();
  }

  private List<Row<T>> sorted(Iterable<T> values) {
    List<Row<T>> rows = new ArrayList<>();
    for (T value : values) {
      String id = type.id().apply(value);
      rows.add(new Row<>(hash(id), id, value));
    }
    rows.sort(Comparator.<Row<T>>comparingLong(Row::hash).thenComparing(Row::id));
    for (int i = 1; i < rows.size(); i++) {
      if (rows.get(i).id().equals(rows.get(i - 1).id())) {
        throw new UserError(
            String.format(
                "two rows of %s have the id '%s'; ids must be unique: remove one of the two from"
                    + " the input",
                type.store(), rows.get(i).id()));
      }
    }
    return rows;
  }

  private String contentHash(List<Row<T>> rows) throws IOException {
    Coder<T> coder = type.coder();
    Hasher hasher = Hashing.murmur3_128().newHasher();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Row<T> row : rows) {
      bytes.reset();
      coder.encode(row.value(), bytes);
      hasher.putBytes(bytes.toByteArray());
    }
    return hasher.hash().toString();
  }

  private ParquetWriter<GenericRecord> open(String file, String content) throws IOException {
    Map<String, String> all = new HashMap<>(metadata);
    all.put(WriteStore.CONTENT, content);
    AvroParquetWriter.Builder<GenericRecord> builder =
        AvroParquetWriter.<GenericRecord>builder(ParquetChannels.output(file))
            .withConf(new PlainParquetConfiguration())
            .withSchema(type.schema())
            .withExtraMetaData(all)
            .withCompressionCodec(CompressionCodecName.SNAPPY)
            .withRowGroupSize(rowGroupBytes)
            .withPageSize((int) Math.min(PAGE_BYTES, rowGroupBytes))
            // The default looks at the size after 100 rows first: 100 photos are many row groups.
            .withMinRowCountForPageSizeCheck(1);
    for (Schema.Field field : type.schema().getFields()) {
      if (field.schema().getType() == Schema.Type.BYTES) {
        // Contents do not repeat and have no meaningful order.
        builder.withDictionaryEncoding(field.name(), false);
        builder.withStatisticsEnabled(field.name(), false);
      }
    }
    return builder.build();
  }
}
