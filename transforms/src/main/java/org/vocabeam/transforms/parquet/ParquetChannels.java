package org.vocabeam.transforms.parquet;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import org.apache.beam.sdk.util.MimeTypes;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.SeekableInputStream;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.files.StoreFiles;

/** Parquet's view of a file of Beam's {@link org.apache.beam.sdk.io.FileSystems}. */
public final class ParquetChannels {
  private ParquetChannels() {}

  static InputFile input(String file) {
    return new Input(file);
  }

  public static Output output(String file) {
    return new Output(file);
  }

  private static final class Input implements InputFile {
    private final String file;
    private @Nullable Long length;

    Input(String file) {
      this.file = file;
    }

    @Override
    public long getLength() throws IOException {
      if (length == null) {
        try (SeekableByteChannel channel = open()) {
          length = channel.size();
        }
      }
      return length;
    }

    @Override
    public SeekableInputStream newStream() throws IOException {
      SeekableByteChannel channel = open();
      // Parquet asks for it next, and each channel asks an object store.
      length = channel.size();
      return new DelegatingSeekableInputStream(Channels.newInputStream(channel)) {
        @Override
        public long getPos() throws IOException {
          return channel.position();
        }

        @Override
        public void seek(long position) throws IOException {
          channel.position(position);
        }
      };
    }

    private SeekableByteChannel open() throws IOException {
      ReadableByteChannel channel = StoreFiles.channel(file);
      if (channel instanceof SeekableByteChannel seekable) {
        return seekable;
      }
      channel.close();
      throw new IOException("The file system of " + file + " cannot seek; Parquet needs that");
    }

    @Override
    public String toString() {
      return file; // parquet-java names the file so in its errors
    }
  }

  /** A file that is written once. */
  public static final class Output implements OutputFile {
    private final String file;
    private long position;

    private Output(String file) {
      this.file = file;
    }

    /** Bytes that were written so far: parquet-java writes at the end of a row group only. */
    public long position() {
      return position;
    }

    @Override
    public PositionOutputStream create(long blockSizeHint) throws IOException {
      OutputStream stream =
          new BufferedOutputStream(
              Channels.newOutputStream(StoreFiles.create(file, MimeTypes.BINARY)), 1 << 16);
      return new PositionOutputStream() {
        @Override
        public long getPos() {
          return position;
        }

        @Override
        public void write(int b) throws IOException {
          stream.write(b);
          position++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          stream.write(bytes, offset, length);
          position += length;
        }

        @Override
        public void flush() throws IOException {
          stream.flush();
        }

        @Override
        public void close() throws IOException {
          stream.close();
        }
      };
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) throws IOException {
      return create(blockSizeHint);
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }
}
