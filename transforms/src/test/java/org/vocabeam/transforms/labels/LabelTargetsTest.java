package org.vocabeam.transforms.labels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.evaluate.LabelShare;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.store.WrittenStore;
import org.vocabeam.transforms.targets.TargetRecord;

/**
 * {@link LabelTargets} and {@link SelectLabelled}: exact records. Expected are the labels that
 * {@link LabelShare#rows} chooses, as the linear probes do.
 */
class LabelTargetsTest {
  private static final List<String> CLASSES = List.of("cat", "dog", "emu");

  @TempDir static Path directory;

  private static List<ImageRecord> images;
  private static List<RowGroup> groups;

  /** 90 images: 40 cats, 20 dogs, 1 emu in train; others are without label or in test. */
  @BeforeAll
  static void write() throws IOException {
    images = new ArrayList<>();
    add("cat", "train", 40);
    add("dog", "train", 20);
    add("emu", "train", 1);
    add(null, "train", 9);
    add("cat", "test", 15);
    add("emu", "test", 5);
    groups =
        WrittenStore.of(ImageRecord.TYPE, directory.resolve("images"), images, 2, 1024, Map.of())
            .rowGroups();
    assertTrue(groups.size() > 2, groups.toString());
  }

  private static void add(@Nullable String label, String split, int count) {
    for (int i = 0; i < count; i++) {
      String id = label + "-" + split + "-" + i;
      images.add(new ImageRecord(id, label, split, 4, 2, 1, ImageRecord.RAW, new byte[8]));
    }
  }

  private static List<ImageRecord> ofSplit(@Nullable String split) {
    return images.stream().filter(i -> split == null || i.split().equals(split)).toList();
  }

  private static Set<String> labelled(@Nullable String split, LabelShare share) {
    List<ImageRecord> candidates =
        ofSplit(split).stream().filter(image -> image.label() != null).toList();
    List<String> ids = candidates.stream().map(ImageRecord::id).toList();
    int[] labels = candidates.stream().mapToInt(i -> CLASSES.indexOf(i.label())).toArray();
    return new TreeSet<>(IntStream.of(share.rows(ids, labels)).mapToObj(ids::get).toList());
  }

  private static List<TargetRecord> targets(@Nullable String split, LabelShare share) {
    Set<String> labelled = labelled(split, share);
    return ofSplit(split).stream()
        .map(
            image ->
                labelled.contains(image.id())
                    ? new TargetRecord(
                        image.id(), List.of(CLASSES.indexOf(image.label())), List.of(1f))
                    : new TargetRecord(image.id(), List.of(), List.of()))
        .toList();
  }

  private static void assertTargets(
      List<TargetRecord> expected,
      List<RowGroup> groups,
      @Nullable String split,
      LabelShare share,
      String... options) {
    Pipeline pipeline = Pipeline.create(PipelineOptionsFactory.fromArgs(options).create());
    PAssert.that(pipeline.apply(LabelTargets.of(new LabelledImages(groups, split, share), CLASSES)))
        .containsInAnyOrder(expected);
    pipeline.run().waitUntilFinish();
  }

  @Test
  void aShareOfEveryClassHasItsLabelAsTarget() {
    LabelShare share = new LabelShare(0.25, 3);
    List<TargetRecord> expected = targets("train", share);
    assertEquals(70, expected.size());
    assertEquals(10 + 5 + 1, expected.stream().filter(t -> !t.words().isEmpty()).count());
    assertTargets(expected, groups, "train", share);
    assertTargets(expected, groups, "train", share, "--targetParallelism=1");
  }

  @Test
  void allLabelsOfAllSplitsOnRequest() {
    LabelShare all = new LabelShare(1, 3);
    List<TargetRecord> expected = targets(null, all);
    assertEquals(81, expected.stream().filter(t -> !t.words().isEmpty()).count());
    assertTargets(expected, groups, null, all);
  }

  @Test
  void anotherSeedChoosesOthers() {
    assertNotEquals(
        targets("train", new LabelShare(0.25, 3)), targets("train", new LabelShare(0.25, 4)));
    assertTargets(
        targets("train", new LabelShare(0.25, 4)), groups, "train", new LabelShare(0.25, 4));
  }

  /** The number of a class is its place among all classes, also where some have no image. */
  @Test
  void classesOfOtherSplitsKeepTheirNumbers() {
    LabelShare all = new LabelShare(1, 3);
    List<TargetRecord> expected = targets("test", all);
    assertTrue(expected.contains(new TargetRecord("emu-test-0", List.of(2), List.of(1f))));
    assertTargets(expected, groups, "test", all);
  }

  @Test
  void noImagesGiveNoTargets() {
    LabelShare share = new LabelShare(0.5, 3);
    assertTargets(List.of(), List.of(), null, share);
    assertTargets(List.of(), groups, "none", share);
  }

  private static void assertSelects(
      List<RowGroup> groups, @Nullable String split, LabelShare share, int count) {
    Set<String> labelled = labelled(split, share);
    List<ImageRecord> expected =
        groups.isEmpty()
            ? List.of()
            : images.stream().filter(image -> labelled.contains(image.id())).toList();
    assertEquals(count, expected.size());
    Pipeline pipeline = Pipeline.create();
    PAssert.that(pipeline.apply(SelectLabelled.of(new LabelledImages(groups, split, share))))
        .containsInAnyOrder(expected);
    pipeline.run().waitUntilFinish();
  }

  @Test
  void theLabelledImagesAreSelectedWhole() {
    assertSelects(groups, "train", new LabelShare(0.25, 3), 16);
    assertSelects(groups, null, new LabelShare(1, 3), 81);
    assertSelects(groups, "train", new LabelShare(0.01, 3), 3); // one of every class
    assertSelects(List.of(), null, new LabelShare(1, 3), 0);
  }
}
