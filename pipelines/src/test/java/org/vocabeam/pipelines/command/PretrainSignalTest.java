package org.vocabeam.pipelines.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.FileTree;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.RunOutcome;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.training.StepMetric;

/** Signals of whole runs: their bytes, what stays, and where a run ends. */
class PretrainSignalTest {
  private static final int ROUNDS = 5;
  private static final int STEPS = 2;

  @TempDir static Path directory;
  private static Path images;
  private static Path whole;

  @BeforeAll
  static void pretrain() throws IOException {
    images = SmallStore.of(directory, 90, 30);
    whole = pretrain("whole");
  }

  private static Path pretrain(String name, String... more) {
    return run("pretrain", images, name, more);
  }

  private static Path run(String command, Path images, String name, String... more) {
    Path output = directory.resolve(name);
    List<String> arguments =
        new ArrayList<>(List.of(command, "--images=" + images, "--output=" + output));
    arguments.addAll(List.of(more));
    for (String usual :
        List.of(
            "--rounds=" + ROUNDS,
            "--stepsPerRound=" + STEPS,
            "--batchSize=8",
            "--words=16",
            "--signalImages=60",
            "--signalEvery=1",
            "--runner=DirectRunner")) {
      String option = usual.substring(0, usual.indexOf('=') + 1);
      if (Stream.of(more).noneMatch(given -> given.startsWith(option))) {
        arguments.add(usual);
      }
    }
    Vocabeam.run(arguments);
    return output;
  }

  private static RunDirectory at(Path run) {
    return new RunDirectory(run.toString());
  }

  private static RunOutcome outcome(Path run) {
    return at(run).outcome().orElseThrow();
  }

  /** Values of a metric by the steps after which they were measured. */
  private static Map<Long, Float> values(Path run, String metric) {
    Map<Long, Float> values = new TreeMap<>();
    for (long step = STEPS; step <= ROUNDS * STEPS; step += STEPS) {
      if (StoreReader.isComplete(at(run).steps(step))) {
        for (StepMetric row : StoreReader.open(StepMetric.TYPE, at(run).steps(step)).rows()) {
          if (row.metric().equals(metric)) {
            assertNull(values.put(row.step() + 1, row.value()), "once in a round");
          }
        }
      }
    }
    return values;
  }

  /** Step of the largest value, the first of equal ones. */
  private static long best(Map<Long, Float> values) {
    long best = values.keySet().iterator().next();
    for (var value : values.entrySet()) {
      best = value.getValue() > values.get(best) ? value.getKey() : best;
    }
    return best;
  }

  private static List<Long> checkpoints(Path run) {
    List<Long> found = new ArrayList<>();
    for (long step = STEPS; step <= ROUNDS * STEPS; step += STEPS) {
      if (StoreReader.isComplete(at(run).checkpoint(step))) {
        found.add(step);
      }
    }
    return found;
  }

  private static byte[] steps(Path run, long last) throws IOException {
    return Files.readAllBytes(Path.of(at(run).steps(last), "part-00000-of-00001.parquet"));
  }

  @Test
  void everyRoundHasItsSignal() {
    assertEquals(List.of(2L, 4L, 6L, 8L, 10L), List.copyOf(values(whole, "rankme").keySet()));
    Map<Long, Float> neighbours = values(whole, "neighbours");
    assertEquals(5, neighbours.size());
    neighbours
        .values()
        .forEach(v -> assertEquals(Math.rint(30 * v), 30 * v, 1e-4, "of 30 queries"));
    RunOutcome outcome = outcome(whole);
    assertEquals(10, outcome.steps());
    assertEquals("neighbours", outcome.monitor());
    assertEquals(best(neighbours), outcome.best().step());
    assertEquals(neighbours.get(10L).doubleValue(), outcome.newest().value());
    assertNull(outcome.ended());
    assertNull(outcome.kept());
    assertEquals(List.of(2L, 4L, 6L, 8L, 10L), checkpoints(whole));
  }

  @Test
  void flinkGivesTheSameBytes() throws IOException {
    Path flink = pretrain("flink", "--runner=FlinkRunner", "--flinkMaster=[local]");
    for (long step = STEPS; step <= ROUNDS * STEPS; step += STEPS) {
      assertArrayEquals(steps(whole, step), steps(flink, step), "steps to " + step);
    }
    assertEquals(outcome(whole), outcome(flink));
  }

  @Test
  void roundsWithoutASignalTrainAlike() throws IOException {
    Path few = pretrain("few", "--signalEvery=3");
    assertEquals(List.of(6L, 10L), List.copyOf(values(few, "neighbours").keySet()));
    Path none = pretrain("none", "--signalImages=0");
    assertEquals(Map.of(), values(none, "rankme"));
    assertEquals("loss", outcome(none).monitor());
    for (Path run : List.of(few, none)) {
      FileTree.assertSame(Path.of(at(whole).checkpoint(10)), Path.of(at(run).checkpoint(10)));
    }
    assertEquals(values(whole, "rankme").get(6L), values(few, "rankme").get(6L));
  }

  /** As a kill before the last commit of the third round leaves it, and one right after it. */
  @Test
  void aRunThatGoesOnHasTheSameSignals() throws IOException {
    Path killed = directory.resolve("killed");
    FileTree.copy(whole, killed);
    for (long step = 6; step <= 10; step += STEPS) {
      Files.delete(Path.of(at(killed).checkpoint(step), "_SUCCESS"));
    }
    pretrain("killed");
    FileTree.assertSame(whole, killed);
    Path best = pretrain("best", "--keep=best");
    // All rounds may be there, and run.json with the course up to the first one.
    Path late = directory.resolve("late");
    FileTree.copy(whole, late);
    ObjectMapper json = new ObjectMapper();
    Path file = late.resolve("run.json");
    JsonNode run = json.readTree(Files.readString(file));
    ((ObjectNode) run.get("outcome")).put("steps", 2);
    Files.writeString(file, run.toString());
    pretrain("late", "--keep=best");
    FileTree.assertSame(best, late);
  }

  @Test
  void theBestCheckpointStaysAndIsTaken() {
    for (String monitor : List.of("neighbours", "rankme")) {
      long best = best(values(whole, monitor));
      Path run = pretrain("best-" + monitor, "--keep=best", "--monitor=" + monitor);
      assertEquals(best == 10 ? List.of(10L) : List.of(best, 10L), checkpoints(run));
      assertEquals(best, outcome(run).kept());
      assertEquals(at(run).checkpoint(best), RunDirectory.checkpointOf(run.toString()));
    }
  }

  @Test
  void theNewestCheckpointStays() {
    Path run = pretrain("last", "--keep=last");
    assertEquals(List.of(10L), checkpoints(run));
    assertEquals(at(run).checkpoint(10), RunDirectory.checkpointOf(run.toString()));
  }

  /** A single update after the other decides as the whole run does. */
  @Test
  void patienceEndsARunAndItStaysEnded() throws IOException {
    // At a rate of nothing no weight moves, and the neighbours hardly gain.
    Path full = pretrain("still", "--learningRate=1e-30");
    Map<Long, Float> values = values(full, "neighbours");
    long expected = 0;
    int withoutGain = 0;
    float best = Float.NEGATIVE_INFINITY;
    for (var value : values.entrySet()) {
      withoutGain = value.getValue() > best ? 0 : withoutGain + 1;
      best = Math.max(best, value.getValue());
      expected = value.getKey();
      if (withoutGain == 2) {
        break;
      }
    }
    assertEquals(2, withoutGain, "a run that ends: " + values);
    assertNotEquals(10, expected, "before its last round: " + values);
    String[] options = {"--learningRate=1e-30", "--patience=2"};
    Path run = pretrain("patient", options);
    assertEquals(expected, outcome(run).steps());
    assertTrue(
        outcome(run).ended().startsWith("neighbours has not gained for 2 signals: "),
        outcome(run).ended());
    assertEquals(expected, checkpoints(run).get(checkpoints(run).size() - 1));
    Map<String, Object> times = FileTree.times(run);
    pretrain("patient", options);
    assertEquals(times, FileTree.times(run), "an ended run stays ended");
    for (int i = 0; i < ROUNDS; i++) {
      run("update", images, "updates", options);
    }
    FileTree.assertSame(run, directory.resolve("updates"));
    pretrain("patient", "--learningRate=1e-30");
    FileTree.assertSame(full, run);
  }

  @Test
  void withoutLabelsTheRankIsTheSignal() throws IOException {
    Path flat = Files.createDirectories(directory.resolve("flat"));
    try (Stream<Path> files = Files.walk(directory.resolve("folder/train"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, flat.resolve(file.getFileName()));
      }
    }
    Vocabeam.run(
        List.of(
            "ingest",
            "--input=" + flat,
            "--output=" + directory.resolve("unlabelled"),
            "--runner=DirectRunner"));
    Path unlabelled = directory.resolve("unlabelled/images");
    Path run = run("pretrain", unlabelled, "no-labels", "--rounds=2");
    assertEquals(Map.of(), values(run, "neighbours"));
    assertEquals(2, values(run, "rankme").size());
    assertEquals("rankme", outcome(run).monitor());
    Throwable failure =
        assertThrows(
            Throwable.class, () -> run("pretrain", unlabelled, "refused", "--monitor=neighbours"));
    assertEquals(
        "--monitor is neighbours, but the 60 images of the sample do not have two labels that could"
            + " be predicted; take rankme or loss",
        Failure.of(failure).line());
    assertFalse(Files.exists(directory.resolve("refused")));
  }

  @Test
  void otherSignalsInTheSameRunAreRefused() {
    Throwable failure = assertThrows(Throwable.class, () -> pretrain("whole", "--signalEvery=2"));
    String line = Failure.of(failure).line();
    assertTrue(line.contains("signalEvery 1, and now it is 2"), line);
  }

  @Test
  void whatNeedsASignalIsRefusedWithoutOne() {
    Throwable failure =
        assertThrows(Throwable.class, () -> pretrain("blind", "--signalImages=0", "--keep=best"));
    assertEquals(
        "--signalImages is 0, must be positive for --keep=best, or take --monitor=loss",
        Failure.of(failure).line());
  }
}
