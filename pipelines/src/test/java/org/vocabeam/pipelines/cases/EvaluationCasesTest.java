package org.vocabeam.pipelines.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.registry.Registry;
import org.vocabeam.pipelines.stage.MetricsTable;
import org.vocabeam.transforms.evaluation.ComparisonRecord;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.store.StoreReader;

/** Labels and splits that do not allow every measure: what can be measured is. */
@Tag("slow")
class EvaluationCasesTest {
  private static final Set<String> ALL =
      Set.of(
          "knn20",
          "knn200",
          "linear",
          "linear@0.1",
          "linear@0.01",
          "few-shot-5way-1shot",
          "few-shot-5way-5shot");
  private static final Set<String> FEW_SHOT = Set.of("few-shot-5way-1shot", "few-shot-5way-5shot");

  @TempDir private static Path directory;
  private static Path few;
  private static Path encoder;

  /** eval-few-test-images: six labels, two test images of each. */
  @BeforeAll
  static void train() throws IOException {
    NoiseFolder folder = folder("few");
    for (int label = 0; label < 6; label++) {
      folder.with("train/c" + label, 4).with("test/c" + label, 2);
    }
    few = ingest(folder);
    encoder = directory.resolve("encoder");
    command(
            "pretrain",
            "--method=rotation",
            "--images=" + few,
            "--batchSize=16",
            "--rounds=1",
            "--stepsPerRound=2",
            "--output=" + encoder)
        .assertDone();
  }

  private static NoiseFolder folder(String name) {
    return new NoiseFolder(directory.resolve(name + "-files"));
  }

  private static Path ingest(NoiseFolder folder, String... more) {
    Path store = Path.of(folder.path().toString().replace("-files", "-store"));
    List<String> arguments =
        new ArrayList<>(
            List.of("--input=" + folder.path(), "--output=" + store, "--layout=split/label"));
    arguments.addAll(List.of(more));
    command("ingest", arguments.toArray(String[]::new)).assertDone();
    return store.resolve("images");
  }

  private static Printed command(String name, String... options) {
    List<String> arguments = new ArrayList<>(List.of(name, "--runner=DirectRunner"));
    arguments.addAll(List.of(options));
    return Printed.by(arguments);
  }

  private static Printed evaluate(Path images, Path output, String... more) {
    List<String> options =
        new ArrayList<>(
            List.of("--images=" + images, "--checkpoint=" + encoder, "--output=" + output));
    options.addAll(List.of(more));
    return command("evaluate", options.toArray(String[]::new));
  }

  /** Returns the names of the measures that features have, taken or left out. */
  private static Set<String> measures(Path evaluation, String features, boolean taken) {
    return MetricsTable.read(evaluation.resolve("metrics").toString()).stream()
        .filter(metric -> metric.features().equals(features) && (metric.value() != null) == taken)
        .map(MetricRecord::name)
        .collect(Collectors.toSet());
  }

  private static Set<String> without(Set<String> all, Set<String> some) {
    return all.stream().filter(name -> !some.contains(name)).collect(Collectors.toSet());
  }

  @Test
  void fewTestImages() {
    Path output = directory.resolve("few-evaluation");
    Printed printed = evaluate(few, output).assertDone();
    for (String features : List.of("trained", "random", "pixels")) {
      assertEquals(without(ALL, FEW_SHOT), measures(output, features, true));
      assertEquals(FEW_SHOT, measures(output, features, false));
    }
    String line =
        "few-shot-5way-1shot: only 0 classes have 1 + 15 rows, few-shot episodes need 5; use more"
            + " labelled rows, or fewer ways, shots or queries";
    printed.assertSaid("Left out:    " + line);
    assertTrue(printed.out().contains("left out: " + line), printed.out());
    Path card = directory.resolve("few-encoder");
    command(
            "export",
            "--checkpoint=" + encoder,
            "--metrics=" + output.resolve("metrics"),
            "--output=" + card)
        .assertDone();
    command("inspect", output.resolve("metrics").toString()).assertDone();
  }

  @Test
  void noLabelledTestImage() throws IOException {
    NoiseFolder folder = folder("unlabelled").with("train/a", 6).with("train/b", 6).with("test", 4);
    Path images = ingest(folder);
    Path output = directory.resolve("unlabelled-evaluation");
    Printed printed = evaluate(images, output, "--labelShares=1");
    printed.assertFailedWith(
        "nothing can be measured: there is no labelled image in split 'test'; see --trainSplit and"
            + " --testSplit");
    assertEquals(1, printed.err().lines().count(), printed.err());
    assertFalse(Files.exists(output));

    Path run = directory.resolve("unlabelled-run");
    command("finetune", "--images=" + images, "--output=" + run, "--batchSize=8")
        .assertFailedWith(
            "no classifier can be trained and measured: there is no labelled image in split 'test';"
                + " see --split and --testSplit");
    assertFalse(Files.exists(run), "said before training");

    command("compare", "--images=" + images, "--output=" + run, "--steps=2", "--methods=rotation")
        .assertFailedWith("nothing can be measured: there is no labelled image in split 'test'");
    assertFalse(Files.exists(run), "said before training");

    Registry registry = new Registry(directory.resolve("unlabelled-registry").toString());
    retrain(folder, registry)
        .assertFailedWith("nothing can be measured: there is no labelled image in split 'test'");
    assertFalse(Files.exists(Path.of(registry.run(1))), "said before training");
  }

  private static Printed retrain(NoiseFolder folder, Registry registry, String... more) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--input=" + folder.path(),
                "--registry=" + registry.root(),
                "--layout=split/label",
                "--rounds=1",
                "--stepsPerRound=2",
                "--batchSize=8",
                "--words=16"));
    options.addAll(List.of(more));
    return command("retrain", options.toArray(String[]::new));
  }

  @Test
  void aFirstVersionIsPromotedByWhatIsMeasured() throws IOException {
    Registry registry = new Registry(directory.resolve("registry").toString());
    NoiseFolder folder = new NoiseFolder(directory.resolve("few-files"));
    retrain(folder, registry, "--gate=linear>=-0.5,few-shot-5way-1shot>=10%")
        .assertFailedWith(
            "the gate few-shot-5way-1shot>=10% cannot be judged: few-shot-5way-1shot was left out:"
                + " only 0 classes have 1 + 15 rows");
    assertFalse(Files.exists(Path.of(registry.run(1))), "said before training");

    Printed printed = retrain(folder, registry).assertDone();
    assertEquals(1, registry.promoted());
    assertEquals(without(ALL, FEW_SHOT), registry.completeVersion(1).metrics().keySet());
    assertTrue(printed.out().contains("Gate:        linear>=-0.5: "), printed.out());
    assertTrue(
        Files.readString(Path.of(registry.encoder(1), "model-card.md"))
            .contains("left out: few-shot-5way-1shot: only 0 classes"));
  }

  @Test
  void labelsThatTrainingNeverHasAreCounted() throws IOException {
    Path images =
        ingest(
            folder("other")
                .with("train/0", 3)
                .with("train/1.5", 3)
                .with("train/NaN", 1)
                .with("train", 2)
                .with("test/0", 2)
                .with("test/lynx", 3)
                .with("test", 1));
    List<String> said =
        List.of(
            "1 of 6 images of split 'test' have no label and are not predicted",
            "2 of 9 images of split 'train' have no label that could be learned from",
            "1 labels of split 'test' are not in split 'train' (lynx); 3 images of them count as"
                + " wrong",
            "1 of 3 labels have a single image in split 'train' (NaN)");
    Path output = directory.resolve("other-evaluation");
    Printed evaluated = evaluate(images, output).assertDone();
    said.forEach(line -> evaluated.assertSaid("Labels:      " + line));
    assertEquals(without(ALL, FEW_SHOT), measures(output, "trained", true));

    Path run = directory.resolve("other-run");
    Printed tuned =
        command(
                "finetune",
                "--images=" + images,
                "--output=" + run,
                "--rounds=1",
                "--stepsPerRound=1",
                "--batchSize=6")
            .assertDone();
    said.forEach(line -> tuned.assertSaid("Labels:      " + line));
    assertTrue(tuned.out().contains("of the images of split 'test'"), tuned.out());
  }

  /** Few-shot episodes need no training labels. */
  @Test
  void labelsOfTheTestSplitAlone() throws IOException {
    NoiseFolder folder = folder("apart").with("train/a", 3).with("train/b", 3);
    for (int label = 0; label < 5; label++) {
      folder.with("test/t" + label, 16);
    }
    Path images = ingest(folder);
    Path output = directory.resolve("apart-evaluation");
    Printed printed = evaluate(images, output).assertDone();
    assertEquals(Set.of("few-shot-5way-1shot"), measures(output, "trained", true));
    assertTrue(
        printed
            .out()
            .contains(
                "left out: knn20, knn200, linear, linear@0.01, linear@0.1: no label of split 'test'"
                    + " is in split 'train'; they have t0, t1, t2, t3, t4, and a, b"),
        printed.out());
    command("finetune", "--images=" + images, "--output=" + directory.resolve("apart-run"))
        .assertFailedWith("no label of split 'test' is in split 'train'");

    Path comparison = directory.resolve("apart-comparison");
    Path plan = directory.resolve("apart.yaml");
    Files.writeString(
        plan,
        "entries:\n- method: rotation\n"
            + "- {method: rotation, name: 'rotation, transformer', preset: small/vit-mini4}\n");
    Printed compared =
        command(
                "compare",
                "--images=" + images,
                "--output=" + comparison,
                "--steps=2",
                "--plan=" + plan)
            .assertDone();
    // Each network stands beside its own random weights.
    assertTrue(compared.out().contains("random weights, resnet8 "), compared.out());
    assertTrue(compared.out().contains("random weights, vit-mini4 "), compared.out());
    assertTrue(Files.isDirectory(comparison.resolve("reference/vit-mini4/seed-1/embeddings")));
    assertTrue(Files.isDirectory(comparison.resolve("rotation, transformer/seed-1/checkpoints")));
    String line = "few-shot-5way-5shot: only 0 classes have 5 + 15 rows, few-shot episodes need 5";
    assertTrue(compared.out().contains(line), compared.out());
    assertTrue(Files.readString(comparison.resolve("index.html")).contains(line));
    Map<String, Set<String>> taken = new TreeMap<>();
    for (ComparisonRecord row :
        StoreReader.open(ComparisonRecord.TYPE, comparison.resolve("metrics").toString()).rows()) {
      if (row.value() != null) {
        taken.computeIfAbsent(row.features(), f -> new TreeSet<>()).add(row.result().name());
      } else {
        assertFalse(row.reason().isEmpty());
      }
    }
    Set<String> pixels = Set.of("few-shot-5way-1shot", "embedding-std");
    Set<String> networks = Set.of("few-shot-5way-1shot", "embedding-std", "rankme");
    assertEquals(Map.of("trained", networks, "random", networks, "pixels", pixels), taken);
  }

  @Test
  void oneTestImageAndOneLabelOfTraining() throws IOException {
    Path images =
        ingest(
            folder("one")
                .with("train/a", 3)
                .with("train/b", 3)
                .with("test/b", 1)
                .with("solo/a", 4));
    Path output = directory.resolve("one-evaluation");
    evaluate(images, output)
        .assertDone()
        .assertSaid("Labels:      all 1 labelled images of split 'test' have the label 'b'");
    for (MetricRecord metric : MetricsTable.read(output.resolve("metrics").toString())) {
      assertTrue(
          metric.value() == null || metric.value() == 0 || metric.value() == 1, metric.toString());
    }
    assertEquals(without(ALL, FEW_SHOT), measures(output, "pixels", true));
    evaluate(images, directory.resolve("one-solo"), "--trainSplit=solo")
        .assertFailedWith(
            "all labelled images of split 'solo' have the label 'a', two labels are needed");
  }

  /** The encoder sees images of one size, their pixels are no rows of one width. */
  @Test
  void imagesOfSeveralSizes() throws IOException {
    Path images =
        ingest(
            folder("sizes")
                .with("train/a", 3)
                .with("train/b", 3, 20)
                .with("test/a", 2, 20)
                .with("test/b", 2));
    Path output = directory.resolve("sizes-evaluation");
    evaluate(images, output).assertDone();
    assertEquals(without(ALL, FEW_SHOT), measures(output, "trained", true));
    assertEquals(ALL, measures(output, "pixels", false));
    for (MetricRecord metric : MetricsTable.read(output.resolve("metrics").toString())) {
      if (metric.features().equals("pixels") && !FEW_SHOT.contains(metric.metric())) {
        assertEquals(
            "the images have 768 and 1200 features, must all have as many; give images of one size",
            metric.reason());
      } else if (metric.features().equals("trained") && !FEW_SHOT.contains(metric.metric())) {
        assertNull(metric.reason());
      }
    }
  }
}
