package org.vocabeam.pipelines.runner;

import java.io.IOException;
import java.util.Optional;
import org.apache.flink.api.common.JobStatus;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.runner.FlinkCluster.Job;
import org.vocabeam.pipelines.runner.FlinkCluster.WorkerException;

/**
 * A submitted pipeline, watched from here until it is over. Flink would try a job again whatever
 * its failure; one that the user must mend ends it at once.
 */
public final class ClusterJob {
  private static final long LOOK_EVERY_MILLIS = 500;

  /** Time that the JobManager may be away before the command gives up. */
  private static final long AWAY_MILLIS = 60_000;

  private final FlinkCluster cluster;
  private final String name;

  /**
   * @param name unique name of the job on the cluster
   */
  public ClusterJob(FlinkCluster cluster, String name) {
    this.cluster = cluster;
    this.name = name;
  }

  /**
   * Waits until the job has finished; cancels it when this JVM is asked to end.
   *
   * @param meanwhile called again and again
   * @throws UserError that a worker threw, or when the cluster has lost the job
   * @throws WorkerException any other failure of the job
   */
  public void finish(Runnable meanwhile) {
    Thread cancel = new Thread(this::cancel, "cancel-job");
    Runtime.getRuntime().addShutdownHook(cancel);
    try {
      watch(meanwhile);
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

  private void watch(Runnable meanwhile) {
    long seen = System.currentTimeMillis();
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
        if (job.get().state() == JobStatus.FINISHED) {
          return;
        }
        check(job.get());
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
      meanwhile.run();
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
    if (job.state() == JobStatus.CANCELED) {
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
