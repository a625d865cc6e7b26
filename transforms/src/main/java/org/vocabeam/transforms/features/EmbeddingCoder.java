package org.vocabeam.transforms.features;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Coder of embeddings between workers. It writes the floats as one block, Avro one by one. */
final class EmbeddingCoder extends CustomCoder<EmbeddingRecord> {
  private static final long serialVersionUID = 1L;
  private static final Coder<@Nullable String> LABEL = NullableCoder.of(StringUtf8Coder.of());

  @Override
  public void encode(EmbeddingRecord row, OutputStream out) throws IOException {
    StringUtf8Coder.of().encode(row.id(), out);
    LABEL.encode(row.label(), out);
    StringUtf8Coder.of().encode(row.split(), out);
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * row.embedding().length);
    bytes.asFloatBuffer().put(row.embedding());
    new DataOutputStream(out).writeInt(row.embedding().length);
    out.write(bytes.array());
  }

  @Override
  public EmbeddingRecord decode(InputStream in) throws IOException {
    String id = StringUtf8Coder.of().decode(in);
    String label = LABEL.decode(in);
    String split = StringUtf8Coder.of().decode(in);
    DataInputStream data = new DataInputStream(in);
    float[] features = new float[data.readInt()];
    byte[] bytes = new byte[Float.BYTES * features.length];
    data.readFully(bytes);
    ByteBuffer.wrap(bytes).asFloatBuffer().get(features);
    return new EmbeddingRecord(id, label, split, features);
  }

  @Override
  public void verifyDeterministic() {}

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EmbeddingCoder;
  }

  @Override
  public int hashCode() {
    return EmbeddingCoder.class.hashCode();
  }
}
