package org.vocabeam.pipelines.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.pipelines.stage.Epochs;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.views.ViewsRecord;

/** The augmentation stage, and training from what it stored. */
class AugmentCommandTest {
  private static final int TRAIN = 60;

  /** Crops with everything, patches, and the teacher's view, on colours. */
  private static final String CROPS =
      "/method/crops=[{\"name\":\"crops14\",\"size\":14,\"count\":2,\"geometry\":{\"type\":"
          + "\"randomResizedCrop\",\"minArea\":0.2,\"maxArea\":1,\"minAspect\":0.75,\"maxAspect\":"
          + "1.25},\"orientation\":{\"flipProbability\":0.5,\"quarterTurns\":true},"
          + "\"augmentations\":[{\"type\":\"colourJitter\",\"brightness\":0.4,\"contrast\":0.4,"
          + "\"saturation\":0.4,\"hue\":0.1,\"probability\":0.8},"
          + "{\"type\":\"grey\",\"probability\":0.2},{\"type\":\"gaussianBlur\",\"minSigma\":0.1,"
          + "\"maxSigma\":2,\"probability\":0.5},"
          + "{\"type\":\"solarize\",\"threshold\":128,\"probability\":0.2}]},"
          + "{\"name\":\"patches8\",\"size\":8,"
          + "\"count\":3,\"geometry\":{\"type\":\"patchGrid\",\"base\":{\"type\":"
          + "\"randomResizedCrop\",\"minArea\":0.6,\"maxArea\":1,\"minAspect\":0.75,\"maxAspect\":1.25"
          + "},\"baseSize\":20,\"grid\":3,\"cell\":5,\"jitter\":2},"
          + "\"orientation\":{\"flipProbability\":0.5,\"quarterTurns\":false},"
          + "\"augmentations\":[{\"type\":\"grey\",\"probability\":0.2}]}]";

  @TempDir static Path directory;
  private static Path images;
  private static Path views;

  /** Views of three epochs. */
  @BeforeAll
  static void augment() throws IOException {
    images = SmallStore.of(directory, TRAIN, 30, BufferedImage.TYPE_INT_RGB);
    views = augment("views", "--epochs=0-2");
  }

  private static Path augment(String name, String... options) {
    Path output = directory.resolve(name);
    run("augment", output, options);
    return output;
  }

  private static Path pretrain(String name, String... options) {
    Path output = directory.resolve(name);
    List<String> arguments =
        new ArrayList<>(List.of("--words=16", "--learningRate=0.05", "--set=/backbone/width=8"));
    arguments.addAll(List.of(options));
    run("pretrain", output, arguments.toArray(String[]::new));
    return output;
  }

  private static void run(String command, Path output, String... options) {
    List<String> arguments =
        new ArrayList<>(List.of(command, "--images=" + images, "--output=" + output));
    arguments.addAll(List.of("--batchSize=8", "--set", CROPS));
    arguments.addAll(List.of(options));
    if (Stream.of(options).noneMatch(option -> option.startsWith("--runner="))) {
      arguments.add("--runner=DirectRunner");
    }
    Vocabeam.run(arguments);
  }

  /** The content of every file by its name. */
  private static Map<String, String> bytes(Path root) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(
            root.relativize(file).toString(),
            new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return contents;
  }

  private static void assertSameRun(Path expected, Path actual) throws IOException {
    for (String part : List.of("checkpoints", "steps")) {
      Map<String, String> of = bytes(expected.resolve(part));
      assertFalse(of.isEmpty());
      assertEquals(of, bytes(actual.resolve(part)), part);
    }
    assertArrayEquals(
        Files.readAllBytes(expected.resolve("run.json")),
        Files.readAllBytes(actual.resolve("run.json")));
  }

  private static String refused(Runnable run) {
    return Failure.of(assertThrows(Throwable.class, run::run)).line();
  }

  // Training from images, from views, and from both in turns. 60 images, so 12 steps of 8 end in
  // the middle of the second epoch, and the seventh round of one step crosses into it.

  @Test
  void trainingFromViewsIsTrainingFromImages() throws IOException {
    Path fromImages = pretrain("images-run", "--rounds=2", "--stepsPerRound=6");
    Path fromViews = pretrain("views-run", "--rounds=2", "--stepsPerRound=6", "--views=" + views);
    assertSameRun(fromImages, fromViews);
    // As a kill in the second round leaves it; it goes on from views where images had been.
    Path mixed = pretrain("mixed-run", "--rounds=2", "--stepsPerRound=6");
    Files.delete(Path.of(new RunDirectory(mixed.toString()).checkpoint(12), "_SUCCESS"));
    pretrain("mixed-run", "--rounds=2", "--stepsPerRound=6", "--views=" + views);
    assertSameRun(fromImages, mixed);
  }

  @Test
  void replicasToo() throws IOException {
    String[] options = {"--rounds=2", "--stepsPerRound=4", "--replicas=2"};
    Path fromImages = pretrain("images-two", options);
    Path fromViews =
        pretrain(
            "views-two", "--rounds=2", "--stepsPerRound=4", "--replicas=2", "--views=" + views);
    assertSameRun(fromImages, fromViews);
  }

  @Test
  @Tag("slow")
  void onFlinkToo() throws IOException {
    Path flink = augment("views-flink", "--epochs=0-2", "--runner=FlinkRunner", "--parallelism=2");
    assertEquals(bytes(views), bytes(flink));
    Path fromImages = pretrain("images-direct", "--rounds=1", "--stepsPerRound=12");
    Path fromViews =
        pretrain(
            "views-flink-run",
            "--rounds=1",
            "--stepsPerRound=12",
            "--views=" + flink,
            "--runner=FlinkRunner");
    assertSameRun(fromImages, fromViews);
  }

  @Test
  void epochsDifferAndHaveTheirOwnStores() throws IOException {
    Map<String, String> files = bytes(views);
    assertEquals(9, files.size(), files.keySet().toString());
    assertNotEquals(
        files.get("epoch-000000/part-00000-of-00002.parquet"),
        files.get("epoch-000001/part-00000-of-00002.parquet"));
    StoreReader<ViewsRecord> store =
        StoreReader.open(ViewsRecord.TYPE, views.resolve("epoch-000002").toString());
    assertEquals(TRAIN, store.manifest().rows());
    assertEquals("2", store.manifest().provenance().get("epoch"));
  }

  @Test
  void anInterruptedRunGoesOnAfterTheLastCompleteEpoch() throws IOException {
    Path again = augment("interrupted", "--epochs=0-1");
    Map<String, String> whole = bytes(again);
    Path second = again.resolve("epoch-000001");
    Files.delete(second.resolve("_SUCCESS"));
    Files.delete(second.resolve("part-00001-of-00002.parquet"));
    Files.write(
        second.resolve("part-00001-of-00002.parquet.00000000-0000-0000-0000-000000000000.tmp"),
        new byte[9]);
    Path first = again.resolve("epoch-000000/part-00000-of-00002.parquet");
    FileTime before = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(first, before);
    augment("interrupted", "--epochs=0-1");
    assertEquals(whole, bytes(again));
    assertEquals(before, Files.getLastModifiedTime(first), "the complete epoch was left alone");
  }

  @Test
  void otherOptionsAreRefusedByNameUntilAskedToOverwrite() throws IOException {
    augment("claimed");
    String message = refused(() -> augment("claimed", "--seed=2"));
    assertEquals(
        directory.resolve("claimed/epoch-000000")
            + " was made with seed 1 instead of 2; give another --output, or --overwrite",
        message);
    message = refused(() -> augment("claimed", "--set", "/method/crops/0/size=12"));
    assertTrue(message.contains(" views[0].size 14 instead of 12; "), message);
    assertTrue(refused(() -> augment("claimed", "--split=test")).contains("split train instead"));
    augment("claimed", "--seed=2", "--overwrite");
    assertEquals(
        "2",
        StoreReader.open(ViewsRecord.TYPE, directory.resolve("claimed/epoch-000000").toString())
            .manifest()
            .provenance()
            .get("seed"));
  }

  @Test
  void viewsThatAreNotThoseOfTheRunAreRefusedBeforeItStarts() throws IOException {
    String with = "--views=" + views;
    assertEquals(
        views
            + " has no complete views of epoch 3, and the run needs epochs 0 to 3; make them with"
            + " augment --epochs=3-3",
        refused(() -> pretrain("late", "--rounds=1", "--stepsPerRound=23", with)));
    String steps = "--stepsPerRound=2";
    String seed = refused(() -> pretrain("late", "--rounds=1", steps, with, "--seed=2"));
    assertTrue(seed.contains(" was made with seed 1 instead of 2; "), seed);
    String[] grey = {"--set", "/method/crops/1/augmentations/0/probability=0.5"};
    String other = refused(() -> pretrain("late", "--rounds=1", steps, with, grey[0], grey[1]));
    assertTrue(other.contains("views[1].augmentations[0].probability 0.2 instead of 0.5"), other);
    String split = refused(() -> pretrain("late", "--rounds=1", steps, with, "--split=test"));
    assertTrue(split.contains(" was made with split train instead of test"), split);
    assertFalse(Files.exists(directory.resolve("late")));
  }

  @Test
  void saysWhatTheViewsTakeAndWhatIsNext() {
    PrintStream standard = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      augment("views", "--epochs=1-2");
    } finally {
      System.setOut(standard);
    }
    String text = out.toString(StandardCharsets.UTF_8);
    int bytes = 3 * (2 * 14 * 14 + 3 * 8 * 8 + 20 * 20);
    assertTrue(text.contains("60 images, epochs 1 to 2, in " + views), text);
    assertTrue(text.contains(bytes + " bytes of pixels an image and epoch"), text);
    assertTrue(
        text.contains("--views=" + views + " --split=train --rounds=1 --stepsPerRound=22"), text);
  }

  @Test
  void epochsAreOneOrARange() {
    assertEquals(new Epochs(0, 3), Epochs.parse("0-3"));
    assertEquals(new Epochs(5, 5), Epochs.parse("5"));
    for (String wrong : List.of("3-1", "-1", "a", "", "1-", "0-3-4", "1000000")) {
      assertTrue(refused(() -> Epochs.parse(wrong)).contains("such as 0-3"), wrong);
    }
  }
}
