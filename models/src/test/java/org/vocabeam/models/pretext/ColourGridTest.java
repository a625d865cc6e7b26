package org.vocabeam.models.pretext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Sandbox;

/** The colours of CIE Lab, and which of them an image's parts have. */
final class ColourGridTest {

  /** Values of the sRGB primaries under D65 (Lindbloom's calculator, rounded). */
  @Test
  void coloursThatAreKnown() {
    assertArrayEquals(new double[] {100, 0, 0}, ColourGrid.lab(1, 1, 1), 0.02);
    assertArrayEquals(new double[] {0, 0, 0}, ColourGrid.lab(0, 0, 0), 1e-9);
    assertArrayEquals(new double[] {53.24, 80.09, 67.20}, ColourGrid.lab(1, 0, 0), 0.02);
    assertArrayEquals(new double[] {87.74, -86.18, 83.18}, ColourGrid.lab(0, 1, 0), 0.02);
    assertArrayEquals(new double[] {32.30, 79.19, -107.86}, ColourGrid.lab(0, 0, 1), 0.02);
  }

  @Test
  void theGraphHasTheSameColours() {
    float[] pixels = new float[5 * 5 * 5 * 3];
    for (int i = 0; i < 125; i++) {
      int red = i / 25;
      pixels[3 * i] = red / 4f;
      pixels[3 * i + 1] = i / 5 % 5 / 4f;
      pixels[3 * i + 2] = i % 5 / 4f;
    }
    try (Sandbox sandbox = new Sandbox()) {
      List<Operand<TFloat32>> lab =
          ColourGrid.lab(sandbox.tf(), sandbox.floats(pixels, 5, 5, 5, 3));
      List<float[]> values = sandbox.run(lab);
      for (int i = 0; i < 125; i++) {
        double[] expected = ColourGrid.lab(pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]);
        for (int axis = 0; axis < 3; axis++) {
          assertEquals(expected[axis], values.get(axis)[i], 2e-3, "pixel " + i + " axis " + axis);
        }
      }
    }
  }

  /** Counted over all 16,777,216 colours of 8 bits, by another program. */
  @Test
  void everyColourOfEightBitsIsInACell() {
    assertEquals(261, ColourGrid.of(10).colours());
    assertEquals(77, ColourGrid.of(20).colours());
  }

  @Test
  void everyPartHasTheColourOfItsMean() {
    ColourGrid grid = ColourGrid.of(20);
    // Two images of two by two pixels: one of a single colour, one whose mean is grey.
    float[] a = {41, 39, 40, 40, 60, -60, 60, -60};
    float[] b = {1, -1, 1, -1, 0, 0, 0, 0};
    try (Sandbox sandbox = new Sandbox()) {
      float[] oneHot =
          sandbox.run(
              grid.nearest(
                  sandbox.tf(), sandbox.floats(a, 2, 2, 2), sandbox.floats(b, 2, 2, 2), 1));
      int colours = grid.colours();
      assertEquals(2 * colours, oneHot.length);
      assertEquals(1, oneHot[colour(grid, 40, 0)]);
      assertEquals(1, oneHot[colours + colour(grid, 0, 0)]);
      float sum = 0;
      for (float value : oneHot) {
        sum += value;
      }
      assertEquals(2, sum);
    }
  }

  /** TensorFlow's own operation places the parts in float32: 1e-5 of the largest value. */
  @ParameterizedTest
  @CsvSource({"32, 8", "28, 8", "30, 7", "25, 24", "9, 1", "5, 5"})
  void meansOfPartsAreThoseOfResizeArea(int pixels, int side) {
    float[] values = new float[2 * pixels * pixels * 2];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-100, 100);
    }
    try (Sandbox sandbox = new Sandbox()) {
      Operand<TFloat32> images = sandbox.floats(values, 2, pixels, pixels, 2);
      float[] expected =
          sandbox.run(
              sandbox.tf().image.resizeArea(images, sandbox.tf().constant(new int[] {side, side})));
      float[] means = sandbox.run(ColourGrid.means(sandbox.tf(), images, side));
      assertArrayEquals(expected, means, 1e-3f);
    }
  }

  private static int colour(ColourGrid grid, int a, int b) {
    int reach = (int) Math.ceil(110 / grid.step());
    int side = 2 * reach + 1;
    int colour =
        grid.colourOf()[(a / (int) grid.step() + reach) * side + b / (int) grid.step() + reach];
    assertTrue(colour >= 0);
    return colour;
  }

  /** Rare colours weigh more, and the weights are 1 on average (eq. 4). */
  @Test
  void weightsOfRareColours() {
    float[] prior = {0.7f, 0.2f, 0.1f, 0};
    try (Sandbox sandbox = new Sandbox()) {
      float[] weights =
          sandbox.run(Colorization.weights(sandbox.tf(), sandbox.floats(prior, 4), 0.5));
      double mean = 0;
      for (int i = 0; i < 4; i++) {
        mean += prior[i] * weights[i];
      }
      assertEquals(1, mean, 1e-5);
      // 1 / (0.5 p + 0.5 / 4)
      assertEquals((0.35 + 0.125) / (0.05 + 0.125), weights[2] / weights[0], 1e-4);
    }
  }
}
