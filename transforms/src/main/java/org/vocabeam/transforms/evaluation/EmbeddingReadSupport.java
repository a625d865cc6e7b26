package org.vocabeam.transforms.evaluation;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.api.InitContext;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.store.RowGroup;
import org.vocabeam.transforms.store.RowReader;

/**
 * Reads embeddings straight into arrays. Avro's reader makes an object of every float, which took
 * most of the time of an evaluation.
 */
final class EmbeddingReadSupport extends ReadSupport<EmbeddingRecord> {

  /** The rows of a row group of an embeddings store. */
  static RowReader<EmbeddingRecord> read(RowGroup group) throws IOException {
    return RowReader.of(
        group, new EmbeddingReadSupport(), new PlainParquetConfiguration(), EmbeddingRecord.class);
  }

  @Override
  public ReadContext init(InitContext context) {
    return new ReadContext(context.getFileSchema());
  }

  /** Abstract in parquet-java although deprecated: the other one is called. */
  @Override
  @Deprecated
  public RecordMaterializer<EmbeddingRecord> prepareForRead(
      Configuration configuration,
      Map<String, String> metadata,
      MessageType schema,
      ReadContext context) {
    return new Materializer(schema);
  }

  @Override
  public RecordMaterializer<EmbeddingRecord> prepareForRead(
      ParquetConfiguration configuration,
      Map<String, String> metadata,
      MessageType schema,
      ReadContext context) {
    return new Materializer(schema);
  }

  private static final class Materializer extends RecordMaterializer<EmbeddingRecord> {
    private final Row row;

    Materializer(MessageType schema) {
      row = new Row(schema);
    }

    @Override
    public EmbeddingRecord getCurrentRecord() {
      return new EmbeddingRecord(
          row.id.text(), row.label.value, row.split.text(), row.features.toArray());
    }

    @Override
    public GroupConverter getRootConverter() {
      return row;
    }
  }

  private static final class Row extends GroupConverter {
    final Text id = new Text();
    final Text label = new Text();
    final Text split = new Text();
    final Floats features = new Floats();
    private final Converter[] fields;

    Row(MessageType schema) {
      fields =
          schema.getFields().stream()
              .map(
                  field ->
                      switch (field.getName()) {
                        case "id" -> id;
                        case "label" -> label;
                        case "split" -> split;
                        default -> list(field.asGroupType());
                      })
              .toArray(Converter[]::new);
    }

    /** A list is a group of repeated floats, or of repeated groups of one float. */
    private GroupConverter list(GroupType list) {
      Type repeated = list.getType(0);
      return new Only(repeated.isPrimitive() ? features : new Only(features));
    }

    @Override
    public Converter getConverter(int field) {
      return fields[field];
    }

    @Override
    public void start() {
      label.value = null;
      features.size = 0;
    }

    @Override
    public void end() {}
  }

  private static final class Only extends GroupConverter {
    private final Converter only;

    Only(Converter only) {
      this.only = only;
    }

    @Override
    public Converter getConverter(int field) {
      return only;
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }

  private static final class Text extends PrimitiveConverter {
    @Nullable String value;

    String text() {
      return String.valueOf(value);
    }

    @Override
    public void addBinary(Binary binary) {
      value = binary.toStringUsingUTF8();
    }
  }

  private static final class Floats extends PrimitiveConverter {
    private float[] values = new float[512];
    private int size;

    float[] toArray() {
      return Arrays.copyOf(values, size);
    }

    @Override
    public void addFloat(float value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = value;
    }
  }
}
