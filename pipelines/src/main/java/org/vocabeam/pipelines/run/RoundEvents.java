package org.vocabeam.pipelines.run;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vocabeam.models.program.EventFile;
import org.vocabeam.pipelines.inputs.RunDirectory;

/**
 * TensorBoard events of a round: the metrics of every step, as means of the replicas.
 *
 * @param directory of the run
 * @param last steps after which the round ended
 */
record RoundEvents(RunDirectory directory, long last) {

  /** Writes the events from the committed metrics, in place of those of an interrupted attempt. */
  void write(RoundMetrics metrics) throws IOException {
    // TensorFlow writes local files only.
    Path local = Files.createTempDirectory("vocabeam-events-");
    try {
      try (EventFile events = EventFile.in(local, directory.removeEvents(last))) {
        for (var step : metrics.steps().entrySet()) {
          for (var metric : step.getValue().entrySet()) {
            float mean = (float) metric.getValue().getAverage();
            events.scalar(metric.getKey(), step.getKey(), mean);
          }
        }
      }
      directory.addEvents(local);
    } finally {
      MoreFiles.deleteRecursively(local, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
