package org.vocabeam.transforms.signal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.Seeds;
import org.vocabeam.transforms.features.PixelTeacher;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;

class SignalSampleTest {
  @TempDir Path directory;

  private List<RowGroup> store(int images, IntFunction<@Nullable String> label) throws IOException {
    List<ImageRecord> rows = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      rows.add(PixelTeacher.image("i" + i, label.apply(i), i % 4 == 0 ? "test" : "train"));
    }
    return PixelTeacher.store(directory, rows);
  }

  private static List<String> byHash(IntStream numbers) {
    return numbers
        .mapToObj(i -> "i" + i)
        .sorted(Comparator.comparingLong(id -> Seeds.of(0, "signal", id)))
        .toList();
  }

  @Test
  void theImagesOfTheSplitWithTheSmallestHashesAreDrawn() throws IOException {
    List<RowGroup> groups = store(60, i -> "c" + i % 3);
    SignalSample sample = SignalSample.draw(groups, "train", 1000);
    List<String> expected = byHash(IntStream.range(0, 60).filter(i -> i % 4 != 0));
    assertEquals(expected, sample.ids());
    assertArrayEquals(
        expected.stream().mapToInt(id -> Integer.parseInt(id.substring(1)) % 3).toArray(),
        sample.labels());
    assertEquals(3, sample.classes());
    assertTrue(sample.hasNeighbours());
    assertEquals(expected.subList(0, 7), SignalSample.draw(groups, "train", 7).ids());
    assertEquals(byHash(IntStream.range(0, 60)), SignalSample.draw(groups, null, 60).ids());
  }

  @Test
  void labelledImagesComeFirst() throws IOException {
    List<RowGroup> groups = store(40, i -> i < 6 ? "c" + i % 2 : null);
    SignalSample sample = SignalSample.draw(groups, null, 10);
    assertEquals(byHash(IntStream.range(0, 6)), sample.ids().subList(0, 6));
    assertEquals(byHash(IntStream.range(6, 40)).subList(0, 4), sample.ids().subList(6, 10));
    assertArrayEquals(new int[] {-1, -1, -1, -1}, Arrays.copyOfRange(sample.labels(), 6, 10));
  }

  @Test
  void withoutLabelsThereAreNoNeighbours() throws IOException {
    SignalSample sample = SignalSample.draw(store(40, i -> null), "train", 10);
    assertEquals(10, sample.ids().size());
    assertEquals(0, sample.classes());
    assertFalse(sample.hasNeighbours());
  }

  /** A sample of 30 of 1,000 images needs few of their row groups, spread over the store. */
  @Test
  void fewRowGroupsAreRead() throws IOException {
    List<RowGroup> groups = store(1000, i -> "c" + i % 2);
    assertTrue(groups.size() > 30, groups.size() + " row groups");
    SignalSample sample = SignalSample.draw(groups, "train", 30);
    assertEquals(30, sample.ids().size());
    assertEquals(4, sample.groups().size());
    assertEquals(4, new HashSet<>(sample.groups()).size());
    int half = groups.size() / 2;
    assertTrue(
        sample.groups().stream().anyMatch(group -> groups.indexOf(group) < half)
            && sample.groups().stream().anyMatch(group -> groups.indexOf(group) >= half),
        sample.groups().toString());
  }
}
