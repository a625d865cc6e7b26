package org.vocabeam.transforms.store;

import com.google.common.io.CountingOutputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.parquet.RecordType;

/**
 * The rows of one shard in the order of the hash of their ids. They lie encoded in a local
 * temporary file, so that a shard takes the memory of its order: about 50 bytes a row.
 */
final class RowSpool<T> implements AutoCloseable {
  /** Place of a row in the file. */
  private record Place(long hash, long offset, int length) {}

  private final RecordType<T> type;
  private final Coder<T> coder;
  private final FileChannel file;
  private final List<Place> places;

  private RowSpool(RecordType<T> type, FileChannel file, List<Place> places) {
    this.type = type;
    this.coder = type.coder();
    this.file = file;
    this.places = places;
  }

  /**
   * Takes all rows, in any order.
   *
   * @throws UserError when two have the same id
   */
  static <T> RowSpool<T> of(RecordType<T> type, Iterable<T> rows) throws IOException {
    Path path = Files.createTempFile("vocabeam-", ".rows");
    // Where the system can, the file has no name from now on: nothing is left, whatever happens.
    FileChannel file =
        FileChannel.open(
            path,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    try {
      RowSpool<T> spool = new RowSpool<>(type, file, write(type, rows, file, path));
      spool.sort();
      return spool;
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static <T> List<Place> write(
      RecordType<T> type, Iterable<T> rows, FileChannel file, Path path) {
    Coder<T> coder = type.coder();
    List<Place> places = new ArrayList<>();
    try {
      CountingOutputStream out =
          new CountingOutputStream(
              new BufferedOutputStream(Channels.newOutputStream(file), 1 << 16));
      for (T row : rows) {
        long offset = out.getCount();
        coder.encode(row, out);
        long hash = ShardWriter.hash(type.id(row));
        places.add(new Place(hash, offset, Math.toIntExact(out.getCount() - offset)));
      }
      out.flush();
    } catch (IOException e) {
      throw new UserError(
          String.format(
              "cannot keep the rows of a shard in %s: %s; give room there, or another place with"
                  + " VOCABEAM_JAVA_OPTS=-Djava.io.tmpdir=DIR",
              path.getParent(), e.getMessage()),
          e);
    }
    return places;
  }

  private void sort() {
    // Two ids hardly ever have the same hash: then they are read.
    places.sort(Comparator.comparingLong(Place::hash).thenComparing(this::id));
    for (int i = 1; i < places.size(); i++) {
      if (places.get(i).hash == places.get(i - 1).hash
          && id(places.get(i)).equals(id(places.get(i - 1)))) {
        throw new UserError(
            String.format(
                "two rows of %s have the id '%s'; ids must be unique: remove one of the two from"
                    + " the input",
                type.store(), id(places.get(i))));
      }
    }
  }

  private String id(Place place) {
    try {
      return type.id(decode(bytes(place)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int size() {
    return places.size();
  }

  T row(int row) throws IOException {
    return decode(bytes(places.get(row)));
  }

  private T decode(byte[] bytes) throws IOException {
    return coder.decode(new ByteArrayInputStream(bytes));
  }

  private byte[] bytes(Place place) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(place.length);
    while (bytes.hasRemaining()) {
      if (file.read(bytes, place.offset + bytes.position()) < 0) {
        throw new EOFException("a temporary file of rows was cut off");
      }
    }
    return bytes.array();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
