package org.vocabeam.pipelines;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.beam.sdk.io.FileSystem;
import org.apache.beam.sdk.io.FileSystemRegistrar;
import org.apache.beam.sdk.io.fs.CreateOptions;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.io.fs.MoveOptions;
import org.apache.beam.sdk.io.fs.ResolveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.beam.sdk.options.PipelineOptions;

/** Local files as {@code limited:///PATH}, on a disk that is full after so many bytes. */
public final class LimitedDisk extends FileSystem<LimitedDisk.Place> {
  private static final String SCHEME = "limited";
  private static final AtomicLong ROOM = new AtomicLong(Long.MAX_VALUE);

  /** Lets so many more bytes be written. */
  static void giveRoom(long bytes) {
    ROOM.set(bytes);
  }

  /** A path on the disk. */
  static String path(Path file) {
    return SCHEME + "://" + file;
  }

  /** Makes it known to Beam. */
  public static final class Registrar implements FileSystemRegistrar {
    @Override
    public Iterable<FileSystem<?>> fromOptions(PipelineOptions options) {
      return List.of(new LimitedDisk());
    }
  }

  /**
   * A file or a directory.
   *
   * @param path with / at its end for a directory
   */
  record Place(String path) implements ResourceId {
    Path local() {
      return Path.of(path);
    }

    @Override
    public ResourceId resolve(String other, ResolveOptions options) {
      return new Place(path + other);
    }

    @Override
    public ResourceId getCurrentDirectory() {
      return new Place(path.substring(0, path.lastIndexOf('/') + 1));
    }

    @Override
    public String getScheme() {
      return SCHEME;
    }

    @Override
    public String getFilename() {
      return local().getFileName().toString();
    }

    @Override
    public boolean isDirectory() {
      return path.endsWith("/");
    }

    @Override
    public String toString() {
      return SCHEME + "://" + path;
    }
  }

  private record Limited(FileChannel file) implements WritableByteChannel {
    @Override
    public int write(ByteBuffer bytes) throws IOException {
      if (ROOM.addAndGet(-bytes.remaining()) < 0) {
        throw new IOException("No space left on device");
      }
      return file.write(bytes);
    }

    @Override
    public boolean isOpen() {
      return file.isOpen();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  @Override
  protected List<MatchResult> match(List<String> specs) throws IOException {
    List<MatchResult> results = new ArrayList<>();
    for (String spec : specs) {
      Path root = matchNewResource(spec.replace("**", ""), false).local();
      List<MatchResult.Metadata> files = new ArrayList<>();
      if (Files.exists(root)) {
        try (Stream<Path> paths = Files.walk(root)) {
          for (Path file : (Iterable<Path>) paths.filter(Files::isRegularFile)::iterator) {
            files.add(
                MatchResult.Metadata.builder()
                    .setResourceId(new Place(file.toString()))
                    .setSizeBytes(Files.size(file))
                    .setIsReadSeekEfficient(true)
                    .build());
          }
        }
      }
      results.add(MatchResult.create(MatchResult.Status.OK, files));
    }
    return results;
  }

  @Override
  protected WritableByteChannel create(Place file, CreateOptions options) throws IOException {
    Files.createDirectories(file.local().getParent());
    return new Limited(
        FileChannel.open(file.local(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  @Override
  protected ReadableByteChannel open(Place file) throws IOException {
    return FileChannel.open(file.local(), StandardOpenOption.READ);
  }

  @Override
  protected void copy(List<Place> from, List<Place> to) throws IOException {
    for (int i = 0; i < from.size(); i++) {
      Files.copy(from.get(i).local(), to.get(i).local(), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Override
  protected void rename(List<Place> from, List<Place> to, MoveOptions... options)
      throws IOException {
    for (int i = 0; i < from.size(); i++) {
      Files.move(from.get(i).local(), to.get(i).local(), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Override
  protected void delete(Collection<Place> files) throws IOException {
    for (Place file : files) {
      Files.deleteIfExists(file.local());
    }
  }

  @Override
  protected Place matchNewResource(String spec, boolean isDirectory) {
    String path = spec.substring((SCHEME + "://").length());
    return new Place(isDirectory && !path.endsWith("/") ? path + "/" : path);
  }

  @Override
  protected String getScheme() {
    return SCHEME;
  }
}
