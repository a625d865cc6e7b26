package org.vocabeam.pipelines.run;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;
import org.vocabeam.models.program.EventFile;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.training.StepMetric;

/**
 * TensorBoard events of a round: the metrics of every step, as means of the replicas.
 *
 * @param directory of the run
 * @param last steps after which the round ended
 */
record RoundEvents(RunDirectory directory, long last) {

  /** Writes the events from the committed metrics, in place of those of an interrupted attempt. */
  void write() throws IOException {
    Map<Long, Map<String, DoubleSummaryStatistics>> metrics = metrics();
    // TensorFlow writes local files only.
    Path local = Files.createTempDirectory("vocabeam-events-");
    try {
      try (EventFile events = EventFile.in(local, directory.removeEvents(last))) {
        for (var step : metrics.entrySet()) {
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

  private Map<Long, Map<String, DoubleSummaryStatistics>> metrics() throws IOException {
    StoreReader<StepMetric> store = StoreReader.open(StepMetric.TYPE, directory.steps(last));
    Map<Long, Map<String, DoubleSummaryStatistics>> metrics = new TreeMap<>();
    for (RowGroup group : store.rowGroups()) {
      try (RowReader<StepMetric> rows = store.read(group)) {
        rows.forEachRemaining(
            row ->
                metrics
                    .computeIfAbsent(row.step(), step -> new TreeMap<>())
                    .computeIfAbsent(row.metric(), metric -> new DoubleSummaryStatistics())
                    .accept(row.value()));
      }
    }
    return metrics;
  }
}
