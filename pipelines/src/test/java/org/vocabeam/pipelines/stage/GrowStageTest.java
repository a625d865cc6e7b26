package org.vocabeam.pipelines.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.CRC32;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.pipelines.FileTree;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.ingest.Growth;
import org.vocabeam.transforms.ingest.ImageIncrements;
import org.vocabeam.transforms.ingest.ReadImages;
import org.vocabeam.transforms.source.ImageSource;
import org.vocabeam.transforms.source.SourceOptions;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.store.StoreReader;

/** An images store that grows. */
class GrowStageTest {
  @TempDir private Path directory;
  private Path folder;
  private ImageIncrements store;

  @BeforeEach
  void first() throws IOException {
    folder = directory.resolve("folder");
    SmallStore.draw(folder, "train", 0, 29);
    SmallStore.draw(folder, "test", 30, 44);
    Files.writeString(folder.resolve("train/disc/note.txt"), "no image");
    store = new ImageIncrements(directory.resolve("grown").toString());
    grow("grown");
  }

  private void grow(String output, String... more) {
    List<String> arguments = new ArrayList<>(List.of("ingest", "--grow", "--input=" + folder));
    arguments.add("--output=" + directory.resolve(output));
    arguments.addAll(List.of(more));
    if (List.of(more).stream().noneMatch(option -> option.startsWith("--runner"))) {
      arguments.add("--runner=DirectRunner");
    }
    Vocabeam.run(arguments);
  }

  private List<String> ids(int increment) {
    return StoreReader.open(ImageRecord.TYPE, store.images(increment)).rows().stream()
        .map(ImageRecord::id)
        .sorted()
        .toList();
  }

  /** Two new images, and all that is none. */
  private void change() throws IOException {
    SmallStore.draw(folder, "train", 45, 45);
    SmallStore.draw(folder, "test", 46, 46);
    Path train = folder.resolve("train");
    Files.move(train.resolve("square/0000.png"), train.resolve("square/renamed.png"));
    Files.move(train.resolve("disc/0001.png"), train.resolve("bar/0001.png")); // relabelled
    Files.copy(train.resolve("bar/0002.png"), train.resolve("bar/copy.png"));
    Files.copy(train.resolve("square/0045.png"), train.resolve("square/9999.png"));
    Files.delete(train.resolve("square/0003.png"));
  }

  @Test
  void onlyWhatIsNewIsAdded() throws IOException {
    assertEquals(45, ids(1).size());
    Map<String, Object> before = FileTree.times(Path.of(store.directory(1)));
    change();
    grow("grown");
    assertEquals(2, store.count());
    TreeSet<String> expected = new TreeSet<>(ids(1));
    expected.add("train/square/0045.png");
    expected.add("test/disc/0046.png");
    assertEquals(List.copyOf(expected), ids(2));
    assertEquals(
        2, StoreReader.open(ImageRecord.TYPE, store.added(2)).manifest().rows(), "rows written");
    assertEquals(before, FileTree.times(Path.of(store.directory(1))), "written once");
    // Known are 29 unmoved of train, the copy, 15 of test; renamed are 0000, 0001 and the copy.
    assertEquals(new Growth(45, 3, 1, 1, 1), Growth.read(store.images(2)));
  }

  @Test
  void onlyWhatIsNewIsDecoded() throws IOException {
    change();
    DecodeOptions decode = DecodeOptions.keep();
    ImageSource source = ImageSource.open(folder.toString(), SourceOptions.usual(), decode);
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=DirectRunner").create());
    pipeline.apply(ReadImages.from(source, decode).newTo(store, 1));
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    var counters =
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.inNamespace(ReadImages.class))
                    .build())
            .getCounters();
    for (var counter : counters) {
      long expected = counter.getName().getName().equals("images") ? 2 : 1;
      assertEquals(expected, counter.getAttempted(), counter.getName().toString());
    }
    assertTrue(counters.iterator().hasNext());
  }

  @Test
  void statisticsAreThoseOfAllImages() throws IOException {
    SmallStore.draw(folder, "train", 45, 60);
    grow("grown");
    Vocabeam.run(
        List.of(
            "ingest",
            "--input=" + folder,
            "--output=" + directory.resolve("whole"),
            "--runner=DirectRunner"));
    String whole = directory.resolve("whole/images").toString();
    assertEquals(ImageStatistics.read(whole), ImageStatistics.read(store.images(2)));
    // A copy by its pixels alone is new, and counted as in every store.
    Path again = folder.resolve("train/bar/again.png");
    byte[] png = Files.readAllBytes(folder.resolve("train/bar/0002.png"));
    Files.write(again, withComment(png));
    grow("grown");
    assertEquals(1, ImageStatistics.read(store.images(3)).copies());
    assertEquals(62, ImageStatistics.read(store.images(3)).images());
  }

  /** The same PNG with a text chunk after its header. */
  private static byte[] withComment(byte[] png) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DataOutputStream data = new DataOutputStream(out);
    data.write(png, 0, 33);
    byte[] chunk = "tEXtk\0v".getBytes(StandardCharsets.ISO_8859_1);
    data.writeInt(chunk.length - 4);
    data.write(chunk);
    CRC32 crc = new CRC32();
    crc.update(chunk);
    data.writeInt((int) crc.getValue());
    data.write(png, 33, png.length - 33);
    return out.toByteArray();
  }

  @Test
  void anotherImageOfAKnownNameHasANameOfItsOwn() throws IOException {
    Path file = folder.resolve("train/square/0000.png");
    SmallStore.draw(directory.resolve("other"), "train", 300, 300);
    Files.copy(
        directory.resolve("other/train/square/0300.png"),
        file,
        StandardCopyOption.REPLACE_EXISTING);
    grow("grown");
    List<String> ids = new ArrayList<>(ids(2));
    ids.removeAll(ids(1));
    assertEquals(1, ids.size());
    assertTrue(ids.get(0).matches("train/square/0000\\.png@[0-9a-f]{8}"), ids.get(0));
    assertEquals(new Growth(44, 0, 0, 0, 1), Growth.read(store.images(2)));
  }

  @Test
  void nothingNewIsNoIncrement() throws IOException {
    Files.delete(folder.resolve("train/square/0000.png"));
    grow("grown");
    assertEquals(1, store.count());
    assertFalse(Files.exists(Path.of(store.images(2)).resolve("growth.json")));
    SmallStore.draw(folder, "train", 45, 45);
    grow("grown");
    assertEquals(2, store.count());
  }

  @Test
  @Tag("slow")
  void theSameBytesElsewhereAndOnFlink() throws IOException {
    SmallStore.draw(folder, "train", 45, 60);
    Path first = Path.of(store.directory(1));
    Path other = directory.resolve("other/" + first.getFileName());
    Files.createDirectories(other);
    try (var files = Files.walk(first)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        Path to = other.resolve(first.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    grow("grown");
    grow("other", "--runner=FlinkRunner", "--parallelism=2");
    FileTree.assertSame(directory.resolve("grown"), directory.resolve("other"));
  }

  @Test
  @Tag("slow")
  void everyCommandTakesAGrownStore() throws IOException {
    SmallStore.draw(folder, "train", 45, 60);
    grow("grown");
    Path moved = directory.resolve("moved");
    Files.move(Path.of(store.root()), moved);
    String images = new ImageIncrements(moved.toString()).images(2);
    TrainingImages training = TrainingImages.open(images, "train");
    assertEquals(46, training.count());
    assertEquals(
        training.groups().size(), training.groups().stream().map(g -> g.name()).distinct().count());
    String run = directory.resolve("run").toString();
    Vocabeam.run(
        List.of(
            "pretrain",
            "--images=" + images,
            "--output=" + run,
            "--rounds=1",
            "--stepsPerRound=8",
            "--batchSize=8",
            "--words=16",
            "--runner=DirectRunner"));
    Vocabeam.run(List.of("inspect", images));
    Vocabeam.run(
        List.of(
            "ingest",
            "--input=" + images,
            "--output=" + directory.resolve("one"),
            "--runner=DirectRunner"));
    assertEquals(
        ImageStatistics.read(images).mean(),
        ImageStatistics.read(directory.resolve("one/images").toString()).mean());
    String refused =
        refused(
            () ->
                Vocabeam.run(
                    List.of(
                        "pretrain",
                        "--method=bownet",
                        "--generations=1",
                        "--teacher=" + run,
                        "--images=" + images,
                        "--output=" + directory.resolve("bownet"),
                        "--rounds=1",
                        "--stepsPerRound=2",
                        "--batchSize=8",
                        "--words=16",
                        "--runner=DirectRunner")));
    assertTrue(refused.startsWith("the images are several stores, and targets need one"), refused);
  }

  private static String refused(Runnable command) {
    return Failure.of(assertThrows(Exception.class, command::run)).line();
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertEquals(
        store.images(1)
            + " was made with resize 0 instead of 8; a store grows by the options that it began"
            + " with: give them, or another --output",
        refused(() -> grow("grown", "--resize=8")));
    assertEquals(
        "--grow keeps what is there, and --overwrite replaces it; give one",
        refused(() -> grow("grown", "--overwrite")));
    String none = refused(() -> grow("none", "--maxPixels=10"));
    assertTrue(none.contains("(image folder), of 46 files none was taken: 45 more pixels"), none);
    assertEquals(0, new ImageIncrements(directory.resolve("none").toString()).count());
  }
}
