package org.vocabeam.pipelines.run;

import java.io.IOException;
import java.util.DoubleSummaryStatistics;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.training.StepMetric;

/**
 * Metrics of the steps of a round, over its replicas.
 *
 * @param steps step to metric to its values
 */
record RoundMetrics(NavigableMap<Long, Map<String, DoubleSummaryStatistics>> steps) {

  /** Reads a store of steps. */
  static RoundMetrics read(String directory) throws IOException {
    StoreReader<StepMetric> store = StoreReader.open(StepMetric.TYPE, directory);
    NavigableMap<Long, Map<String, DoubleSummaryStatistics>> steps = new TreeMap<>();
    for (RowGroup group : store.rowGroups()) {
      try (RowReader<StepMetric> rows = store.read(group)) {
        rows.forEachRemaining(
            row ->
                steps
                    .computeIfAbsent(row.step(), step -> new TreeMap<>())
                    .computeIfAbsent(row.metric(), metric -> new DoubleSummaryStatistics())
                    .accept(row.value()));
      }
    }
    return new RoundMetrics(steps);
  }

  /** Returns the mean of a metric over all steps that have it. */
  OptionalDouble mean(String metric) {
    return steps.values().stream()
        .filter(metrics -> metrics.containsKey(metric))
        .mapToDouble(metrics -> metrics.get(metric).getAverage())
        .average();
  }

  /** Returns the metrics of the last step, as means of the replicas. */
  Map<String, Double> last() {
    Map<String, Double> last = new TreeMap<>();
    steps.lastEntry().getValue().forEach((metric, values) -> last.put(metric, values.getAverage()));
    return last;
  }
}
