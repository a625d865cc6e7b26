package org.vocabeam.transforms.teacher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.transforms.features.PixelTeacher.CELLS;
import static org.vocabeam.transforms.features.PixelTeacher.CHANNELS;
import static org.vocabeam.transforms.features.PixelTeacher.SIDE;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.vocabeam.transforms.features.PixelTeacher;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.parquet.RowGroup;

/** {@link FindPatches}: exact records. */
class FindPatchesTest extends TeacherStores {
  private static List<PatchRecord> patches(String split, int border, int perWord) {
    Map<Integer, List<PatchRecord>> byWord = new TreeMap<>();
    for (String id : ids(split)) {
      Map<Integer, PatchRecord> ofImage = new TreeMap<>();
      for (int cell = 0; cell < CELLS; cell++) {
        int y = cell / SIDE;
        int x = cell % SIDE;
        if (y < border || x < border || y >= SIDE - border || x >= SIDE - border) {
          continue;
        }
        Nearest nearest = nearest(id, cell);
        PatchRecord known = ofImage.get(nearest.word());
        if (known == null || nearest.squaredDistance() < known.squaredDistance()) {
          ofImage.put(
              nearest.word(), new PatchRecord(nearest.word(), id, y, x, nearest.squaredDistance()));
        }
      }
      ofImage
          .values()
          .forEach(
              patch -> byWord.computeIfAbsent(patch.word(), w -> new ArrayList<>()).add(patch));
    }
    return byWord.values().stream()
        .flatMap(
            rows ->
                rows.stream()
                    .sorted(
                        Comparator.comparingDouble(PatchRecord::squaredDistance)
                            .thenComparing(PatchRecord::image))
                    .limit(perWord))
        .toList();
  }

  private static FindPatches find(
      List<RowGroup> groups, String split, WordSource words, int border, int perWord) {
    return FindPatches.of(groups, split, cells, words, border, perWord);
  }

  private static WordSource words() {
    return WordSource.codebook(codebook, CHANNELS);
  }

  @Test
  void patchesAreTheCellsNearestToEveryWord() {
    List<PatchRecord> expected = patches("train", 0, 3);
    assertEquals(9, expected.size());
    assertGives(expected, find(groups, "train", words(), 0, 3));
    assertGives(patches(null, 0, 100), find(groups, null, words(), 0, 100));
  }

  @Test
  void theBorderIsLeftOut() {
    List<PatchRecord> expected = patches("train", 1, 3);
    assertNotEquals(patches("train", 0, 3), expected, "cells of the border were nearest");
    assertGives(expected, find(groups, "train", words(), 1, 3));
    assertGives(List.of(), find(groups, "train", words(), 2, 3));
  }

  @Test
  void wordsOfACheckpointAreTheSame() {
    assertGives(
        patches("test", 0, 2),
        find(groups, "test", WordSource.variable(checkpoint, PixelTeacher.WORDS, CHANNELS), 0, 2));
    WordSource unknown = WordSource.variable(checkpoint, "nothing", CHANNELS);
    assertTrue(
        assertThrows(IllegalArgumentException.class, unknown::lease)
            .getMessage()
            .endsWith("has no variable nothing"));
  }

  /** Equally near patches: the lower id comes first. */
  @Test
  void equallyNearPatchesAreOrderedByImage() throws IOException {
    List<ImageRecord> equal =
        List.of(
            PixelTeacher.plain("b", null, "train", 51),
            PixelTeacher.plain("c", null, "train", 51),
            PixelTeacher.plain("a", null, "train", 51));
    List<RowGroup> group = PixelTeacher.store(directory.resolve("equal"), equal);
    double distance = squaredDistance(equal.get(0));
    assertGives(
        List.of(new PatchRecord(0, "a", 1, 1, distance), new PatchRecord(0, "b", 1, 1, distance)),
        find(group, null, words(), 1, 2));
    List<PatchRecord> sorted = new ArrayList<>();
    for (String image : List.of("b", "a", "c")) {
      sorted.add(new PatchRecord(0, image, 1, 1, 0.5));
    }
    sorted.add(new PatchRecord(0, "d", 1, 1, 0.25));
    sorted.sort(PatchRecord.nearestFirst());
    assertEquals(List.of("d", "a", "b", "c"), sorted.stream().map(PatchRecord::image).toList());
  }

  /** Squared distance of a cell within a plain image to the word (0.2, 0.2). */
  private static double squaredDistance(ImageRecord plain) {
    float[] all = PixelTeacher.cells(List.of(plain)).get(plain.id());
    double d0 = (double) all[10] - 0.2f;
    double d1 = (double) all[11] - 0.2f;
    return d0 * d0 + d1 * d1;
  }
}
