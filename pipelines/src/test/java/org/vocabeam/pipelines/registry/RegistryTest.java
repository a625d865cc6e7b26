package org.vocabeam.pipelines.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.Documents;

class RegistryTest {
  @TempDir private Path directory;
  private Registry registry;

  @BeforeEach
  void open() {
    registry = new Registry(directory.toString());
  }

  private ModelVersion version(int number, boolean passes) {
    VersionRequest request =
        new VersionRequest(
            number, registry.promoted(), "promoted", number, "abc", List.of("--words=16"));
    registry.begin(request);
    Map<String, Double> metrics = Map.of("linear", 0.5 + number / 100.0);
    List<Condition.Result> results =
        Gate.parse(List.of(passes ? "linear>=0%" : "linear>=100%"))
            .test(GateTest.measured(metrics), GateTest.measured(Map.of()));
    return new ModelVersion(
        request,
        10L * number,
        "checkpoint",
        "1",
        new TreeMap<>(metrics),
        new TreeMap<>(),
        results,
        passes,
        JsonNodeFactory.instance.objectNode());
  }

  private void add(int number, boolean passes) {
    registry.complete(version(number, passes));
  }

  @Test
  void theGateDecidesWhatIsPromoted() {
    assertNull(registry.promoted());
    add(1, true);
    add(2, false);
    assertEquals(1, registry.promoted());
    add(3, true);
    assertEquals(3, registry.promoted());
    assertEquals(
        List.of(Event.Kind.PROMOTED, Event.Kind.REFUSED, Event.Kind.PROMOTED),
        registry.history().stream().map(Event::kind).toList());
    Event refused = registry.history().get(1);
    assertEquals(Map.of("linear", 0.52), refused.metrics());
    assertEquals("linear>=100%: 52.00 (none promoted), does not hold", refused.reason());
    assertEquals("automatic", refused.by());
  }

  @Test
  void whatIsNotCompleteIsNotThere() {
    version(1, true);
    assertEquals(List.of(), registry.versions());
    String refused = assertThrows(UserError.class, () -> registry.promote(1)).getMessage();
    assertEquals(directory + " has no complete version 1, only none yet", refused);
  }

  /** Killed after the marker, or after the pointer. */
  @Test
  void whatAKillLeftUndecidedIsMadeUpFor() {
    Documents.write(registry.directory(1) + "/version.json", version(1, true));
    registry.settle();
    assertEquals(1, registry.promoted());
    assertEquals(1, registry.history().size());
    registry.settle();
    assertEquals(1, registry.history().size(), "decided once");
  }

  /** A version that was refused stays so, whatever is promoted by hand. */
  @Test
  void settlingLeavesManualPromotionsAlone() {
    add(1, true);
    add(2, true);
    registry.promote(1);
    registry.settle();
    assertEquals(1, registry.promoted());
  }

  @Test
  void rollingBackGoesThroughWhatWasPromoted() {
    add(1, true);
    add(2, false);
    add(3, true);
    registry.promote(2);
    assertEquals(3, registry.rollBack());
    assertEquals(3, registry.promoted());
    assertEquals(1, registry.rollBack());
    assertEquals(1, registry.promoted());
    String refused = assertThrows(UserError.class, () -> registry.rollBack()).getMessage();
    assertEquals(
        directory + " has no version to roll back to: version 1 is the first that was promoted",
        refused);
    assertEquals(
        "version 1 is promoted already",
        assertThrows(UserError.class, () -> registry.promote(1)).getMessage());
    Event last = registry.history().get(registry.history().size() - 1);
    assertEquals(Event.Kind.ROLLED_BACK, last.kind());
    assertEquals(3, last.before());
    assertEquals("manual", last.by());
  }

  @Test
  void aFailureLeavesThePromotedVersion() {
    add(1, true);
    registry.unfinished(2, false, "a disk is full");
    assertEquals(1, registry.promoted());
    assertEquals(Event.Kind.FAILED, registry.history().get(1).kind());
    assertEquals(1, registry.versions().size());
  }

  /** A reader never sees the pointer half written. */
  @Test
  void thePointerIsSwitchedAtOnce() throws Exception {
    add(1, true);
    add(2, true);
    AtomicBoolean ended = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    int[] seen = new int[3];
    Thread reader =
        new Thread(
            () -> {
              try {
                while (!ended.get()) {
                  seen[registry.promoted()]++;
                }
              } catch (RuntimeException e) {
                failure.set(e);
              }
            });
    reader.start();
    for (int i = 0; i < 60; i++) {
      registry.promote(1 + i % 2);
    }
    ended.set(true);
    reader.join();
    assertNull(failure.get());
    assertTrue(seen[1] > 0 && seen[2] > 0, seen[1] + " and " + seen[2]);
  }

  @Test
  void discardedWorkIsGone() throws Exception {
    version(1, true);
    Path part = Path.of(registry.run(1), "checkpoints/part");
    Files.createDirectories(part.getParent());
    Files.writeString(part, "x");
    registry.discard(1);
    assertTrue(registry.request(1).isEmpty());
    assertTrue(Files.notExists(part));
  }

  @Test
  void duckDbReadsTheHistory() throws Exception {
    add(1, true);
    add(2, false);
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement sql = duckdb.createStatement();
        ResultSet rows =
            sql.executeQuery(
                "SELECT string_agg(kind || version, ' ' ORDER BY number) FROM '"
                    + directory
                    + "/history/*.json'")) {
      rows.next();
      assertEquals("PROMOTED1 REFUSED2", rows.getString(1));
    }
  }
}
