package org.vocabeam.models.views;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeometryTest {
  private static final int[][] QUARTER = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};

  private static ViewSpec spec(int size, Geometry geometry, double flip, boolean turns) {
    return new ViewSpec("v", size, 1, geometry, new Orientation(flip, turns), List.of());
  }

  private static ViewSpec centre(int resize, int size) {
    return spec(size, new CentreCrop(resize), 0, false);
  }

  private static Picture grey(int[][] pixels) {
    return Picture.of(pixels.length, pixels[0].length, 1, (y, x, c) -> pixels[y][x]);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void theWholeImageIsTheImage(int channels) {
    for (int size : new int[] {1, 2, 7, 28, 32, 96, 224}) {
      Picture image = Picture.random(size, size, channels, size);
      assertEquals(image, image.view(centre(size, size), 1));
    }
  }

  @Test
  void flipMirrorsTheColumns() {
    Picture image = Picture.random(9, 9, 3, 1);
    Picture mirrored = Picture.of(9, 9, 3, (y, x, c) -> image.at(y, 8 - x, c));
    assertEquals(mirrored, image.view(spec(9, new CentreCrop(9), 1, false), 1));
  }

  @Test
  void centreCropIsTorchvisions() {
    // Resized: 36 x 40. int(round((36 - 33) / 2)) = 2 and round(3.5) = 4: Python rounds to even.
    Picture image = Picture.random(36, 40, 3, 1);
    assertEquals(
        Picture.of(33, 33, 3, (y, x, c) -> image.at(y + 2, x + 4, c)),
        image.view(centre(36, 33), 1));
  }

  /** The triangle of twice the width: 1, 3, 3, 1 of 8; at the border what is left of it. */
  @Test
  void halfTheSizeIsFiltered() {
    int[] row = {0, 80, 160, 240, 40, 120, 200, 16};
    Picture image = Picture.of(8, 8, 1, (y, x, c) -> row[x]);
    int[] half = {
      (3 * 0 + 3 * 80 + 160 + 3) / 7,
      (80 + 3 * 160 + 3 * 240 + 40 + 4) / 8,
      (240 + 3 * 40 + 3 * 120 + 200 + 4) / 8,
      (120 + 3 * 200 + 3 * 16 + 3) / 7
    };
    assertEquals(Picture.of(4, 4, 1, (y, x, c) -> half[x]), image.view(centre(4, 4), 1));
    Picture turned = Picture.of(8, 8, 1, (y, x, c) -> row[y]);
    assertEquals(Picture.of(4, 4, 1, (y, x, c) -> half[y]), turned.view(centre(4, 4), 1));
  }

  /** The filter reaches over the border of the crop, because the image is resized first. */
  @Test
  void centreCropOfALargerImage() {
    Picture row = Picture.random(1, 90, 1, 1);
    Picture image = Picture.of(60, 90, 1, (y, x, c) -> row.at(0, x, 0));
    Picture expected =
        Picture.of(
            16,
            16,
            1,
            (y, x, c) -> {
              int middle = 3 * (x + 7) + 1; // 7 of 30 columns are left out on each side
              int sum = 3 * row.at(0, middle, 0);
              sum += 2 * (row.at(0, middle - 1, 0) + row.at(0, middle + 1, 0));
              sum += row.at(0, middle - 2, 0) + row.at(0, middle + 2, 0);
              return (2 * sum + 9) / 18;
            });
    assertEquals(expected, image.view(centre(20, 16), 1));
  }

  @Test
  void twiceTheSizeKeepsTheCornersOfThePixels() {
    // Half-pixel centres (as Pillow and torch, align_corners = false); the border is repeated.
    assertEquals(
        grey(
            new int[][] {
              {0, 20, 60, 80}, {20, 40, 80, 100}, {60, 80, 120, 140}, {80, 100, 140, 160}
            }),
        grey(new int[][] {{0, 80}, {80, 160}}).view(centre(4, 4), 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aConstantImageHasConstantViews(int channels) {
    ViewSpec spec =
        new ViewSpec(
            "v", 23, 50, new RandomResizedCrop(0.05, 1), new Orientation(0.5, true), List.of());
    Picture image = Picture.of(31, 20, channels, (y, x, c) -> 255 - 100 * c);
    Picture expected = Picture.of(23, 23, channels, (y, x, c) -> 255 - 100 * c);
    image.views(spec, image.draw(spec, 5)).forEach(view -> assertEquals(expected, view));
  }

  @Test
  void turnsAreCounterClockwise() {
    // torch.rot90(x, k) of [[1, 2, 3], [4, 5, 6], [7, 8, 9]].
    List<Picture> expected =
        List.of(
            grey(QUARTER),
            grey(new int[][] {{3, 6, 9}, {2, 5, 8}, {1, 4, 7}}),
            grey(new int[][] {{9, 8, 7}, {6, 5, 4}, {3, 2, 1}}),
            grey(new int[][] {{7, 4, 1}, {8, 5, 2}, {9, 6, 3}}));
    assertEachTurnGives(expected, spec(3, new CentreCrop(3), 0, true));
  }

  @Test
  void turnsComeAfterTheFlip() {
    List<Picture> expected =
        List.of(
            grey(new int[][] {{3, 2, 1}, {6, 5, 4}, {9, 8, 7}}),
            grey(new int[][] {{1, 4, 7}, {2, 5, 8}, {3, 6, 9}}),
            grey(new int[][] {{7, 8, 9}, {4, 5, 6}, {1, 2, 3}}),
            grey(new int[][] {{9, 6, 3}, {8, 5, 2}, {7, 4, 1}}));
    assertEachTurnGives(expected, spec(3, new CentreCrop(3), 1, true));
  }

  private static void assertEachTurnGives(List<Picture> expected, ViewSpec spec) {
    int images = 40;
    List<DrawnViews> drawn =
        IntStream.range(0, images).mapToObj(i -> grey(QUARTER).draw(spec, i)).toList();
    List<Picture> views = Picture.views(spec, Collections.nCopies(images, grey(QUARTER)), drawn);
    boolean[] seen = new boolean[4];
    for (int i = 0; i < images; i++) {
      int turns = drawn.get(i).cuts().get(0).turned().turns();
      seen[turns] = true;
      assertEquals(expected.get(turns), views.get(i));
    }
    assertTrue(seen[0] && seen[1] && seen[2] && seen[3]);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void patchesAreExactPixelsOfOneBaseCrop(int channels) {
    Picture image = Picture.random(70, 61, channels, 1);
    PatchGrid grid = new PatchGrid(new RandomResizedCrop(0.6, 1), 64, 3, 17, 6);
    ViewSpec patches =
        new ViewSpec(
            "v", 24, 5, grid, Orientation.FLIPPED, ViewSpec.obowPatches96().augmentations());
    // The same view without the second stage.
    ViewSpec base =
        new ViewSpec("v", 64, 1, grid.base(), Orientation.FLIPPED, patches.augmentations());
    int width = patches.width();
    List<ViewParameter> columns = patches.parameters();
    for (long seed = 0; seed < 10; seed++) {
      DrawnViews drawn = image.draw(patches, seed);
      float[] parameters = drawn.parameters();
      Picture crop = image.view(base, seed);
      List<Picture> views = image.views(patches, drawn);
      for (int patch = 0; patch < 5; patch++) {
        int top = (int) parameters[patch * width + columns.indexOf(PatchGrid.Y)];
        int left = (int) parameters[patch * width + columns.indexOf(PatchGrid.X)];
        assertEquals(
            Picture.of(24, 24, channels, (y, x, c) -> crop.at(top + y, left + x, c)),
            views.get(patch));
      }
      assertNotEquals(views.get(0), views.get(1));
    }
  }

  @Test
  void paperPatchesAreExactToo() {
    ViewSpec spec = ViewSpec.obowPatches96();
    ViewSpec base =
        new ViewSpec(
            "v", 256, 1, new RandomResizedCrop(0.6, 1), Orientation.FLIPPED, spec.augmentations());
    Picture image = Picture.random(300, 280, 3, 2);
    DrawnViews drawn = image.draw(spec, 8);
    float[] parameters = drawn.parameters();
    Picture crop = image.view(base, 8);
    List<Picture> views = image.views(spec, drawn);
    for (int patch = 0; patch < 5; patch++) {
      int end = (patch + 1) * spec.width();
      int top = (int) parameters[end - 2];
      int left = (int) parameters[end - 1];
      assertEquals(
          Picture.of(96, 96, 3, (y, x, c) -> crop.at(top + y, left + x, c)), views.get(patch));
    }
  }

  @Test
  void rowsAreImageByImage() {
    ViewSpec spec = ViewSpec.obowCrops(5, 3, new RandomResizedCrop(0.3, 1), GaussianBlur.NONE);
    List<Picture> batch =
        List.of(
            Picture.of(8, 8, 1, (y, x, c) -> 10),
            Picture.of(8, 8, 1, (y, x, c) -> 100),
            Picture.of(8, 8, 1, (y, x, c) -> 200));
    DrawnViews one = batch.get(0).draw(spec, 3);
    List<Picture> views = Picture.views(spec, batch, List.of(one, one, one));
    for (int image = 0; image < 3; image++) {
      assertEquals(batch.get(image).views(spec, one), views.subList(image * 3, image * 3 + 3));
    }
    assertEquals(9, views.size());
    assertNotEquals(views.get(0), views.get(3));
  }
}
