package org.vocabeam.models.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A range of a file. Nothing is mapped: a file that shrinks while it is read is an error and no
 * crash of the JVM.
 *
 * @param channel of the file, open as long as tensors are read
 * @param position in bytes from the file's start
 * @param size in values
 */
record FileStorage(FileChannel channel, long position, long size) implements Storage {
  @Override
  public InputStream from(long offset) {
    return new Reader(channel, position + offset);
  }

  /** Reads on from a position, without moving the channel's own. */
  static final class Reader extends InputStream {
    private final FileChannel channel;
    private long position;

    Reader(FileChannel channel, long position) {
      this.channel = channel;
      this.position = position;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = channel.read(ByteBuffer.wrap(into, offset, length), position);
      position += Math.max(0, read);
      return read;
    }
  }
}
