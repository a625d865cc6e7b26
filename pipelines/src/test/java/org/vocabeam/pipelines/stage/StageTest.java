package org.vocabeam.pipelines.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.runner.BeamOptions;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.stage.Stage.Existing;
import org.vocabeam.transforms.image.RejectedRecord;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;

/** Checks what becomes of the stores that a stage finds. */
class StageTest {
  private final Runner runner = new Runner("DirectRunner", BeamOptions.NONE, null);

  @TempDir private Path directory;

  private String place(String name) {
    return directory.resolve(name).toString();
  }

  /** Runs a stage that writes one row with this reason into the stores "beside" and "last". */
  private boolean run(Existing existing, String reason) {
    Map<String, String> provenance = Map.of("command", "test", "reason", reason);
    WriteStore<RejectedRecord> beside =
        WriteStore.to(RejectedRecord.TYPE, place("beside")).withProvenance(provenance);
    WriteStore<RejectedRecord> last =
        WriteStore.to(RejectedRecord.TYPE, place("last")).withProvenance(provenance);
    return Stage.writing(beside, last)
        .existing(existing)
        .run(
            runner,
            "test",
            pipeline -> {
              var rows =
                  pipeline.apply(
                      Create.of(new RejectedRecord("a.jpg", reason))
                          .withCoder(RejectedRecord.TYPE.coder()));
              rows.apply("beside", beside);
              rows.apply("last", last);
            });
  }

  private String reason(String store) {
    List<RejectedRecord> rows = StoreReader.open(RejectedRecord.TYPE, place(store)).rows();
    assertEquals(1, rows.size());
    return rows.get(0).reason();
  }

  @Test
  void theSameStoreIsKept() {
    assertTrue(run(Existing.KEEP, "one"));
    assertFalse(run(Existing.KEEP, "one"));
    assertThrows(UserError.class, () -> run(Existing.KEEP, "two"));
    assertEquals("one", reason("last"));
  }

  @Test
  void anotherStoreIsRenewedOrReplaced() {
    run(Existing.KEEP, "one");
    assertFalse(run(Existing.RENEW, "one"));
    assertTrue(run(Existing.RENEW, "two"));
    assertEquals("two", reason("last"));
    assertTrue(run(Existing.REPLACE, "two"));
  }

  /** The stores beside it are prepared after it, so a refusal removes nothing. */
  @Test
  void aRefusalLeavesEveryStore() {
    run(Existing.KEEP, "one");
    assertThrows(UserError.class, () -> run(Existing.REFUSE, "one"));
    assertEquals("one", reason("beside"));
    assertEquals("one", reason("last"));
  }
}
