package org.vocabeam.transforms.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.BoundedTrie;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Distribution;
import org.apache.beam.sdk.metrics.Gauge;
import org.apache.beam.sdk.metrics.MetricName;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.metrics.StringSet;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.util.SerializableUtils;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Counters and the loss of a worker: in the step of a job, and in the process. */
class WorkerMetricsTest {
  private static final MetricName REASON = WorkerMetric.REJECTED.beamName("no content");

  private final WorkerProcess process = new WorkerProcess();
  private MetricsContainer before;

  @BeforeEach
  void countInTheProcess() {
    before = MetricsEnvironment.getProcessWideContainer();
    MetricsEnvironment.setProcessWideContainer(process);
  }

  @AfterEach
  void restore() {
    MetricsEnvironment.setProcessWideContainer(before);
  }

  /** Counts its inputs, and passes them on. */
  private static final class Count extends DoFn<Integer, Integer> {
    private static final long serialVersionUID = 1L;

    private final WorkerCounter images = WorkerCounter.of(WorkerMetric.IMAGES);
    private final WorkerCounter rejected =
        WorkerCounter.of(Metrics.counter(Count.class, "own name"), REASON);
    private final WorkerGauge loss = WorkerGauge.of(WorkerMetric.LOSS);

    @ProcessElement
    public void count(@Element Integer n, OutputReceiver<Integer> out) {
      images.inc(n);
      rejected.inc();
      loss.set(n / 4f);
      out.output(n);
    }
  }

  /** Runs a pipeline, and returns the counters of its step. */
  private static Map<String, Long> run(Integer... numbers) {
    Pipeline pipeline = Pipeline.create();
    PCollection<Integer> counted =
        pipeline.apply(Create.of(List.of(numbers))).apply(ParDo.of(new Count()));
    PAssert.that(counted).containsInAnyOrder(numbers);
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    Map<String, Long> counters = new TreeMap<>();
    for (MetricResult<Long> counter :
        result.metrics().queryMetrics(MetricsFilter.builder().build()).getCounters()) {
      String namespace = counter.getName().getNamespace();
      if (namespace.equals("vocabeam") || namespace.equals(Count.class.getName())) {
        counters.put(counter.getName().getName(), counter.getAttempted());
      }
    }
    return counters;
  }

  @Test
  void theStepCountsForItsJobAndTheProcessForAllJobs() {
    assertEquals(Map.of("images", 10L, "own name", 4L), run(1, 2, 3, 4));
    assertEquals(
        Map.of(WorkerMetric.IMAGES.beamName(), 10L, REASON, 4L), process.counters, "first job");
    assertEquals(Map.of("images", 5L, "own name", 1L), run(5));
    assertEquals(
        Map.of(WorkerMetric.IMAGES.beamName(), 15L, REASON, 5L), process.counters, "both jobs");
  }

  @Test
  void theLossIsCountedInMillionths() {
    run(3);
    assertEquals(Map.of(WorkerMetric.LOSS.beamName(), 750_000L), process.gauges);
    WorkerGauge.of(WorkerMetric.LOSS).set(-1.5f);
    assertEquals(-1.5, process.gauges.get(WorkerMetric.LOSS.beamName()) * WorkerGauge.UNIT);
    WorkerGauge.of(WorkerMetric.LOSS).set(Float.NaN);
    assertEquals(0, process.gauges.get(WorkerMetric.LOSS.beamName()), "a gauge has no NaN");
  }

  @Test
  void withoutAContainerOnlyTheStepCounts() {
    MetricsEnvironment.setProcessWideContainer(null);
    assertEquals(Map.of("images", 7L, "own name", 2L), run(3, 4));
    assertEquals(Map.of(), process.counters);
  }

  @Test
  void aCounterCountsAfterItsWayToAWorker() {
    SerializableUtils.clone(WorkerCounter.of(WorkerMetric.STEPS)).inc(2);
    assertEquals(Map.of(WorkerMetric.STEPS.beamName(), 2L), process.counters);
  }

  @Test
  void namesAreThoseThatDashboardsUse() {
    assertEquals("vocabeam:rejected: no content", REASON.getNamespace() + ":" + REASON.getName());
    assertEquals(
        "vocabeam:descriptors",
        WorkerMetric.DESCRIPTORS.beamName().getNamespace() + ":" + WorkerMetric.DESCRIPTORS.text());
  }

  /** Metrics of a process, as Beam's own without the rest. */
  private static final class WorkerProcess implements MetricsContainer {
    private static final long serialVersionUID = 1L;

    private final Map<MetricName, Long> counters = new ConcurrentHashMap<>();
    private final Map<MetricName, Long> gauges = new ConcurrentHashMap<>();

    @Override
    public Counter getCounter(MetricName name) {
      return new Counter() {
        @Override
        public void inc() {
          inc(1);
        }

        @Override
        public void inc(long n) {
          counters.merge(name, n, Long::sum);
        }

        @Override
        public void dec() {
          inc(-1);
        }

        @Override
        public void dec(long n) {
          inc(-n);
        }

        @Override
        public MetricName getName() {
          return name;
        }
      };
    }

    @Override
    public Gauge getGauge(MetricName name) {
      return new Gauge() {
        @Override
        public void set(long value) {
          gauges.put(name, value);
        }

        @Override
        public MetricName getName() {
          return name;
        }
      };
    }

    @Override
    public Distribution getDistribution(MetricName name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public StringSet getStringSet(MetricName name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public BoundedTrie getBoundedTrie(MetricName name) {
      throw new UnsupportedOperationException();
    }
  }
}
