package org.vocabeam.pipelines.compare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.obow.Obow;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Trainer;
import org.vocabeam.pipelines.Browser;
import org.vocabeam.pipelines.Cosine;
import org.vocabeam.pipelines.FileTree;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.pipelines.stage.Evaluation;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.evaluation.ComparisonRecord;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.evaluation.NearestImages;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.teacher.PatchRecord;
import org.vocabeam.transforms.training.StepObserver;
import org.vocabeam.transforms.training.TrainingProgress;
import org.vocabeam.transforms.training.TrainingStopped;

/** A small comparison from the images to the page. */
@Tag("slow")
class ComparisonTest {
  private static final int TEST = 30;
  private static final int CHANNELS = 64;

  @TempDir static Path directory;
  private static Path images;
  private static Path output;
  private static String printed;

  @BeforeAll
  static void compare() throws IOException {
    images = SmallStore.of(directory, 60, TEST);
    output = directory.resolve("comparison");
    printed = compare(output);
  }

  /** Runs the command and returns what it prints. */
  private static String compare(Path to, String... more) {
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      run(to, more);
    } finally {
      System.setOut(before);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  /** Fails with what it throws at a step of rotation. */
  private static void compare(Path to, long atStep, RuntimeException failure) {
    StepObserver fail =
        report -> {
          if (report.step() == atStep && !report.names().contains("perplexity_image/layer2")) {
            throw failure;
          }
        };
    TrainingProgress.listen(fail);
    try {
      compare(to);
    } finally {
      TrainingProgress.ignore(fail);
    }
  }

  /** A comparison that has come to rotation. */
  private static Path begun(String name) throws IOException {
    Path begun = Files.createDirectory(directory.resolve(name));
    Files.copy(output.resolve("compare.json"), begun.resolve("compare.json"));
    FileTree.copy(output.resolve("reference"), begun.resolve("reference"));
    FileTree.copy(output.resolve("obow"), begun.resolve("obow"));
    return begun;
  }

  private static void run(Path to, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "compare",
                "--images=" + images,
                "--output=" + to,
                "--methods=obow,colorization,rotation",
                "--steps=6",
                "--finetuneSteps=2",
                "--runner=DirectRunner"));
    arguments.addAll(List.of(more));
    Vocabeam.run(arguments);
  }

  private static List<ComparisonRecord> records() {
    return records(output);
  }

  private static List<ComparisonRecord> records(Path of) {
    return StoreReader.open(ComparisonRecord.TYPE, of.resolve("metrics").toString()).rows();
  }

  @Test
  void everyMethodHasEveryMetric() {
    Map<String, List<String>> metrics =
        records().stream()
            .collect(
                Collectors.groupingBy(
                    r -> r.method() + "/" + r.result().features(),
                    Collectors.mapping(
                        r -> MetricRecord.name(r.result().metric(), r.result().labelShare()),
                        Collectors.collectingAndThen(
                            Collectors.toList(), l -> l.stream().sorted().toList()))));
    List<String> frozen =
        List.of(
            "embedding-std",
            "few-shot-5way-1shot",
            "few-shot-5way-5shot",
            "knn20",
            "knn200",
            "linear",
            "linear@0.01",
            "linear@0.1",
            "rankme");
    List<String> all =
        Stream.concat(frozen.stream(), Stream.of("fine-tune", "fine-tune@0.01", "fine-tune@0.1"))
            .sorted()
            .toList();
    List<String> trained = Stream.concat(all.stream(), Stream.of("neighbours")).sorted().toList();
    List<String> pixels = frozen.stream().filter(metric -> !metric.equals("rankme")).toList();
    assertEquals(
        Map.of(
            "obow/trained",
            trained,
            "rotation/trained",
            trained,
            "/random",
            all,
            "/normalised",
            frozen,
            "/pixels",
            pixels),
        metrics);
    for (ComparisonRecord record : records()) {
      boolean fewShot = record.metric().startsWith("few-shot");
      assertEquals(fewShot, record.value() == null, "three labels have no episodes of five");
      assertEquals(fewShot, record.reason() != null, record.toString());
    }
    assertTrue(printed.contains("left out: few-shot-5way-1shot: only 0 classes"), printed);
    assertTrue(printed.contains("colorization: not applicable: "), printed);
    assertTrue(printed.lines().anyMatch(line -> line.startsWith("random weights")), printed);
  }

  /**
   * The normalised reference has the weights that every method starts from, and other statistics.
   */
  @Test
  void normalisedWeightsAreRandomOnes() {
    Checkpoint normalised =
        Checkpoint.open(
            RunDirectory.checkpointOf(output.resolve("reference/seed-1/normalised").toString()));
    try (Trainer trainer = Trainer.of(normalised.recipe())) {
      trainer.variables().stream()
          .filter(variable -> variable.name().startsWith(Method.STUDENT))
          .forEach(
              variable -> {
                boolean same =
                    Arrays.equals(
                        trainer.initialValues(variable), normalised.state().get(variable.name()));
                assertEquals(variable.role() != Role.STATISTIC, same, variable.name());
              });
    }
  }

  /** Killed in the second round. */
  @Test
  void aComparisonThatGoesOnIsTheSame() throws IOException {
    Path killed = begun("killed");
    Exception failure =
        assertThrows(
            Exception.class, () -> compare(killed, 4, new IllegalStateException("killed")));
    assertTrue(Failure.of(failure).line().contains("killed"), Failure.of(failure).line());
    byte[] plan = Files.readAllBytes(killed.resolve("compare.json"));
    Map<String, Object> first = FileTree.times(killed.resolve("obow"));
    compare(killed);
    assertArrayEquals(plan, Files.readAllBytes(killed.resolve("compare.json")));
    Map<String, Object> then = FileTree.times(killed.resolve("obow"));
    first.forEach((file, time) -> assertEquals(time, then.get(file), file));
    FileTree.assertSame(output.resolve("metrics"), killed.resolve("metrics"));
    FileTree.assertSame(output.resolve("rotation"), killed.resolve("rotation"));
  }

  @Test
  void aRunThatStopsIsAResult() throws IOException {
    Path stopping = begun("stopping");
    TrainingStopped collapse = new TrainingStopped("collapse at step 1");
    compare(stopping, 1, collapse);
    Map<String, Object> before = FileTree.times(stopping.resolve("rotation"));
    String again = compare(stopping);
    assertTrue(again.contains("rotation: seed 1 stopped: " + collapse.getMessage()), again);
    assertEquals(before, FileTree.times(stopping.resolve("rotation")), "it is not tried again");
    assertEquals(
        records().stream().filter(r -> !r.method().equals("rotation")).toList(), records(stopping));
  }

  @Test
  void aSeedIsAdded() throws IOException {
    Path added = begun("added");
    FileTree.copy(output.resolve("rotation"), added.resolve("rotation"));
    // Of the second seed only what stands beside the methods is made.
    for (String method : List.of("obow", "rotation")) {
      Path run = Files.createDirectory(added.resolve(method).resolve("seed-2"));
      Files.writeString(run.resolve("stopped.txt"), "it was stopped\n");
    }
    Map<String, Object> before = FileTree.times(added.resolve("obow"));
    String table = compare(added, "--seeds=1,2");
    assertTrue(table.contains("obow: seed 2 stopped: it was stopped"), table);
    assertEquals(before, FileTree.times(added.resolve("obow")), "what is there is not made again");
    Map<Long, List<ComparisonRecord>> bySeed =
        records(added).stream().collect(Collectors.groupingBy(ComparisonRecord::seed));
    assertEquals(Set.of(1L, 2L), bySeed.keySet());
    assertEquals(records(), bySeed.get(1L));
    assertEquals(
        records().stream().filter(r -> r.method().isEmpty()).count(), bySeed.get(2L).size());
  }

  @Test
  void neighboursAreThoseOfTheLargestCosine() {
    String evaluated = output.resolve("rotation/seed-1/evaluation").toString();
    List<EmbeddingRecord> rows =
        StoreReader.open(EmbeddingRecord.TYPE, evaluated + "/embeddings/trained").rows();
    EmbeddingRecord query =
        rows.stream().filter(row -> row.split().equals("test")).findFirst().orElseThrow();
    List<String> expected =
        rows.stream()
            .filter(row -> row.split().equals("train"))
            .sorted(
                Comparator.comparingDouble(row -> -Cosine.of(query.embedding(), row.embedding())))
            .limit(5)
            .map(EmbeddingRecord::id)
            .toList();
    Evaluation evaluation = Evaluation.on(images.toString(), "train", "test", List.of(1.0), 1);
    assertEquals(
        Map.of(query.id(), expected),
        NearestImages.of(evaluation.features("trained", evaluated), Set.of(query.id()), 5));
  }

  /** By plain loops: the nearest word of a cell, and of an image the nearest cell of a word. */
  @Test
  void patchesAreTheCellsNearestToAWord() throws IOException {
    String run = output.resolve("obow/seed-1").toString();
    String checkpoint = RunDirectory.checkpointOf(run);
    Recipe recipe = Checkpoint.open(checkpoint).recipe();
    String level = ((Obow) recipe.method()).levels().get(0);
    float[] words = Checkpoint.open(checkpoint).state().get("vocabulary." + level);
    int side = recipe.backbone().mapSide(level, SmallStore.SIDE);
    Map<Integer, List<PatchRecord>> expected = new HashMap<>();
    TrainingImages training = TrainingImages.open(images.toString(), "train");
    try (var extractor = FeatureSource.cells(checkpoint, Obow.TEACHER, level).open()) {
      for (var group : training.rowGroups()) {
        extractor.extract(
            group,
            "train",
            (batch, features) -> {
              for (int i = 0; i < batch.size(); i++) {
                Map<Integer, PatchRecord> best = new HashMap<>();
                for (int cell = 0; cell < side * side; cell++) {
                  int y = cell / side;
                  int x = cell % side;
                  if (y == 0 || x == 0 || y == side - 1 || x == side - 1) {
                    continue;
                  }
                  PatchRecord patch =
                      nearest(words, features, (i * side * side + cell) * CHANNELS)
                          .at(batch.get(i).id(), y, x);
                  best.merge(
                      patch.word(),
                      patch,
                      (a, b) -> a.squaredDistance() <= b.squaredDistance() ? a : b);
                }
                best.forEach(
                    (word, patch) ->
                        expected.computeIfAbsent(word, w -> new ArrayList<>()).add(patch));
              }
            });
      }
    }
    Map<Integer, List<PatchRecord>> found =
        StoreReader.open(PatchRecord.TYPE, run + "/patches").rows().stream()
            .collect(Collectors.groupingBy(PatchRecord::word));
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach(
        (word, patches) -> {
          patches.sort(PatchRecord.nearestFirst());
          List<PatchRecord> of = new ArrayList<>(found.get(word));
          of.sort(PatchRecord.nearestFirst());
          assertEquals(Math.min(8, patches.size()), of.size());
          for (int i = 0; i < of.size(); i++) {
            assertEquals(
                patches.get(i).squaredDistance(), of.get(i).squaredDistance(), 1e-6, "" + word);
          }
        });
  }

  private record Nearest(int word, double squaredDistance) {
    PatchRecord at(String image, int y, int x) {
      return new PatchRecord(word, image, y, x, squaredDistance);
    }
  }

  private static Nearest nearest(float[] words, float[] features, int at) {
    Nearest nearest = new Nearest(-1, Double.POSITIVE_INFINITY);
    for (int word = 0; word < words.length / CHANNELS; word++) {
      double distance = 0;
      for (int c = 0; c < CHANNELS; c++) {
        double difference = (double) features[at + c] - words[word * CHANNELS + c];
        distance += difference * difference;
      }
      if (distance < nearest.squaredDistance()) {
        nearest = new Nearest(word, distance);
      }
    }
    return nearest;
  }

  /** Returns true when a canvas has a size and anything is drawn on it. */
  private static final String DRAWN =
      """
      const canvas = arguments[0];
      if (canvas.width < 50 || canvas.height < 50) return false;
      const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      let drawn = 0;
      for (let i = 3; i < pixels.length; i += 4) drawn += pixels[i] > 0 ? 1 : 0;
      return drawn > 200;
      """;

  @Test
  void thePageWorksInABrowser() {
    try (Browser browser = Browser.start()) {
      browser.open(output.resolve("index.html"));
      var driver = browser.driver();
      assertEquals("Vocabeam: comparison of methods", driver.getTitle());
      // Loss, embedding std, neighbours and RankMe of two methods, by minutes and by steps.
      for (String axis : List.of("minutes", "steps")) {
        driver.findElement(By.cssSelector("[data-axis=" + axis + "]")).click();
        List<WebElement> canvases = driver.findElements(By.tagName("canvas"));
        assertEquals(8, canvases.size());
        canvases.forEach(canvas -> assertEquals(true, browser.script(DRAWN, canvas)));
      }
      for (ComparisonRecord record : records()) {
        MetricRecord result = record.result();
        String row = record.method().isEmpty() ? result.features() : record.method();
        String metric = MetricRecord.name(result.metric(), result.labelShare());
        By place = By.cssSelector(String.format("[data-row='%s'] [data-metric='%s']", row, metric));
        if (result.value() == null) {
          assertEquals(List.of(), driver.findElements(place), "left out");
          continue;
        }
        WebElement cell = driver.findElement(place);
        assertEquals(result.value(), Double.parseDouble(cell.getDomAttribute("data-value")));
        String shown =
            switch (metric) {
              case "embedding-std" -> String.format(Locale.ROOT, "%.4f", result.value());
              case "rankme" -> String.format(Locale.ROOT, "%.1f", result.value());
              default -> String.format(Locale.ROOT, "%.1f", 100 * result.value());
            };
        String mean = cell.findElement(By.className("mean")).getText();
        assertTrue(mean.endsWith(shown), mean + " is not " + shown);
      }
      assertTrue(
          driver
              .findElement(By.cssSelector("[data-row='colorization']"))
              .getText()
              .contains("not applicable"));
      // Every picture is one: 8 test images with 8 neighbours by 4 kinds of features, and patches.
      assertEquals(
          8 * (1 + 4 * 8),
          driver.findElements(By.cssSelector(".query .shown img, .query h3 img")).size());
      assertTrue(driver.findElements(By.cssSelector(".patch img")).size() >= 8);
      assertEquals(
          0L,
          browser.script(
              "return Array.from(document.images).filter(i => !i.complete || !i.naturalWidth)"
                  + ".length"));
      driver.findElement(By.cssSelector("#results thead th:nth-child(4) button")).click();
      @SuppressWarnings("unchecked")
      List<Double> sorted =
          ((List<Object>)
                  browser.script(
                      "return Array.from(document.querySelectorAll("
                          + "'#results tbody:first-of-type [data-metric=\"linear@0.01\"]'))"
                          + ".map(cell => cell.dataset.value)"))
              .stream().map(value -> Double.parseDouble(value.toString())).toList();
      assertEquals(sorted.stream().sorted(Comparator.reverseOrder()).toList(), sorted);
      assertEquals(2, sorted.size());
      // Nothing is fetched: pictures are in the page, and nothing else is named.
      assertEquals(
          List.of(),
          browser.script(
              "return performance.getEntriesByType('resource').map(r => r.name)"
                  + ".filter(name => !name.startsWith('data:'))"));
      browser.assertQuiet();
    }
  }
}
