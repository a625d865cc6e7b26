package org.vocabeam.transforms.signal;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Optional;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * Time that a worker took for the signal of a round, in a file beside the run until the driver has
 * read it. No store has it: stores do not depend on time.
 *
 * @param seconds of wall time
 */
public record SignalCost(double seconds) {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static String file(String directory) {
    return StoreFiles.resolve(directory, "signal.json");
  }

  /** Returns what a worker has reported, if it has. */
  public static Optional<SignalCost> read(String directory) throws IOException {
    Optional<String> text = StoreFiles.find(file(directory));
    return text.isEmpty()
        ? Optional.empty()
        : Optional.of(JSON.readValue(text.get(), SignalCost.class));
  }

  void write(String directory) throws IOException {
    StoreFiles.write(file(directory), JSON.writeValueAsString(this));
  }
}
