package org.vocabeam.transforms.files;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;

/**
 * Files of one directory for a reader of local files: themselves where they are local, else copies,
 * which live as long as this object.
 *
 * <pre>{@code
 * try (LocalFiles files = LocalFiles.beside("s3://models/resnet50.pth")) {
 *   Path weights = files.get("resnet50.pth");
 * }
 * }</pre>
 */
public final class LocalFiles implements AutoCloseable {
  private final String location;
  private final Path directory;
  private final boolean copied;

  private LocalFiles(String location, Path directory, boolean copied) {
    this.location = location;
    this.directory = directory;
    this.copied = copied;
  }

  /** Returns the directory of a file. */
  public static LocalFiles beside(String file) throws IOException {
    ResourceId resource = StoreFiles.resource(file, false);
    if (StoreFiles.isLocal(resource)) {
      @Nullable Path parent = Path.of(file).getParent();
      return new LocalFiles(file, parent == null ? Path.of("") : parent, false);
    }
    return new LocalFiles(file, Files.createTempDirectory("vocabeam-"), true);
  }

  /**
   * Returns a file of the directory.
   *
   * @throws UserError if it is not there
   */
  public Path get(String name) throws IOException {
    Path file = directory.resolve(name);
    if (copied && !Files.exists(file)) {
      String remote =
          StoreFiles.name(location).equals(name)
              ? location
              : StoreFiles.resolve(location, "../" + name);
      try (InputStream in = StoreFiles.open(remote)) {
        Files.copy(in, file);
      } catch (FileNotFoundException | NoSuchFileException e) {
        throw new UserError(remote + " is not there", e);
      }
    }
    return file;
  }

  @Override
  public void close() throws IOException {
    if (copied) {
      MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
