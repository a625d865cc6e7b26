package org.vocabeam.pipelines.runner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.vocabeam.models.UserError;

/**
 * A Flink session cluster, as its REST interface tells of it.
 *
 * @param master HOST:PORT
 */
public record FlinkCluster(String master) {
  /** Key of the cluster's configuration that says what its lib was built from. */
  public static final String BUILD = "vocabeam.build";

  private static final Pattern ADDRESS = Pattern.compile("[^\\s:/\\[\\]]+:\\d{1,5}");
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();
  private static final ObjectMapper JSON = new ObjectMapper();

  public FlinkCluster {
    if (!ADDRESS.matcher(master).matches()) {
      throw new UserError(
          "--flinkMaster is " + master + ", must be HOST:PORT of a cluster, or [local]");
    }
  }

  /** A job as the cluster knows it. */
  record Job(String id, String state) {
    boolean isOver() {
      return state.equals("FINISHED") || state.equals("FAILED") || state.equals("CANCELED");
    }
  }

  /**
   * Finds out whether the cluster can run jobs of this program.
   *
   * @return its slots, perhaps 0 where TaskManagers come when a job asks for them
   * @throws UserError when it is not there, or of another Flink or another build
   */
  public int check() {
    JsonNode overview;
    JsonNode configuration;
    try {
      overview = get("/overview");
      configuration = get("/jobmanager/config");
    } catch (IOException e) {
      throw new UserError(
          String.format(
              "No Flink cluster answers at %s (%s); see --flinkMaster, or start one here with"
                  + " runner-config/local-cluster start",
              master, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
          e);
    }
    String flink = EnvironmentInformation.getVersion();
    String itsFlink = overview.path("flink-version").asText("unknown");
    if (!itsFlink.equals(flink)) {
      throw new UserError(
          String.format("The cluster at %s is Flink %s; %s is needed", master, itsFlink, flink));
    }
    String itsBuild = "";
    for (JsonNode entry : configuration) {
      if (entry.path("key").asText().equals(BUILD)) {
        itsBuild = entry.path("value").asText();
      }
    }
    String build = Build.fingerprint();
    if (!itsBuild.equals(build)) {
      throw new UserError(
          String.format(
              "The cluster at %s has %s in its lib, and this is build %s; start it anew from this"
                  + " build",
              master, itsBuild.isEmpty() ? "no Vocabeam" : "build " + itsBuild, build));
    }
    return overview.path("slots-total").asInt();
  }

  /** The job of this name, which must be no other's; nothing when the cluster knows none. */
  Optional<Job> job(String name) throws IOException {
    for (JsonNode job : get("/jobs/overview").path("jobs")) {
      if (job.path("name").asText().equals(name)) {
        return Optional.of(new Job(job.path("jid").asText(), job.path("state").asText()));
      }
    }
    return Optional.empty();
  }

  /** The stack trace of what went wrong last in a job; empty when nothing did. */
  String failure(Job job) throws IOException {
    JsonNode answer = get("/jobs/" + job.id() + "/exceptions?maxExceptions=1");
    return answer.path("exceptionHistory").path("entries").path(0).path("stacktrace").asText("");
  }

  /** Ends a job. */
  void cancel(Job job) throws IOException {
    send(
        request("/jobs/" + job.id() + "?mode=cancel")
            .method("PATCH", HttpRequest.BodyPublishers.noBody()));
  }

  private JsonNode get(String path) throws IOException {
    return JSON.readTree(send(request(path).GET()));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + master + path)).timeout(PATIENCE);
  }

  private static String send(HttpRequest.Builder request) throws IOException {
    try {
      var response = CLIENT.send(request.build(), BodyHandlers.ofString());
      if (response.statusCode() / 100 != 2) {
        throw new IOException("HTTP status " + response.statusCode());
      }
      return response.body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** What a worker threw, of which only the text has come here. */
  static final class WorkerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final Pattern CAUSE = Pattern.compile("(?m)^(?:Caused by: )?([\\w.$]+(: .*)?)$");
    private static final Pattern OURS = Pattern.compile("(?m)^\\s+at (org\\.vocabeam\\..*)$");
    private static final Pattern USER_ERROR =
        Pattern.compile(
            "(?m)^(?:Caused by: )?" + Pattern.quote(UserError.class.getName()) + ": (.*)$");
    private static final Pattern NO_SLOTS =
        Pattern.compile("(?m)^(?:Caused by: )?\\S+\\.NoResourceAvailableException: ");
    private static final Pattern NO_MEMORY =
        Pattern.compile("(?m)^(?:Caused by: )?java\\.lang\\.OutOfMemoryError: (.*)$");

    private final String trace;

    WorkerException(String trace) {
      super(trace);
      this.trace = trace;
    }

    /** What the user can mend of it, if anything: no further attempt would do it. */
    Optional<UserError> userError() {
      Matcher error = USER_ERROR.matcher(trace);
      if (error.find()) {
        return Optional.of(new UserError(error.group(1)));
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

    /** The innermost cause, and the place in our code that is nearest to it. */
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
