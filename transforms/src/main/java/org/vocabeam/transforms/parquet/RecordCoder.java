package org.vocabeam.transforms.parquet;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Rows as Avro binary: no reflection and nothing buffered beyond the row. */
final class RecordCoder<T> extends CustomCoder<T> {
  private static final long serialVersionUID = 1L;

  private final RecordType<T> type;
  private transient @Nullable GenericDatumWriter<GenericRecord> writer;
  private transient @Nullable GenericDatumReader<GenericRecord> reader;

  RecordCoder(RecordType<T> type) {
    this.type = type;
  }

  @Override
  public void encode(T value, OutputStream out) throws IOException {
    if (writer == null) {
      writer = new GenericDatumWriter<>(type.schema());
    }
    writer.write(type.toAvro(value), EncoderFactory.get().directBinaryEncoder(out, null));
  }

  @Override
  public T decode(InputStream in) throws IOException {
    if (reader == null) {
      reader = new GenericDatumReader<>(type.schema());
    }
    GenericRecord row = reader.read(null, DecoderFactory.get().directBinaryDecoder(in, null));
    return type.fromAvro(row);
  }

  /** Avro binary has one form for a value, since no schema here has a map. */
  @Override
  public void verifyDeterministic() {}

  @Override
  public TypeDescriptor<T> getEncodedTypeDescriptor() {
    return TypeDescriptor.of(type.type());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RecordCoder<?> coder
        && coder.type.type().equals(type.type())
        && coder.type.schema().equals(type.schema());
  }

  @Override
  public int hashCode() {
    return type.type().hashCode();
  }
}
