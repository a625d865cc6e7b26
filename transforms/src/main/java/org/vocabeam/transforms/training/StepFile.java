package org.vocabeam.transforms.training;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a replica's last step to its file, every other second. */
final class StepFile implements StepObserver {
  private static final Logger LOG = LoggerFactory.getLogger(StepFile.class);
  private static final long EVERY_NANOS = 2_000_000_000L;

  private final String directory;
  private long written = System.nanoTime();

  StepFile(String directory) {
    this.directory = directory;
  }

  @Override
  public void stepped(StepReport step) {
    if (System.nanoTime() - written < EVERY_NANOS) {
      return;
    }
    written = System.nanoTime();
    try {
      step.write(directory);
    } catch (IOException e) {
      // Only the progress bar stands still: no round fails for that.
      LOG.warn("cannot report to {}: {}", directory, e.toString());
    }
  }
}
