package org.vocabeam.pipelines.runner;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.runtime.rest.handler.legacy.messages.ClusterOverviewWithVersion;
import org.apache.flink.runtime.rest.messages.ClusterConfigurationInfoHeaders;
import org.apache.flink.runtime.rest.messages.ConfigurationInfo;
import org.apache.flink.runtime.rest.messages.EmptyMessageParameters;
import org.apache.flink.runtime.rest.messages.EmptyRequestBody;
import org.apache.flink.runtime.rest.messages.JobExceptionsHeaders;
import org.apache.flink.runtime.rest.messages.JobExceptionsInfoWithHistory.RootExceptionInfo;
import org.apache.flink.runtime.rest.messages.job.JobExceptionsMessageParameters;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.training.TrainingStopped;

/**
 * A Flink session cluster, asked through Flink's own REST client: TLS and high availability are
 * what the configuration of {@code --flinkConfDir} says.
 */
public final class FlinkCluster {
  /** Key of the cluster's configuration that says what its lib was built from. */
  public static final String BUILD = "vocabeam.build";

  private static final Pattern ADDRESS = Pattern.compile("([^\\s:/\\[\\]]+):(\\d{1,5})");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String master;
  private final RestClusterClient<StandaloneClusterId> client;

  /**
   * @param master HOST:PORT of the cluster's REST interface
   * @param configurationDirectory with Flink's configuration file; null without one
   */
  public FlinkCluster(String master, @Nullable String configurationDirectory) {
    Matcher address = ADDRESS.matcher(master);
    if (!address.matches()) {
      throw new UserError(
          "--flinkMaster is " + master + ", must be HOST:PORT of a cluster, or [local]");
    }
    this.master = master;
    Configuration configuration =
        configurationDirectory == null
            ? new Configuration()
            : GlobalConfiguration.loadConfiguration(configurationDirectory);
    configuration.set(RestOptions.ADDRESS, address.group(1));
    configuration.set(RestOptions.PORT, Integer.parseInt(address.group(2)));
    configuration.set(RestOptions.CONNECTION_TIMEOUT, PATIENCE.toMillis());
    // ClusterJob has patience of its own, and a cluster that is not there is said at once.
    configuration.set(RestOptions.RETRY_MAX_ATTEMPTS, 0);
    try {
      client = new RestClusterClient<>(configuration, StandaloneClusterId.getInstance());
    } catch (Exception e) {
      throw new UserError(
          "Cannot reach a cluster with the configuration of --flinkConfDir: " + e.getMessage(), e);
    }
  }

  /** Returns HOST:PORT of the REST interface. */
  public String master() {
    return master;
  }

  /** A job as the cluster knows it. */
  record Job(JobID id, JobStatus state) {
    boolean isOver() {
      return state.isGloballyTerminalState();
    }
  }

  /**
   * Checks that the cluster can run jobs of this program.
   *
   * @return its slots; 0 is possible where TaskManagers come when a job asks for them
   * @throws UserError when it is not there, or of another Flink or another build
   */
  public int check() {
    ClusterOverviewWithVersion overview;
    ConfigurationInfo configuration;
    try {
      overview = answer(client.getClusterOverview());
      configuration =
          answer(
              client.sendRequest(
                  ClusterConfigurationInfoHeaders.getInstance(),
                  EmptyMessageParameters.getInstance(),
                  EmptyRequestBody.getInstance()));
    } catch (IOException e) {
      throw new UserError(
          String.format(
              "No Flink cluster answers at %s (%s); see --flinkMaster, or start one here with"
                  + " runner-config/local-cluster start",
              master, e.getMessage()),
          e);
    }
    String needed = EnvironmentInformation.getVersion();
    if (!needed.equals(overview.getVersion())) {
      throw new UserError(
          String.format(
              "The cluster at %s is Flink %s; %s is needed",
              master, overview.getVersion(), needed));
    }
    String clusterBuild =
        configuration.stream()
            .filter(entry -> entry.getKey().equals(BUILD))
            .map(entry -> entry.getValue())
            .findFirst()
            .orElse("");
    String build = Build.fingerprint();
    if (!clusterBuild.equals(build)) {
      throw new UserError(
          String.format(
              "The cluster at %s has %s in its lib, and this is build %s; start it anew from this"
                  + " build",
              master, clusterBuild.isEmpty() ? "no Vocabeam" : "build " + clusterBuild, build));
    }
    return overview.getNumSlotsTotal();
  }

  /** Returns the job of this unique name, or nothing when the cluster knows none. */
  Optional<Job> job(String name) throws IOException {
    for (JobStatusMessage job : answer(client.listJobs())) {
      if (job.getJobName().equals(name)) {
        return Optional.of(new Job(job.getJobId(), job.getJobState()));
      }
    }
    return Optional.empty();
  }

  /** Returns the stack trace of a job's last failure; empty when nothing failed. */
  String failure(Job job) throws IOException {
    JobExceptionsMessageParameters parameters =
        JobExceptionsHeaders.getInstance().getUnresolvedMessageParameters();
    parameters.jobPathParameter.resolve(job.id());
    return answer(
            client.sendRequest(
                JobExceptionsHeaders.getInstance(), parameters, EmptyRequestBody.getInstance()))
        .getExceptionHistory()
        .getEntries()
        .stream()
        .findFirst()
        .map(RootExceptionInfo::getStacktrace)
        .orElse("");
  }

  /** Ends a job. */
  void cancel(Job job) throws IOException {
    answer(client.cancel(job.id()));
  }

  private static <T> T answer(CompletableFuture<T> future) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      String message = cause.getMessage();
      throw new IOException(message == null ? cause.getClass().getSimpleName() : message, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** A failure of a worker, of which only the text has come here. */
  static final class WorkerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final Pattern CAUSE = Pattern.compile("(?m)^(?:Caused by: )?([\\w.$]+(: .*)?)$");
    private static final Pattern OURS = Pattern.compile("(?m)^\\s+at (org\\.vocabeam\\..*)$");
    private static final Pattern USER_ERROR =
        Pattern.compile(
            String.format(
                "(?m)^(?:Caused by: )?(%s|%s): (.*)$",
                Pattern.quote(UserError.class.getName()),
                Pattern.quote(TrainingStopped.class.getName())));
    private static final Pattern NO_SLOTS =
        Pattern.compile("(?m)^(?:Caused by: )?\\S+\\.NoResourceAvailableException: ");
    private static final Pattern NO_MEMORY =
        Pattern.compile("(?m)^(?:Caused by: )?java\\.lang\\.OutOfMemoryError: (.*)$");

    private final String trace;

    WorkerException(String trace) {
      super(trace);
      this.trace = trace;
    }

    /** Returns the error that the user can mend, if it is one: no further attempt would mend it. */
    Optional<UserError> userError() {
      Matcher error = USER_ERROR.matcher(trace);
      if (error.find()) {
        String message = error.group(2);
        return Optional.of(
            error.group(1).equals(TrainingStopped.class.getName())
                ? new TrainingStopped(message)
                : new UserError(message));
      }
      if (NO_SLOTS.matcher(trace).find()) {
        return Optional.of(
            new UserError(
                "The cluster had no free slots for the job in time; lower --parallelism, start more"
                    + " TaskManagers, or wait for the other jobs"));
      }
      Matcher memory = NO_MEMORY.matcher(trace);
      return memory.find()
          ? Optional.of(
              new UserError(
                  "Out of memory ("
                      + memory.group(1)
                      + ") on a TaskManager: give it more (taskmanager.memory.process.size), or"
                      + " fewer slots"))
          : Optional.empty();
    }

    /** Returns the innermost cause, and the place in our code that is nearest to it. */
    String root() {
      String root = "failure of a worker";
      int end = 0;
      Matcher causes = CAUSE.matcher(trace);
      while (causes.find()) {
        root = causes.group(1);
        end = causes.end();
      }
      Matcher ours = OURS.matcher(trace);
      return ours.find(end) ? root + " at " + ours.group(1) : root;
    }
  }
}
