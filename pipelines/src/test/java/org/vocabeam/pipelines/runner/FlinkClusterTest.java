package org.vocabeam.pipelines.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.runner.FlinkCluster.Job;
import org.vocabeam.pipelines.runner.FlinkCluster.WorkerException;
import org.vocabeam.transforms.training.TrainingStopped;

/** Checks how commands understand a cluster, whose answers come from a server of this test. */
class FlinkClusterTest {
  private static final JobID OTHER = new JobID(0, 1);
  private static final JobID MINE = new JobID(0, 2);

  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final List<String> asked = new ArrayList<>();
  private HttpServer server;
  private FlinkCluster cluster;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
          boolean cancels = exchange.getRequestMethod().equals("PATCH");
          byte[] answer =
              answers.getOrDefault(exchange.getRequestURI().toString(), "{}").getBytes(UTF_8);
          exchange.sendResponseHeaders(cancels ? 202 : 200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    cluster = new FlinkCluster("127.0.0.1:" + server.getAddress().getPort(), null);
    overview(EnvironmentInformation.getVersion());
    build(Build.fingerprint());
  }

  @AfterEach
  void close() {
    server.stop(0);
  }

  private void overview(String flink) {
    answers.put(
        "/v1/overview",
        "{\"taskmanagers\":3,\"slots-total\":6,\"slots-available\":6,\"jobs-running\":0,"
            + "\"jobs-finished\":0,\"jobs-cancelled\":0,\"jobs-failed\":0,"
            + "\"flink-commit\":\"c\",\"flink-version\":\""
            + flink
            + "\"}");
  }

  private void build(String build) {
    answers.put(
        "/v1/jobmanager/config",
        "[{\"key\":\"a\",\"value\":\"b\"},{\"key\":\"vocabeam.build\",\"value\":\""
            + build
            + "\"}]");
  }

  private static String message(org.junit.jupiter.api.function.Executable refused) {
    return assertThrows(UserError.class, refused).getMessage();
  }

  @Test
  void tellsItsSlots() {
    assertEquals(6, cluster.check());
  }

  @Test
  void refusesAnotherFlink() {
    overview("1.18.0");
    assertEquals(
        "The cluster at " + cluster.master() + " is Flink 1.18.0; 1.19.1 is needed",
        message(cluster::check));
  }

  @Test
  void refusesAnotherBuild() {
    build("0123456789ab");
    assertEquals(
        String.format(
            "The cluster at %s has build 0123456789ab in its lib, and this is build %s; start it"
                + " anew from this build",
            cluster.master(), Build.fingerprint()),
        message(cluster::check));
    answers.put("/v1/jobmanager/config", "[]");
    assertTrue(message(cluster::check).contains(" has no Vocabeam in its lib"));
  }

  @Test
  void refusesWhatIsNotThere() {
    server.stop(0);
    String message = message(cluster::check);
    assertTrue(
        message.startsWith("No Flink cluster answers at " + cluster.master() + " ("), message);
    assertEquals(
        "--flinkMaster is nowhere, must be HOST:PORT of a cluster, or [local]",
        message(() -> new FlinkCluster("nowhere", null)));
  }

  private void job(String state, String trace) {
    answers.put(
        "/v1/jobs/overview",
        "{\"jobs\":["
            + details(OTHER, "other", "RUNNING")
            + ","
            + details(MINE, "mine", state)
            + "]}");
    String entries =
        trace.isEmpty()
            ? ""
            : "{\"exceptionName\":\"x\",\"timestamp\":1,\"failureLabels\":{},\"concurrentExceptions\":[],\"stacktrace\":\""
                + trace
                + "\"}";
    answers.put(
        "/v1/jobs/" + MINE + "/exceptions",
        "{\"all-exceptions\":[],\"truncated\":false,\"exceptionHistory\":{\"truncated\":false,\"entries\":["
            + entries
            + "]}}");
  }

  private static String details(JobID id, String name, String state) {
    return String.format(
        "{\"jid\":\"%s\",\"name\":\"%s\",\"state\":\"%s\",\"start-time\":1,\"end-time\":-1,"
            + "\"duration\":1,\"last-modification\":1,\"tasks\":{\"total\":0}}",
        id, name, state);
  }

  private void finish() {
    new ClusterJob(cluster, "mine").finish(() -> {});
  }

  @Test
  void findsAJobByItsName() throws IOException {
    job("RUNNING", "");
    assertEquals(Optional.of(new Job(MINE, JobStatus.RUNNING)), cluster.job("mine"));
    assertEquals(Optional.empty(), cluster.job("unknown"));
  }

  @Test
  void waitsUntilAJobHasFinished() {
    job("FINISHED", "");
    finish();
  }

  @Test
  void cancelsWhatNoAttemptWouldMend() {
    job(
        "RESTARTING",
        "org.apache.beam.sdk.util.UserCodeException: x\\n\\tat a.b(C.java:1)\\nCaused by:"
            + " org.vocabeam.models.UserError: loss is NaN; lower it\\n\\tat org.vocabeam.d(E.java:2)");
    assertEquals("loss is NaN; lower it", message(this::finish));
    assertTrue(asked.contains("PATCH /v1/jobs/" + MINE + "?mode=cancel"), asked.toString());
  }

  @Test
  void aRunThatStoppedOnAWorkerIsKnownByItsType() {
    job(
        "FAILED",
        "a.b.C: x\\nCaused by: " + TrainingStopped.class.getName() + ": collapse\\n\\tat a");
    Throwable thrown = assertThrows(UserError.class, this::finish);
    assertEquals("collapse", TrainingStopped.in(thrown).orElseThrow().getMessage());
  }

  @Test
  void saysWhatToDoWithoutSlotsOrMemory() {
    job(
        "FAILED",
        "java.util.concurrent.CompletionException:"
            + " org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException: x\\nCaused"
            + " by: org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException: x");
    assertTrue(message(this::finish).contains("lower --parallelism"));
    job(
        "FAILED",
        "a.b.C: x\\nCaused by: java.lang.OutOfMemoryError: Java heap space\\n\\tat a.b(C)");
    assertTrue(
        message(this::finish).startsWith("Out of memory (Java heap space) on a TaskManager: "));
  }

  @Test
  void aJobThatIsLostOrCancelledIsSaid() {
    answers.put("/v1/jobs/overview", "{\"jobs\":[]}");
    assertTrue(message(this::finish).contains("does not know the job mine any more"));
    job("CANCELED", "");
    assertEquals("The job mine was cancelled on the cluster", message(this::finish));
  }

  @Test
  void anyOtherFailureNamesItsRootAndOurLine() {
    String trace =
        "a.b.Wrapper: deep\\n\\tat org.vocabeam.x.Y.z(Y.java:1)\\nCaused by:"
            + " java.lang.IllegalStateException: broken\\n\\tat q.r(S.java:3)\\n\\tat"
            + " org.vocabeam.t.U.v(U.java:4)\\n\\t... 3 more";
    job("FAILED", trace);
    WorkerException thrown = assertThrows(WorkerException.class, this::finish);
    assertEquals(
        "Unexpected java.lang.IllegalStateException: broken at org.vocabeam.t.U.v(U.java:4) on the"
            + " cluster",
        Failure.of(thrown).line());
  }

  /** A failure that is not the last word: Flink tries again. */
  @Test
  void aLostTaskManagerIsFlinksBusiness() throws InterruptedException {
    job("RESTARTING", "org.apache.flink.runtime.jobmaster.JobMasterException: TaskManager lost");
    Thread finishing = new Thread(this::finish);
    finishing.start();
    finishing.join(1200);
    assertTrue(finishing.isAlive());
    job("FINISHED", "org.apache.flink.runtime.jobmaster.JobMasterException: TaskManager lost");
    finishing.join(10_000);
    assertTrue(!finishing.isAlive());
  }
}
