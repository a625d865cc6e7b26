package org.vocabeam.pipelines.metrics;

import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.runners.core.metrics.CounterCell;
import org.apache.beam.runners.core.metrics.GaugeCell;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.flink.metrics.CharacterFilter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.LogicalScopeProvider;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.vocabeam.transforms.image.Rejection;
import org.vocabeam.transforms.metrics.WorkerGauge;
import org.vocabeam.transforms.metrics.WorkerMetric;

/**
 * A reporter that is also given Beam's process-wide metrics, as {@code
 * flink_taskmanager_vocabeam_NAME} with the labels of the TaskManager. They are there from its
 * start, as 0.
 */
final class WorkerMetrics implements MetricReporter {
  private static final MetricsContainerImpl COUNTED = countedHere();
  private static final String TASK_MANAGER = "<tm_id>";

  private final MetricReporter reporter;
  private boolean shown;

  WorkerMetrics(MetricReporter reporter) {
    this.reporter = reporter;
  }

  private static MetricsContainerImpl countedHere() {
    MetricsContainerImpl container = MetricsContainerImpl.createProcessWideContainer();
    MetricsEnvironment.setProcessWideContainer(container);
    return container;
  }

  @Override
  public void open(MetricConfig config) {
    reporter.open(config);
  }

  @Override
  public void close() {
    reporter.close();
  }

  @Override
  public synchronized void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    reporter.notifyOfAddedMetric(metric, name, group);
    Map<String, String> labels = group.getAllVariables();
    if (!shown && labels.containsKey(TASK_MANAGER)) {
      shown = true;
      show(Map.of(TASK_MANAGER, labels.get(TASK_MANAGER), "<host>", labels.get("<host>")));
    }
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
    reporter.notifyOfRemovedMetric(metric, name, group);
  }

  private void show(Map<String, String> labels) {
    for (WorkerMetric metric : WorkerMetric.values()) {
      switch (metric) {
        case LOSS, WAITING, NEIGHBOURS, RANKME -> {
          GaugeCell cell = COUNTED.getGauge(metric.beamName());
          show(metric, () -> cell.getCumulative().value() * WorkerGauge.UNIT, labels);
        }
        case REJECTED -> {
          for (Rejection rejection : Rejection.values()) {
            CounterCell cell = COUNTED.getCounter(metric.beamName(rejection.reason()));
            Map<String, String> all = new TreeMap<>(labels);
            all.put("<reason>", rejection.reason());
            show(metric, cell::getCumulative, all);
          }
        }
        default -> show(metric, COUNTED.getCounter(metric.beamName())::getCumulative, labels);
      }
    }
  }

  private void show(WorkerMetric metric, Gauge<Number> value, Map<String, String> labels) {
    reporter.notifyOfAddedMetric(value, metric.text(), new Scope(labels));
  }

  /** Where Flink would have registered them, had it a place for a process's own metrics. */
  private static final class Scope extends UnregisteredMetricsGroup
      implements LogicalScopeProvider {
    private final Map<String, String> labels;

    Scope(Map<String, String> labels) {
      this.labels = labels;
    }

    @Override
    public Map<String, String> getAllVariables() {
      return labels;
    }

    @Override
    public String getLogicalScope(CharacterFilter filter) {
      return getLogicalScope(filter, '.');
    }

    @Override
    public String getLogicalScope(CharacterFilter filter, char delimiter) {
      return "taskmanager" + delimiter + "vocabeam";
    }

    @Override
    public MetricGroup getWrappedMetricGroup() {
      return this;
    }
  }
}
