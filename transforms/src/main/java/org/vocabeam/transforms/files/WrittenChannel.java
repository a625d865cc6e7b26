package org.vocabeam.transforms.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.vocabeam.models.UserError;

/** Channel to a file, whose errors name the file: a disk is full. */
final class WrittenChannel implements WritableByteChannel {
  private final String file;
  private final WritableByteChannel channel;

  /**
   * @param file under its temporary name
   */
  WrittenChannel(String file, WritableByteChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  @Override
  public int write(ByteBuffer bytes) throws IOException {
    try {
      return ObjectStoreFailure.explained(file, () -> channel.write(bytes));
    } catch (IOException e) {
      throw unwritten(e);
    }
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    try {
      ObjectStoreFailure.explained(
          file,
          () -> {
            channel.close();
            return file;
          });
    } catch (IOException e) {
      throw unwritten(e);
    }
  }

  private UserError unwritten(IOException e) {
    return FileFailure.unwritten(StoreFiles.lasting(file), e);
  }
}
