package org.vocabeam.transforms.teacher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vocabeam.transforms.features.PixelTeacher.CELLS;
import static org.vocabeam.transforms.features.PixelTeacher.CHANNELS;
import static org.vocabeam.transforms.features.PixelTeacher.SIDE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.codebook.DescriptorRecord;

/** {@link ExtractDescriptors}: exact records. */
class ExtractDescriptorsTest extends TeacherStores {
  private static final long SEED = 7;

  /** The first cells of an order that Fisher and Yates draw from the hash of (seed, id). */
  private static List<DescriptorRecord> descriptors(String split, int perImage, long seed) {
    List<DescriptorRecord> rows = new ArrayList<>();
    for (String id : ids(split)) {
      int[] order = IntStream.range(0, CELLS).toArray();
      SplittableRandom random = Seeds.random(seed, "descriptors", id);
      for (int i = CELLS - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swapped = order[i];
        order[i] = order[j];
        order[j] = swapped;
      }
      for (int n = 0; n < perImage; n++) {
        int cell = order[n];
        float[] values =
            Arrays.copyOfRange(features.get(id), cell * CHANNELS, (cell + 1) * CHANNELS);
        rows.add(DescriptorRecord.of(id, cell / SIDE, cell % SIDE, values));
      }
    }
    return rows;
  }

  @Test
  void descriptorsAreDrawnCellsOfTheSplit() {
    List<DescriptorRecord> expected = descriptors("train", 5, SEED);
    assertEquals(200, expected.size());
    assertGives(expected, ExtractDescriptors.of(groups, "train", cells, 5, SEED));
    assertNotEquals(expected, descriptors("train", 5, SEED + 1), "another seed, other cells");
  }

  @Test
  void allCellsOfAllSplitsAreDescriptorsOnRequest() {
    List<DescriptorRecord> expected = descriptors(null, CELLS, SEED);
    assertEquals(
        60 * CELLS, expected.stream().map(DescriptorRecord::id).distinct().count(), "every cell");
    assertGives(expected, ExtractDescriptors.of(groups, null, cells, CELLS, SEED));
  }

  @Test
  void aRetriedRowGroupGivesTheSameDescriptors() {
    assertGives(
        twice(descriptors("train", 2, SEED)),
        ExtractDescriptors.of(twice(), "train", cells, 2, SEED));
  }

  @Test
  void noImagesGiveNoDescriptors() {
    assertGives(List.of(), ExtractDescriptors.of(List.of(), null, cells, 2, SEED));
    assertGives(List.of(), ExtractDescriptors.of(groups, "none", cells, 2, SEED));
  }

  @Test
  void moreDescriptorsThanCellsAreRefused() {
    for (int perImage : new int[] {0, CELLS + 1}) {
      UserError error =
          assertThrows(
              UserError.class, () -> ExtractDescriptors.of(groups, null, cells, perImage, SEED));
      assertEquals(
          "perImage is " + perImage + ", must be 1 to 16, the cells of the map of layer1",
          error.getMessage());
    }
  }
}
