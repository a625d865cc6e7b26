package org.vocabeam.transforms.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * A step that a replica has taken. The last one of every replica may stand in a file beside the
 * run: a driver in another JVM sees how far its workers are.
 *
 * @param step counted from 0 over the whole run
 * @param names of the metrics, the loss first
 * @param values in the same order
 * @param waiting share of the time since the round's first step in which the network waited for
 *     images, 0 to 1. No metric of the store of steps, whose bytes do not depend on time
 * @param gpuBytes most memory of the GPU in use in the step of the round that was recorded; 0
 *     before it, and on a CPU
 */
public record StepReport(
    int replica, long step, List<String> names, float[] values, double waiting, long gpuBytes) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Returns the metrics as rows of the store of steps. */
  Stream<StepMetric> rows() {
    return IntStream.range(0, values.length)
        .mapToObj(metric -> new StepMetric(step, replica, names.get(metric), values[metric]));
  }

  float loss() {
    return values[0];
  }

  private static String file(String directory, int replica) {
    return StoreFiles.resolve(directory, "replica-" + replica + ".json");
  }

  /** Returns what a replica has reported, if it has. */
  public static Optional<StepReport> read(String directory, int replica) throws IOException {
    Optional<String> text = StoreFiles.find(file(directory, replica));
    return text.isEmpty()
        ? Optional.empty()
        : Optional.of(JSON.readValue(text.get(), StepReport.class));
  }

  void write(String directory) throws IOException {
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
