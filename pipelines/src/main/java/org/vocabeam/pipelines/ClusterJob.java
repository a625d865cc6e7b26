package org.vocabeam.pipelines;

import java.io.IOException;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.FlinkCluster.Job;
import org.vocabeam.pipelines.FlinkCluster.WorkerException;

/**
 * A submitted pipeline, watched from here until it is over. Flink would try a job again whatever
 * its failure; one that the user must mend ends it at once.
 */
final class ClusterJob {
  private static final long LOOK_EVERY_MILLIS = 500;
  private static final long STEPS_EVERY_MILLIS = 2000;

  /** How long the JobManager may be away before the command gives up. */
  private static final long AWAY_MILLIS = 60_000;

  private final FlinkCluster cluster;
  private final String name;
  private final PipelineResult result;

  /**
   * @param name of the job on the cluster, no other's
   */
  ClusterJob(FlinkCluster cluster, String name, PipelineResult result) {
    this.cluster = cluster;
    this.name = name;
    this.result = result;
  }

  /**
   * Waits until the job has finished; cancels it when this JVM is asked to end.
   *
   * @param steps is told of the training steps of all replicas, as they become known
   * @throws UserError what a worker threw, or when the cluster has lost the job
   * @throws WorkerException any other failure of the job
   */
  void finish(LongConsumer steps) {
    Thread cancel = new Thread(this::cancel, "cancel-job");
    Runtime.getRuntime().addShutdownHook(cancel);
    try {
      watch(steps);
    } finally {
      removeHook(cancel);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM ends, and the hook does its work.
    }
  }

  private void watch(LongConsumer steps) {
    long seen = System.currentTimeMillis();
    long counted = seen;
    while (true) {
      long now = System.currentTimeMillis();
      try {
        Optional<Job> job = cluster.job(name);
        if (job.isEmpty()) {
          throw new UserError(
              String.format(
                  "The cluster at %s does not know the job %s any more, its JobManager was started"
                      + " anew; the same command again goes on from what is complete",
                  cluster.master(), name));
        }
        seen = now;
        if (job.get().state().equals("FINISHED")) {
          return;
        }
        check(job.get());
        if (now - counted >= STEPS_EVERY_MILLIS) {
          counted = now;
          steps.accept(steps());
        }
      } catch (IOException e) {
        if (now - seen > AWAY_MILLIS) {
          throw new UserError(
              String.format(
                  "The cluster at %s has not answered for %d s (%s); when it is back, the same"
                      + " command goes on from what is complete",
                  cluster.master(), AWAY_MILLIS / 1000, e.getMessage()),
              e);
        }
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK_EVERY_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private void check(Job job) throws IOException {
    if (job.state().equals("CANCELED")) {
      throw new UserError("The job " + name + " was cancelled on the cluster");
    }
    String trace = cluster.failure(job);
    if (trace.isEmpty() && !job.isOver()) {
      return;
    }
    WorkerException failure = new WorkerException(trace);
    Optional<UserError> userError = failure.userError();
    if (userError.isPresent()) {
      if (!job.isOver()) {
        cluster.cancel(job);
      }
      throw userError.get();
    }
    if (job.isOver()) {
      throw failure;
    }
  }

  private long steps() {
    long sum = 0;
    for (MetricResult<Long> counter :
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.named("vocabeam", "steps"))
                    .build())
            .getCounters()) {
      sum += counter.getAttempted();
    }
    return sum;
  }

  private void cancel() {
    try {
      Optional<Job> job = cluster.job(name);
      if (job.isPresent() && !job.get().isOver()) {
        cluster.cancel(job.get());
        System.err.println("Cancelled the job " + name + " on the cluster");
      }
    } catch (IOException e) {
      System.err.println("The job " + name + " may go on on the cluster: " + e.getMessage());
    }
  }
}
