package org.vocabeam.transforms.codebook;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.apache.beam.sdk.coders.CustomCoder;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.codebook.WordSums;

/** Coder of sums between workers, with each array as one block. */
final class WordSumsCoder extends CustomCoder<WordSums> {
  private static final long serialVersionUID = 1L;

  @Override
  public void encode(WordSums sums, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(sums.channels());
    data.writeInt(sums.words());
    write(sums.counts(), out);
    write(sums.distances(), out);
    write(sums.sums(), out);
  }

  @Override
  public WordSums decode(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    int channels = data.readInt();
    int words = data.readInt();
    return new WordSums(
        channels, read(words, data), read(words, data), read(words * channels, data));
  }

  private static void write(long[] values, OutputStream out) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * values.length);
    bytes.asLongBuffer().put(values);
    out.write(bytes.array());
  }

  private static long[] read(int count, DataInputStream in) throws IOException {
    byte[] bytes = new byte[Long.BYTES * count];
    in.readFully(bytes);
    long[] values = new long[count];
    ByteBuffer.wrap(bytes).asLongBuffer().get(values);
    return values;
  }

  @Override
  public void verifyDeterministic() {}

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof WordSumsCoder;
  }

  @Override
  public int hashCode() {
    return WordSumsCoder.class.hashCode();
  }
}
