package org.vocabeam.pipelines.metrics;

import java.util.Properties;
import org.apache.flink.metrics.prometheus.PrometheusReporterFactory;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/**
 * Flink's Prometheus reporter, with what this process has counted among Flink's own metrics. Flink
 * makes one where {@code metrics.reporter.NAME.factory.class} names this class, and gives it the
 * options of {@link PrometheusReporterFactory}.
 */
public final class WorkerMetricsFactory implements MetricReporterFactory {
  @Override
  public MetricReporter createMetricReporter(Properties properties) {
    return new WorkerMetrics(new PrometheusReporterFactory().createMetricReporter(properties));
  }
}
