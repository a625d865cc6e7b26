package org.vocabeam.transforms.store;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.coders.Coder;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.avro.AvroSchemaConverter;
import org.apache.parquet.avro.AvroWriteSupport;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.parquet.Float16Column;
import org.vocabeam.transforms.parquet.ParquetChannels;

/**
 * A shard in the making: a file under a temporary name until {@link #commit}. It holds one row
 * group in memory.
 */
public final class OpenShard<T> implements AutoCloseable {
  private static final int PAGE_BYTES = 1 << 20;

  /**
   * Parquet guesses from the rows so far when to look at the size again, at most 10,000 rows later:
   * behind the small variables of a checkpoint came its chunks of 1 MB in one page of 77 MB.
   */
  private static final int UNCHECKED_ROWS = 4;

  private final ShardWriter<T> store;
  private final int shard;
  private final String file;
  private final String temporary;
  private final Coder<T> coder;
  private final Hasher hasher = Hashing.murmur3_128().newHasher();
  private final ByteArrayOutputStream encoded = new ByteArrayOutputStream();
  private final ParquetChannels.Output output;
  private final @Nullable RowGroupTally tally;
  private final ParquetWriter<GenericRecord> writer;
  private @Nullable String last;
  private long rows;
  private boolean closed;

  OpenShard(ShardWriter<T> store, int shard) throws IOException {
    this.store = store;
    this.shard = shard;
    this.file = StoreFiles.resolve(store.directory(), store.fileName(shard));
    this.temporary = StoreFiles.temporary(file);
    this.coder = store.type().coder();
    this.output = ParquetChannels.output(temporary);
    this.tally = store.type().tallied() == null ? null : new RowGroupTally(store.type().tallied());
    this.writer = writer();
  }

  /** Adds a row; rows come in the order of the hash of their ids. */
  public void append(T row) throws IOException {
    String id = store.type().id(row);
    checkArgument(store.shardOf(id) == shard, "'%s' does not belong to shard %s", id, shard);
    checkArgument(last == null || isAfter(id, last), "'%s' does not come after '%s'", id, last);
    last = id;
    encoded.reset();
    coder.encode(row, encoded);
    hasher.putBytes(encoded.toByteArray());
    long before = output.position();
    GenericRecord written = store.type().toAvro(row);
    writer.write(written);
    rows++;
    if (tally != null) {
      tally.add(written);
      if (output.position() > before) {
        tally.endRowGroup();
      }
    }
  }

  private static boolean isAfter(String id, String before) {
    int hashes = Long.compare(ShardWriter.hash(id), ShardWriter.hash(before));
    return hashes == 0 ? id.compareTo(before) > 0 : hashes > 0;
  }

  /** Gives the file its name; returns the number of rows. */
  public long commit() throws IOException {
    writer.close();
    StoreFiles.rename(temporary, file);
    closed = true;
    return rows;
  }

  /** Removes what was not committed. */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      try {
        writer.close();
      } finally {
        StoreFiles.delete(temporary);
      }
    }
  }

  private ParquetWriter<GenericRecord> writer() throws IOException {
    MessageType schema = schema();
    Builder builder =
        new Builder(output, new HashedRows(schema))
            .withConf(new PlainParquetConfiguration())
            .withExtraMetaData(store.metadata())
            .withCompressionCodec(CompressionCodecName.SNAPPY)
            .withRowGroupSize(store.rowGroupBytes())
            .withPageSize((int) Math.min(PAGE_BYTES, store.rowGroupBytes()))
            // The default looks at the size after 100 rows first: 100 photos are many row groups.
            .withMinRowCountForPageSizeCheck(1)
            .withMaxRowCountForPageSizeCheck(UNCHECKED_ROWS);
    for (ColumnDescriptor column : schema.getColumns()) {
      PrimitiveType type = column.getPrimitiveType();
      if (isContent(type)) {
        // Contents do not repeat and have no meaningful order.
        String name = String.join(".", column.getPath());
        builder.withDictionaryEncoding(name, false);
        builder.withStatisticsEnabled(name, false);
      } else if (type.getPrimitiveTypeName() == PrimitiveTypeName.FLOAT) {
        // Hardly a value comes twice.
        builder.withDictionaryEncoding(String.join(".", column.getPath()), false);
      }
    }
    return builder.build();
  }

  private static boolean isContent(PrimitiveType type) {
    return type.getPrimitiveTypeName() == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY
        || (type.getPrimitiveTypeName() == PrimitiveTypeName.BINARY
            && type.getLogicalTypeAnnotation() == null);
  }

  private MessageType schema() {
    MessageType schema =
        new AvroSchemaConverter(new PlainParquetConfiguration()).convert(store.type().schema());
    String float16 = store.type().float16();
    return float16 == null ? schema : Float16Column.schema(schema, float16);
  }

  /** Rows of Avro, with their hash and the tally at the end of the file. */
  private final class HashedRows extends AvroWriteSupport<GenericRecord> {
    HashedRows(MessageType schema) {
      super(schema, store.type().schema(), GenericData.get());
    }

    @Override
    public void prepareForWrite(RecordConsumer file) {
      String float16 = store.type().float16();
      super.prepareForWrite(float16 == null ? file : new Float16Column(file, float16));
    }

    @Override
    public FinalizedWriteContext finalizeWrite() {
      // In one order, as the other metadata.
      Map<String, String> metadata = new TreeMap<>();
      metadata.put(WriteStore.CONTENT, hasher.hash().toString());
      if (tally != null) {
        metadata.put(tally.key(), tally.toJson());
      }
      return new FinalizedWriteContext(metadata);
    }
  }

  private static final class Builder extends ParquetWriter.Builder<GenericRecord, Builder> {
    private final WriteSupport<GenericRecord> rows;

    Builder(OutputFile file, WriteSupport<GenericRecord> rows) {
      super(file);
      this.rows = rows;
    }

    @Override
    protected Builder self() {
      return this;
    }

    /** Abstract in parquet-java although deprecated: the other one is called. */
    @Override
    @Deprecated
    protected WriteSupport<GenericRecord> getWriteSupport(Configuration configuration) {
      return rows;
    }

    @Override
    protected WriteSupport<GenericRecord> getWriteSupport(ParquetConfiguration configuration) {
      return rows;
    }
  }
}
