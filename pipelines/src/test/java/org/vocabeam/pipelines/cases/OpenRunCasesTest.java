package org.vocabeam.pipelines.cases;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
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
import org.vocabeam.pipelines.SmallStore;

/** Runs whose settings and length follow from images and minutes. */
class OpenRunCasesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path directory;
  private static Path images;

  @BeforeAll
  static void ingest() throws IOException {
    images = SmallStore.of(directory, 40, 8);
  }

  private static Printed run(String command, Path output, List<String> options) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                command,
                "--images=" + images,
                "--output=" + output,
                "--signalImages=0",
                "--runner=DirectRunner"));
    arguments.addAll(options);
    return Printed.by(arguments);
  }

  /** Returns the options that were printed, one a line, each with its reason. */
  private static List<String> printedOptions(String text) {
    return text.lines()
        .filter(line -> line.startsWith("  --"))
        .map(line -> line.strip().replaceFirst(" .*", ""))
        .toList();
  }

  /** Returns the files of a run that decide or are its result. */
  private static Map<String, byte[]> files(Path run) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    for (String part : List.of("run.json", "checkpoints", "steps")) {
      try (Stream<Path> all = Files.walk(run.resolve(part))) {
        for (Path file : all.filter(Files::isRegularFile).toList()) {
          files.put(run.relativize(file).toString(), Files.readAllBytes(file));
        }
      }
    }
    return files;
  }

  @Test
  void typingThePrintedOptionsGivesTheSameBytes() throws IOException {
    Path chosen = directory.resolve("chosen");
    List<String> open = List.of("--preset=auto", "--minutes=0.001", "--method=obow");
    Printed estimated = run("pretrain", chosen, with(open, "--estimate")).assertDone();
    assertTrue(estimated.out().contains("Estimate:    "), estimated.out());
    assertFalse(Files.exists(chosen.resolve("run.json")), "nothing is trained");

    // A plan as it would be on another machine, and nothing that was measured.
    Path file = chosen.resolve("plan.json");
    ObjectNode plan = (ObjectNode) JSON.readTree(file.toFile());
    JSON.writeValue(file.toFile(), plan.put("rounds", 2).put("stepsPerRound", 2));
    delete(chosen.resolve("speed"));

    run("update", chosen, open).assertDone();
    Printed whole = run("pretrain", chosen, open).assertDone();
    assertFalse(Files.exists(chosen.resolve("speed")), "the speed is not measured again");

    Path typed = directory.resolve("typed");
    List<String> options = printedOptions(whole.err());
    assertEquals(printedOptions(estimated.out()).size(), options.size());
    assertTrue(
        options.containsAll(
            List.of(
                "--preset=small",
                "--imageSize=32",
                "--batchSize=32",
                "--words=32",
                "--rounds=2",
                "--stepsPerRound=2")),
        options.toString());
    run("pretrain", typed, options).assertDone();
    Map<String, byte[]> expected = files(chosen);
    Map<String, byte[]> actual = files(typed);
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, bytes) -> assertArrayEquals(bytes, actual.get(name), name));
    assertDiskIsAsEstimated(chosen);

    run("pretrain", chosen, List.of("--preset=auto", "--minutes=3"))
        .assertFailedWith(chosen + " is a run with minutes 0.001, and now it is 3.0");
    run("pretrain", typed, List.of("--minutes=3"))
        .assertFailedWith(typed + " is a run whose length and settings were given");
  }

  /**
   * Checks the estimate of the disk, which is allowed to be 20 % off. It is of one round, because
   * the plan was given another by hand.
   */
  private static void assertDiskIsAsEstimated(Path run) throws IOException {
    long estimated =
        JSON.readTree(run.resolve("plan.json").toFile()).at("/estimate/diskBytes").longValue();
    long taken = 0;
    for (Path file : MoreFiles.fileTraverser().breadthFirst(run)) {
      taken += Files.isRegularFile(file) ? Files.size(file) : 0;
    }
    assertEquals(1, 2.0 * estimated / taken, 0.2);
  }

  @Test
  void whatCannotBeOpenIsRefused() {
    Path output = directory.resolve("refused");
    for (String[] refused :
        new String[][] {
          {"--minutes=0", "--minutes is 0.0, must be more than 0"},
          {"--minutes=-1", "--minutes is -1.0, must be more than 0"},
          {
            "--minutes=1 --stepsPerRound=2",
            "--minutes is 1.0, must be left out beside --stepsPerRound=2"
          },
          {
            "--preset=auto --initial=x",
            "--preset is auto, must be the name of a preset with --initial"
          }
        }) {
      run("pretrain", output, List.of(refused[0].split(" "))).assertRefusedWith(refused[1]);
    }
    Printed.by("augment", "--images=" + images, "--output=" + output, "--preset=auto")
        .assertRefusedWith("preset is auto, must be");
    assertFalse(Files.exists(output), "before anything is done");
  }

  private static void delete(Path folder) throws IOException {
    MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
  }

  private static List<String> with(List<String> options, String more) {
    List<String> all = new ArrayList<>(options);
    all.add(more);
    return all;
  }
}
