package org.vocabeam.transforms.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * The last step of a replica, in a file beside the run: how a driver in another JVM sees how far
 * its workers are.
 *
 * @param step counted from 0
 * @param names of the metrics, the loss first
 * @param values in the same order
 */
public record StepReport(long step, List<String> names, float[] values) {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static String file(String directory, int replica) {
    return StoreFiles.resolve(directory, "replica-" + replica + ".json");
  }

  /** What a replica has reported, if it has. */
  public static Optional<StepReport> read(String directory, int replica) throws IOException {
    try {
      return Optional.of(
          JSON.readValue(StoreFiles.read(file(directory, replica)), StepReport.class));
    } catch (FileNotFoundException | NoSuchFileException e) {
      return Optional.empty();
    }
  }

  void write(String directory, int replica) throws IOException {
    StoreFiles.write(file(directory, replica), JSON.writeValueAsString(this));
  }

  /** Removes the reports of all replicas, and their directory. */
  public static void remove(String directory) throws IOException {
    for (StoreFiles.Listed file : StoreFiles.list(directory)) {
      StoreFiles.delete(file.path());
    }
    StoreFiles.deleteEmptyDirectory(directory);
  }
}
