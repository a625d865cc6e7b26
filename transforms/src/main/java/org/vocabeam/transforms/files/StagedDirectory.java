package org.vocabeam.transforms.files;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.vocabeam.models.UserError;

/**
 * Directory of files that are made locally and then appear at any place: all at once where
 * directories can be renamed, else with the file last that readers look for. Closed without {@link
 * #commit}, it leaves nothing.
 */
public final class StagedDirectory implements AutoCloseable {
  private final ResourceId place;
  private final Path path;

  private StagedDirectory(ResourceId place, Path path) {
    this.place = place;
    this.path = path;
  }

  /**
   * Refuses a place that is taken.
   *
   * @param last the file that readers look for
   */
  public static void refuseTaken(String directory, String last) {
    ResourceId place = StoreFiles.resource(directory, true);
    try {
      // Without its last file, what is in an object store was interrupted.
      if (StoreFiles.exists(
          StoreFiles.isLocal(place) ? directory : StoreFiles.resolve(directory, last))) {
        throw new UserError(directory + " exists; choose another output, or remove it");
      }
    } catch (IOException e) {
      throw new UserError("cannot look for " + directory + ": " + e.getMessage(), e);
    }
  }

  /** Makes an empty directory, beside its place if that is local. */
  public static StagedDirectory of(String directory) throws IOException {
    ResourceId place = StoreFiles.resource(directory, true);
    if (!StoreFiles.isLocal(place)) {
      return new StagedDirectory(place, Files.createTempDirectory("vocabeam-"));
    }
    Path parent = Path.of(place.toString()).toAbsolutePath().getParent();
    Files.createDirectories(parent);
    // Not createTempDirectory: what it makes nobody else may read.
    return new StagedDirectory(
        place, Files.createDirectory(parent.resolve(".staged-" + UUID.randomUUID())));
  }

  /** Returns the directory in which the files are made. */
  public Path path() {
    return path;
  }

  /**
   * Lets the files appear.
   *
   * @param last the file that readers look for
   */
  public void commit(String last) throws IOException {
    if (StoreFiles.isLocal(place)) {
      Files.move(path, Path.of(place.toString()), StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    for (Path file : files()) {
      if (!file.equals(path.resolve(last))) {
        copy(file);
      }
    }
    copy(path.resolve(last));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      return new ArrayList<>(files.filter(Files::isRegularFile).sorted().toList());
    }
  }

  private void copy(Path file) throws IOException {
    StoreFiles.copy(file, StoreFiles.resolve(place.toString(), path.relativize(file).toString()));
  }

  @Override
  public void close() throws IOException {
    if (Files.exists(path)) {
      MoreFiles.deleteRecursively(path, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
