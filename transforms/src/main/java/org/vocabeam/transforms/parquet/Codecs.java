package org.vocabeam.transforms.parquet;

import com.google.common.base.Throwables;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.brotli.dec.BrotliInputStream;

/** Codecs of parquet-java for reading, and Brotli. LZO and the LZ4 of Hadoop are missing. */
final class Codecs implements CompressionCodecFactory {
  private final CompressionCodecFactory codecs =
      new CodecFactory(new PlainParquetConfiguration(), 0);

  /** Returns the name of a codec whose lack made reading fail. */
  static Optional<String> missing(Exception failure) {
    return Throwables.getCausalChain(failure).stream()
        .filter(MissingCodecException.class::isInstance)
        .map(Throwable::getMessage)
        .findFirst();
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    if (codec == CompressionCodecName.BROTLI) {
      return new Brotli();
    }
    try {
      return codecs.getDecompressor(codec);
    } catch (RuntimeException | LinkageError e) {
      throw new MissingCodecException(codec, e);
    }
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    return codecs.getCompressor(codec);
  }

  @Override
  public void release() {
    codecs.release();
  }

  private static final class MissingCodecException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MissingCodecException(CompressionCodecName codec, Throwable cause) {
      super(codec.name(), cause);
    }
  }

  private static final class Brotli implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput bytes, int length) throws IOException {
      return BytesInput.from(decompress(bytes.toInputStream(), length));
    }

    @Override
    public void decompress(ByteBuffer input, int bytes, ByteBuffer output, int length)
        throws IOException {
      byte[] compressed = new byte[bytes];
      input.get(compressed);
      output.put(decompress(new ByteArrayInputStream(compressed), length));
    }

    private static byte[] decompress(InputStream compressed, int length) throws IOException {
      try (InputStream in = new BrotliInputStream(compressed)) {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
          throw new EOFException("a page ends before its " + length + " bytes");
        }
        return bytes;
      }
    }

    @Override
    public void release() {}
  }
}
