package org.vocabeam.pipelines.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.FileTree;
import org.vocabeam.pipelines.OwnJvm;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.registry.Event;
import org.vocabeam.pipelines.registry.ModelVersion;
import org.vocabeam.pipelines.registry.Registry;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.store.StoreReader;

class RetrainCommandTest {
  @TempDir private Path directory;
  private Path folder;
  private Registry registry;

  @BeforeEach
  void draw() throws IOException {
    folder = directory.resolve("folder");
    registry = new Registry(directory.resolve("registry").toString());
    SmallStore.draw(folder, "train", 0, 39);
    SmallStore.draw(folder, "test", 40, 59);
  }

  private List<String> command(String command, String root, String... more) {
    List<String> arguments = new ArrayList<>(List.of(command, "--input=" + folder));
    arguments.addAll(
        List.of(
            "--registry=" + root,
            "--batchSize=8",
            "--words=16",
            "--rounds=2",
            "--stepsPerRound=2",
            "--runner=DirectRunner"));
    arguments.addAll(List.of(more));
    return arguments;
  }

  private void retrain(String... more) {
    Vocabeam.run(command("retrain", registry.root(), more));
  }

  private static String refused(Runnable command) {
    return Failure.of(assertThrows(Throwable.class, command::run)).line();
  }

  private List<String> history() {
    return registry.history().stream().map(e -> e.kind() + " " + e.version()).toList();
  }

  private void registry(String... arguments) {
    List<String> all = new ArrayList<>(List.of("registry"));
    all.addAll(List.of(arguments));
    all.add("--registry=" + registry.root());
    Vocabeam.run(all);
  }

  /** The whole life of a registry. */
  @Test
  @Tag("long")
  void modelsOfADataSetThatGrows() throws Exception {
    retrain("--gate=linear>=0%");
    ModelVersion first = registry.completeVersion(1);
    assertEquals(60, first.images());
    assertEquals(1, registry.promoted());
    assertTrue(Files.exists(Path.of(registry.encoder(1), "saved_model.pb")));

    retrain("--gate=linear>=0%");
    assertEquals(1, registry.versions().size(), "nothing new");

    SmallStore.draw(folder, "train", 60, 79);
    retrain("--gate=linear>=-100,linear>=100%");
    ModelVersion second = registry.completeVersion(2);
    assertFalse(second.passed());
    assertEquals(1, registry.promoted(), "refused");
    assertEquals(80, second.images());
    assertEquals(List.of(true, false), second.gate().stream().map(g -> g.holds()).toList());
    assertEquals(first.metrics().keySet(), second.parentMetrics().keySet());
    String checkpoint = RunDirectory.checkpointOf(registry.run(2));
    assertEquals(
        first.checkpoint(), Checkpoint.open(checkpoint).provenance().get("initial"), "goes on");
    assertEquals(2, Checkpoint.open(checkpoint).recipe().seed(), "with other crops");
    assertEquals(4, Checkpoint.open(checkpoint).recipe().steps(), "on a schedule of its own");
    assertFalse(StoreReader.isComplete(registry.evaluation(2, true) + "/embeddings/trained"));
    assertFalse(StoreReader.isComplete(registry.run(2) + "/checkpoints/step-000000002"));

    SmallStore.draw(folder, "train", 80, 89);
    String broken = refused(() -> retrain("--from=scratch", "--learningRate=1e30"));
    assertEquals(List.of("PROMOTED 1", "REFUSED 2", "FAILED 3"), history());
    assertEquals(broken, registry.history().get(2).reason());
    assertEquals(1, registry.promoted(), "a failure leaves it");

    retrain("--from=scratch", "--gate=linear>=-100");
    assertEquals(3, registry.promoted());
    assertEquals("scratch", registry.completeVersion(3).request().from());
    assertEquals(
        null,
        Checkpoint.open(RunDirectory.checkpointOf(registry.run(3))).provenance().get("initial"));

    registry("list");
    registry("show");
    registry("promote", "--version=2");
    assertEquals(2, registry.promoted());
    registry("rollback");
    assertEquals(3, registry.promoted());
    registry("rollback");
    assertEquals(1, registry.promoted());
    assertEquals(Event.Kind.ROLLED_BACK, registry.history().get(6).kind());
    try (var claims = Files.list(Path.of(registry.root(), "lock"))) {
      assertEquals(0, claims.count(), "nobody has the lock");
    }
  }

  @Test
  void whatCannotBeIsRefusedBeforeAnythingIsDone() {
    String gate = refused(() -> retrain("--gate=linear"));
    assertTrue(gate.startsWith("--gate has 'linear', must be METRIC>=POINTS"), gate);
    String from = refused(() -> retrain("--from=here"));
    assertEquals("--from is here, must be promoted or scratch", from);
    String minutes = refused(() -> retrain("--minutes=5"));
    assertEquals("--minutes is 5.0, must be left out beside --rounds=2", minutes);
    String method = refused(() -> retrain("--method=bownet"));
    assertTrue(method.startsWith("--method is bownet"), method);
    String cron =
        refused(() -> Vocabeam.run(command("schedule", registry.root(), "--cron=nightly")));
    assertTrue(cron.startsWith("--cron is 'nightly', must be five fields"), cron);
    assertFalse(Files.exists(Path.of(registry.root())));
    assertEquals(
        registry.root() + " has no version yet; retrain makes the first",
        refused(() -> registry("list")));
    assertEquals(
        "promote needs --version; registry list shows them", refused(() -> registry("promote")));
    String metric = refused(() -> retrain("--gate=knn>=50%"));
    assertTrue(metric.startsWith("--gate names knn, must be one of few-shot-5way-1shot, "), metric);
    String split = refused(() -> retrain("--testSplit=valid"));
    assertTrue(split.contains("has no split 'valid', only test, train"), split);
    assertEquals(List.of("FAILED 1", "FAILED 1"), history());
  }

  @Test
  @Tag("long")
  void killedAnywhereItEndsWithTheSameBytes() throws Exception {
    String whole = directory.resolve("whole").toString();
    try (OwnJvm jvm = new OwnJvm(directory.resolve("log"))) {
      jvm.finish(command("retrain", whole));
      List<String> killed = command("retrain", registry.root());
      jvm.kill(
          killed, () -> Files.isDirectory(Path.of(registry.data(), "increment-000001/added")), 0);
      jvm.kill(
          killed, () -> StoreReader.isComplete(registry.run(1) + "/checkpoints/step-000000002"), 0);
      jvm.terminate(
          killed, () -> Files.isDirectory(Path.of(registry.evaluation(1, false), "embeddings")));
      assertEquals(List.of("CANCELLED 1"), history());
      jvm.finish(killed);
      assertEquals(List.of("CANCELLED 1", "PROMOTED 1"), history());
      assertTrue(jvm.log().contains("is taken over: that process has ended"), jvm.log());
      assertTrue(jvm.log().contains("Going on with version 1"), jvm.log());
      List<String> schedule = command("schedule", registry.root(), "--cron=0 0 1 1 *");
      jvm.terminate(schedule, () -> Files.exists(Path.of(registry.root(), "schedule.json")));
    }
    for (Registry of : List.of(registry, new Registry(whole))) {
      // TensorFlow writes a graph in another order in every process; its weights are compared.
      Files.delete(Path.of(of.encoder(1), "saved_model.pb"));
      Files.deleteIfExists(Path.of(of.encoder(1), "fingerprint.pb"));
    }
    FileTree.assertSame(Path.of(whole, "versions"), Path.of(registry.root(), "versions"));
    FileTree.assertSame(Path.of(whole, "data"), Path.of(registry.root(), "data"));
  }
}
