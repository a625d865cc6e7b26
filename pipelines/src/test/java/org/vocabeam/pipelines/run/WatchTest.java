package org.vocabeam.pipelines.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.RunOutcome.Point;
import org.vocabeam.pipelines.run.SignalPlan.Keep;

/** Decisions on sequences of values, round by round. */
class WatchTest {
  private static final double NONE = Double.NaN;

  @TempDir Path root;
  private RunDirectory directory;

  @BeforeEach
  void claim() {
    directory = new RunDirectory(root.toString());
    directory.claim(JsonNodeFactory.instance.objectNode().put("rounds", 9));
  }

  private Watch watch(SignalPlan plan, Monitor monitor) {
    return new Watch(directory, plan, monitor);
  }

  private static void add(Watch watch, long step, double value) {
    watch.add(step, Double.isNaN(value) ? OptionalDouble.empty() : OptionalDouble.of(value));
  }

  /** Returns the number of values after which the run ends; 0 when it does not. */
  private int end(Monitor monitor, int patience, double... values) {
    Watch watch = watch(SignalPlan.USUAL.withPatience(patience), monitor);
    for (int i = 0; i < values.length; i++) {
      assertFalse(watch.hasEnded(), "ended before value " + i);
      add(watch, i + 1, values[i]);
      if (watch.hasEnded()) {
        return i + 1;
      }
    }
    return 0;
  }

  @Test
  void patienceEndsAtItsSignal() {
    assertEquals(0, end(Monitor.NEIGHBOURS, 2, 0.1, 0.2, 0.3, 0.4));
    assertEquals(3, end(Monitor.NEIGHBOURS, 1, 0.1, 0.2, 0.15));
    assertEquals(6, end(Monitor.NEIGHBOURS, 2, 0.1, 0.3, 0.2, 0.31, 0.31, 0.3));
  }

  @Test
  void equalValuesAreNoGain() {
    assertEquals(2, end(Monitor.RANKME, 1, 7, 7));
    assertEquals(0, end(Monitor.RANKME, 3, 7, 7, 7));
    assertEquals(4, end(Monitor.RANKME, 3, 7, 7, 7, 7));
  }

  @Test
  void aGainBeginsAnew() {
    assertEquals(8, end(Monitor.NEIGHBOURS, 3, 0.5, 0.4, 0.4, 0.6, 0.5, NONE, 0.5, 0.6));
  }

  @Test
  void roundsWithoutASignalDoNotCount() {
    assertEquals(7, end(Monitor.NEIGHBOURS, 2, 0.5, NONE, NONE, 0.4, NONE, NONE, 0.3));
  }

  @Test
  void theLossGainsWhereItFalls() {
    assertEquals(5, end(Monitor.LOSS, 2, 3, 2, 1, 1.5, 1.2));
  }

  @Test
  void withoutPatienceNothingEnds() {
    Watch watch = watch(SignalPlan.USUAL, Monitor.NEIGHBOURS);
    for (int i = 1; i < 50; i++) {
      add(watch, i, 1.0 / i);
      assertFalse(watch.hasEnded());
    }
    assertNull(watch.outcome().ended());
  }

  @Test
  void theReasonNamesBestAndNewest() {
    Watch watch = watch(SignalPlan.USUAL.withPatience(2), Monitor.NEIGHBOURS);
    add(watch, 100, 0.5);
    add(watch, 200, 0.625);
    add(watch, 300, 0.6);
    add(watch, 400, 0.55);
    assertEquals(
        "neighbours has not gained for 2 signals: 62.5 % after step 200, 55.0 % now",
        watch.outcome().ended());
    assertEquals(new Point(200, 0.625), watch.outcome().best());
    assertEquals(new Point(400, 0.55), watch.outcome().newest());
    assertNull(watch.outcome().kept(), "all are kept");
    assertEquals(
        List.of(
            "Rounds:      neighbours 55.0 % after step 400, best 62.5 % after step 200",
            "Ended:       after step 400 of 900: " + watch.outcome().ended()),
        watch.summary(900));
  }

  private void write(long step) throws IOException {
    Path checkpoint = Files.createDirectories(Path.of(directory.checkpoint(step)));
    Files.writeString(checkpoint.resolve("part-00000-of-00001.parquet"), "x");
    Files.writeString(checkpoint.resolve("_SUCCESS"), "{}");
  }

  private List<String> checkpoints() throws IOException {
    try (Stream<Path> found = Files.list(root.resolve("checkpoints"))) {
      return found
          .map(path -> path.getFileName().toString().substring("step-".length()))
          .map(number -> Long.toString(Long.parseLong(number)))
          .sorted()
          .toList();
    }
  }

  private List<List<String>> kept(Keep keep, double... values) throws IOException {
    Watch watch = watch(SignalPlan.USUAL.keeping(keep), Monitor.NEIGHBOURS);
    List<List<String>> kept = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      write(i + 1);
      add(watch, i + 1, values[i]);
      watch.settle();
      kept.add(checkpoints());
      assertEquals(watch.outcome(), directory.outcome().orElseThrow());
    }
    return kept;
  }

  @Test
  void bestAndNewestStay() throws IOException {
    assertEquals(
        List.of(
            List.of("1"),
            List.of("2"),
            List.of("2", "3"),
            List.of("2", "4"),
            List.of("5"),
            List.of("5", "6")),
        kept(Keep.BEST, NONE, 0.3, 0.2, 0.3, 0.4, NONE));
    assertEquals(5, directory.outcome().orElseThrow().kept());
  }

  @Test
  void theNewestStays() throws IOException {
    assertEquals(List.of(List.of("1"), List.of("2"), List.of("3")), kept(Keep.LAST, 3, 2, 1));
    assertNull(directory.outcome().orElseThrow().kept());
  }

  @Test
  void allStay() throws IOException {
    assertEquals(
        List.of(List.of("1"), List.of("1", "2"), List.of("1", "2", "3")), kept(Keep.ALL, 3, 2, 1));
  }

  /**
   * Checkpoints that a kill between run.json and their removal leaves go with the next settling.
   */
  @Test
  void removalGoesOnAfterAKill() throws IOException {
    for (long step = 1; step <= 4; step++) {
      write(step);
    }
    Files.delete(Path.of(directory.checkpoint(1), "_SUCCESS"));
    Watch watch = watch(SignalPlan.USUAL.keeping(Keep.BEST), Monitor.NEIGHBOURS);
    double[] values = {0.1, 0.9, 0.2, 0.3};
    for (int i = 0; i < values.length; i++) {
      add(watch, i + 1, values[i]);
    }
    watch.settle();
    assertEquals(List.of("2", "4"), checkpoints());
    assertTrue(Files.exists(root.resolve("run.json")));
  }

  @Test
  void theCourseIsNoPartOfTheConfiguration() {
    Watch watch = watch(SignalPlan.USUAL, Monitor.NEIGHBOURS);
    add(watch, 1, 0.5);
    watch.settle();
    directory.claim(JsonNodeFactory.instance.objectNode().put("rounds", 9));
  }
}
