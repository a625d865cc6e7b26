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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.compare.Comparison;
import org.vocabeam.pipelines.compare.ComparisonPlan;
import org.vocabeam.pipelines.compare.ComparisonPlan.Network;
import org.vocabeam.pipelines.compare.Entries;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.runner.Failure;

/** The command line of compare, and plans that are there; nothing is trained. */
class CompareCommandTest {
  @TempDir static Path directory;
  private static Path images;

  @BeforeAll
  static void ingest() throws IOException {
    images = SmallStore.of(directory, 60, 30);
  }

  private static String refused(Path output, String... options) {
    List<String> all = new ArrayList<>(List.of("compare", "--images=" + images));
    all.add("--output=" + output);
    all.add("--runner=DirectRunner");
    all.addAll(List.of(options));
    return Failure.of(assertThrows(Exception.class, () -> Vocabeam.run(all))).line();
  }

  @Test
  void whatIsWrongIsRefusedBeforeAnythingIsMade() {
    Path none = directory.resolve("none");
    assertEquals(
        "neither --budget nor --steps is given; give one, for example --budget=5", refused(none));
    assertEquals(
        "--budget is 1.0 and --steps is 5; give one of them",
        refused(none, "--budget=1", "--steps=5"));
    assertEquals("--budget is 0.0, must be minutes, more than 0", refused(none, "--budget=0"));
    assertEquals("--steps is 1, must be at least --rounds, 2", refused(none, "--steps=1"));
    assertTrue(
        refused(none, "--steps=4", "--methods=obow,mystery")
            .startsWith("--methods has mystery, must be some of autoencoder, bownet,"));
    assertEquals(
        "--methods is [obow, obow], must name each once",
        refused(none, "--steps=4", "--methods=obow,obow"));
    assertEquals(
        "--seeds is [1, 1], must name each once", refused(none, "--steps=4", "--seeds=1,1"));
    assertEquals(
        "--parallel is 2, must be 1 in one process, whose networks use all of its cores; give"
            + " --flinkMaster for runs side by side on a cluster",
        refused(none, "--steps=4", "--parallel=2"));
    assertTrue(refused(none, "--steps=4", "--testSplit=valid").contains("has no split 'valid'"));
    assertTrue(
        refused(none, "--steps=4", "--methods=colorization")
            .startsWith("no method can be trained: "));
    assertFalse(Files.exists(none));
  }

  @Test
  void anotherComparisonInTheSamePlaceIsRefused() throws IOException {
    Path output = directory.resolve("planned");
    Comparison asked =
        new Comparison(
            images.toString(),
            output.toString(),
            Entries.of(List.of("rotation"), RecipeChoice.PRESET, null),
            null,
            0.5,
            List.of(1L),
            2,
            300,
            "train",
            "test",
            PoolingChoice.GLOBAL,
            1);
    TrainingImages training = TrainingImages.open(images.toString(), "train");
    ComparisonPlan plan =
        new ComparisonPlan(
            asked.options(training),
            List.of(
                new ComparisonPlan.Method(
                    "rotation", null, List.of(new Network("rotation", 1, 3, 32, 0.1)))));
    plan.write(output.toString());
    String before = Files.readString(output.resolve("compare.json"));
    assertEquals(
        output
            + " is a comparison with budget 0.5, and now it is 0.75; give the same, or another"
            + " --output",
        refused(output, "--methods=rotation", "--budget=0.75"));
    assertTrue(
        refused(output, "--methods=obow", "--budget=0.5")
            .contains("with methods rotation, and now it is obow"));
    // The same is taken over, with its steps: nothing is timed.
    assertEquals(
        ComparisonPlan.find(output.toString()).orElseThrow(),
        asked.plan(training, new RunnerArguments().runner()));
    assertEquals(plan.methods(), asked.plan(training, new RunnerArguments().runner()).methods());
    assertFalse(Files.exists(output.resolve("speed")));
    assertEquals(before, Files.readString(output.resolve("compare.json")));
  }
}
