package org.vocabeam.models.views;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.DoublePredicate;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.Seeds;

class ViewSamplerTest {
  private static final int IMAGES = 20_000;

  /** Draws one parameter for many images (of the first crop of each). */
  private static double[] draw(ViewSpec spec, int height, int width, ViewParameter column) {
    int index = spec.parameters().indexOf(column);
    double[] values = new double[IMAGES];
    for (int image = 0; image < IMAGES; image++) {
      values[image] =
          ViewSampler.sample(spec, height, width, Seeds.of(1, 0, image, spec.name()))
              .parameters()[index];
    }
    return values;
  }

  /** Draws many images, and takes a number of the first cut of each. */
  private static double[] drawCut(
      ViewSpec spec, int height, int width, ToDoubleFunction<Cut> number) {
    double[] values = new double[IMAGES];
    for (int image = 0; image < IMAGES; image++) {
      long seed = Seeds.of(1, 0, image, spec.name());
      Cut cut = ViewSampler.sample(spec, height, width, seed).cuts().get(0);
      values[image] = number.applyAsDouble(cut);
    }
    return values;
  }

  /** Checks that a share is within four standard deviations of its probability. */
  private static void assertShare(double probability, double[] values, DoublePredicate event) {
    double share = Arrays.stream(values).filter(event).count() / (double) values.length;
    double deviation = Math.sqrt(probability * (1 - probability) / values.length);
    assertEquals(probability, share, 4 * deviation);
  }

  /** Checks U(low, high): its range is kept and reached, mean and variance fit. */
  private static void assertUniform(double low, double high, double[] values) {
    double length = high - low;
    double mean = Arrays.stream(values).average().orElseThrow();
    double variance =
        Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    double min = Arrays.stream(values).min().orElseThrow();
    double max = Arrays.stream(values).max().orElseThrow();
    assertTrue(low - 2e-4 * length <= min && min < low + 0.01 * length, "minimum " + min);
    assertTrue(high - 0.01 * length < max && max <= high + 2e-4 * length, "maximum " + max);
    assertEquals((low + high) / 2, mean, 4 * length / Math.sqrt(12.0 * values.length));
    assertEquals(length * length / 12, variance, 0.03 * length * length / 12);
  }

  private static double[] changed(double[] values, double neutral) {
    return Arrays.stream(values).filter(v -> v != neutral).toArray();
  }

  /** Returns height, width, top and left of crops in pixels. */
  private static double[][] boxes(ViewSpec spec, int height, int width) {
    return new double[][] {
      drawCut(spec, height, width, cut -> cut.rows().length()),
      drawCut(spec, height, width, cut -> cut.columns().length()),
      drawCut(spec, height, width, cut -> cut.rows().start()),
      drawCut(spec, height, width, cut -> cut.columns().start())
    };
  }

  @Test
  void cropsHaveThePapersAreasAndAspects() {
    ViewSpec spec =
        new ViewSpec("v", 160, 1, new RandomResizedCrop(0.08, 0.6), Orientation.FLIPPED, List.of());
    // Large, so that boxes of whole pixels hardly change the distribution and nearly all fit.
    int side = 4000;
    double[][] boxes = boxes(spec, side, side);
    double[] areas = new double[IMAGES];
    double[] logAspects = new double[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
      areas[i] = boxes[0][i] * boxes[1][i] / side / side;
      logAspects[i] = Math.log(boxes[1][i] / boxes[0][i]);
      assertEquals(Math.rint(boxes[0][i]), boxes[0][i], 0.01);
      assertEquals(Math.rint(boxes[1][i]), boxes[1][i], 0.01);
      assertTrue(boxes[2][i] > -0.01 && boxes[2][i] + boxes[0][i] < side + 0.01);
      assertTrue(boxes[3][i] > -0.01 && boxes[3][i] + boxes[1][i] < side + 0.01);
    }
    assertUniform(0.08, 0.6, areas);
    // Whole pixels blur the bounds of the aspect a little.
    double[] within =
        Arrays.stream(logAspects)
            .map(a -> Math.min(Math.max(a, Math.log(0.75)), -Math.log(0.75)))
            .toArray();
    assertArrayEquals(logAspects, within, 0.002);
    assertUniform(Math.log(0.75), -Math.log(0.75), within);
    double[] free = new double[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
      free[i] = boxes[2][i] / (side - boxes[0][i]);
    }
    assertUniform(0, 1, Arrays.stream(free).map(f -> Math.min(1, Math.max(0, f))).toArray());
  }

  @Test
  void anImpossibleCropIsTheLargestCentralOne() {
    // 10 x 100: no box of 90 % and an aspect up to 4/3; torchvision then takes 10 x 13 at (0, 43).
    ViewSpec spec =
        new ViewSpec("v", 8, 1, new RandomResizedCrop(0.9, 1), Orientation.UPRIGHT, List.of());
    double[][] boxes = boxes(spec, 10, 100);
    assertEquals(10, boxes[0][0], 1e-4);
    assertEquals(13, boxes[1][0], 1e-4);
    assertEquals(0, boxes[2][0], 1e-4);
    assertEquals(43, boxes[3][0], 1e-4);
    double[][] upright = boxes(spec, 100, 10);
    assertEquals(13, upright[0][0], 1e-4);
    assertEquals(10, upright[1][0], 1e-4);
  }

  @Test
  void probabilitiesAndFactorsAreThePapers() {
    ViewSpec spec = ViewSpec.obowCrops160();
    double[] brightness = draw(spec, 256, 256, ColourJitter.BRIGHTNESS);
    assertShare(0.8, brightness, v -> v != 1);
    assertUniform(0.6, 1.4, changed(brightness, 1));
    assertUniform(0.6, 1.4, changed(draw(spec, 256, 256, ColourJitter.CONTRAST), 1));
    assertUniform(-0.1, 0.1, changed(draw(spec, 256, 256, ColourJitter.HUE), 0));
    double[] saturation = draw(spec, 256, 256, ColourJitter.SATURATION);
    assertShare(0.2, saturation, v -> v == 0);
    assertUniform(0.6, 1.4, changed(changed(saturation, 1), 0));
    double[] sigma = draw(spec, 256, 256, GaussianBlur.SIGMA);
    assertShare(0.5, sigma, v -> v != 0);
    assertUniform(0.1, 2, changed(sigma, 0));
    assertShare(0.5, drawCut(spec, 256, 256, cut -> cut.turned().flipped() ? 1 : 0), v -> v == 1);
  }

  @Test
  void solarizeAndTurnsHaveTheirProbabilities() {
    ViewSpec spec =
        new ViewSpec(
            "v",
            32,
            1,
            new CentreCrop(32),
            new Orientation(0, true),
            List.of(new Solarize(77, 0.3)));
    double[] threshold = draw(spec, 32, 32, Solarize.THRESHOLD);
    assertShare(0.3, threshold, v -> v == 77);
    assertShare(0.7, threshold, v -> v == 256);
    double[] turns = drawCut(spec, 32, 32, cut -> cut.turned().turns());
    for (int turn = 0; turn < 4; turn++) {
      int each = turn;
      assertShare(0.25, turns, v -> v == each);
    }
  }

  @Test
  void aFactorNeverFallsBelowZero() {
    ColourJitter strong = new ColourJitter(1.5, 0, 0, 0, 1);
    ViewSpec spec =
        new ViewSpec("v", 32, 1, new CentreCrop(32), Orientation.UPRIGHT, List.of(strong));
    assertUniform(0, 2.5, draw(spec, 32, 32, ColourJitter.BRIGHTNESS));
  }

  @Test
  void patchesAreDifferentCellsWithJitter() {
    ViewSpec spec = ViewSpec.obowPatches96();
    List<ViewParameter> columns = spec.parameters();
    int width = columns.size();
    int[] cells = new int[9];
    boolean[] offsets = new boolean[25];
    for (int image = 0; image < IMAGES; image++) {
      float[] parameters = ViewSampler.sample(spec, 256, 256, Seeds.of(3, image)).parameters();
      Set<Integer> seen = new HashSet<>();
      for (int patch = 0; patch < 5; patch++) {
        int row = patch * width;
        int y = (int) parameters[row + columns.indexOf(PatchGrid.Y)];
        int x = (int) parameters[row + columns.indexOf(PatchGrid.X)];
        assertTrue(y % 68 <= 24 && x % 68 <= 24 && y / 68 < 3 && x / 68 < 3, y + " " + x);
        offsets[y % 68] = true;
        int cell = y / 68 * 3 + x / 68;
        assertTrue(seen.add(cell), "the same cell twice");
        cells[cell]++;
        // One base crop for all patches of an image.
        assertArrayEquals(
            Arrays.copyOf(parameters, width - 2),
            Arrays.copyOfRange(parameters, row, row + width - 2));
      }
    }
    for (int cell : cells) {
      assertEquals(5.0 / 9, cell / (double) IMAGES, 0.015);
    }
    for (boolean offset : offsets) {
      assertTrue(offset);
    }
  }

  @Test
  void theFirstPatchMayBeAnyCell() {
    PatchGrid grid = new PatchGrid(new RandomResizedCrop(1, 1), 32, 2, 16, 0);
    ViewSpec spec = new ViewSpec("v", 16, 3, grid, Orientation.UPRIGHT, List.of());
    assertShare(0.5, draw(spec, 32, 32, PatchGrid.Y), v -> v == 16);
    assertShare(0.5, draw(spec, 32, 32, PatchGrid.X), v -> v == 16);
  }

  @Test
  void allPatchesComeRowByRow() {
    PatchGrid grid = new PatchGrid(new RandomResizedCrop(1, 1), 32, 2, 16, 0);
    ViewSpec spec = new ViewSpec("v", 16, 4, grid, Orientation.UPRIGHT, List.of());
    int y = spec.parameters().indexOf(PatchGrid.Y);
    int x = spec.parameters().indexOf(PatchGrid.X);
    for (long seed = 0; seed < 20; seed++) {
      float[] parameters = ViewSampler.sample(spec, 32, 32, seed).parameters();
      for (int patch = 0; patch < 4; patch++) {
        int row = patch * spec.width();
        assertEquals(patch / 2 * 16, parameters[row + y]);
        assertEquals(patch % 2 * 16, parameters[row + x]);
      }
    }
  }

  @Test
  void theSeedDecidesAndNothingElse() {
    ViewSpec spec = ViewSpec.obowCrops160();
    DrawnViews once = ViewSampler.sample(spec, 256, 256, 5);
    int width = spec.width();
    assertEquals(2 * width, once.parameters().length);
    DrawnViews again = ViewSampler.sample(spec, 256, 256, 5);
    assertEquals(once.cuts(), again.cuts());
    assertArrayEquals(once.parameters(), again.parameters());
    DrawnViews other = ViewSampler.sample(spec, 256, 256, 6);
    assertNotEquals(once.cuts(), other.cuts());
    assertFalse(Arrays.equals(once.parameters(), other.parameters()));
    assertNotEquals(once.cuts().get(0), once.cuts().get(1));
    assertFalse(
        Arrays.equals(
            Arrays.copyOf(once.parameters(), width),
            Arrays.copyOfRange(once.parameters(), width, 2 * width)));
  }

  /** Pins the first draws: a change of these numbers changes all runs. */
  @Test
  void theFirstDrawsStayAsTheyAre() {
    DrawnViews drawn = ViewSampler.sample(ViewSpec.obowCrops160(), 256, 256, 1);
    assertEquals(
        List.of(
            new Cut(Axis.of(88, 146, 160), Axis.of(88, 168, 160), new Orientation.Drawn(true, 0)),
            new Cut(Axis.of(67, 156, 160), Axis.of(40, 150, 160), new Orientation.Drawn(false, 0))),
        drawn.cuts());
    assertArrayEquals(
        new float[] {
          0.058799323f,
          0.92331374f,
          1.0843363f,
          0.96395034f,
          0, // hue to sigma
          -8.240097E-4f,
          0.6984871f,
          0.8295291f,
          0.6383209f,
          1.0794878f
        },
        drawn.parameters());
  }
}
