package org.vocabeam.models.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.graph.Layers.Mode;

class LayersTest {
  private static final int HEIGHT = 6;
  private static final int WIDTH = 7;
  private static final int INPUTS = 2;
  private static final int OUTPUTS = 3;

  private static float[] random(int size, String of) {
    SplittableRandom random = Seeds.random(1, of);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextDouble() - 0.5);
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 2", "3, 1", "3, 2", "7, 1", "7, 2"})
  void convolutionPadsEverySide(int kernel, int stride) {
    float[] x = random(HEIGHT * WIDTH * INPUTS, "x");
    float[] weight = random(kernel * kernel * INPUTS * OUTPUTS, "weight");
    try (Sandbox sandbox = new Sandbox()) {
      Layers layers = new Layers(sandbox.tf(), sandbox.variables().scope(""), Mode.TRAINING);
      Operand<TFloat32> input = sandbox.floats(x, 1, HEIGHT, WIDTH, INPUTS);
      Operand<TFloat32> y = layers.conv(input, "conv", OUTPUTS, kernel, stride);
      Operand<TFloat32> padsAtTheEnd =
          sandbox
              .tf()
              .nn
              .conv2d(
                  input,
                  sandbox.variables().get("conv.weight"),
                  List.of(1L, (long) stride, (long) stride, 1L),
                  "SAME");
      sandbox.write(Map.of("conv.weight", weight));
      float[] expected = convolved(x, weight, kernel, stride);
      assertArrayEquals(expected, sandbox.run(y), 1e-5f);
      if (kernel > 1 && stride > 1) {
        assertThrows(
            AssertionError.class,
            () -> assertArrayEquals(expected, sandbox.run(padsAtTheEnd), 1e-5f));
      }
    }
  }

  /** oneDNN's gradient of a 1x1 kernel at stride 2 is wrong with fewer than 8 inputs, on AVX2. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 4", "1, 2, 1", "1, 2, 2", "1, 2, 3", "1, 2, 4", "1, 2, 6", "1, 2, 7", "1, 2, 8",
    "3, 1, 2", "3, 2, 3", "3, 2, 4", "3, 2, 8", "7, 2, 3", "7, 2, 8"
  })
  void convolutionHasTheGradientOfItsKernel(int kernel, int stride, int inputs) {
    int images = 64;
    int side = 8;
    int outputs = 8;
    int outputSide = side / stride;
    float[] x = random(images * side * side * inputs, "x");
    float[] factors = random(images * outputSide * outputSide * outputs, "factors");
    float[] expected = new float[kernel * kernel * inputs * outputs];
    for (int at = 0; at < factors.length; at++) {
      int cell = at / outputs % (outputSide * outputSide);
      int image = at / outputs / (outputSide * outputSide);
      for (int tap = 0; tap < kernel * kernel; tap++) {
        int row = cell / outputSide * stride + tap / kernel - (kernel - 1) / 2;
        int column = cell % outputSide * stride + tap % kernel - (kernel - 1) / 2;
        boolean isInside = row >= 0 && row < side && column >= 0 && column < side;
        for (int i = 0; isInside && i < inputs; i++) {
          expected[(tap * inputs + i) * outputs + at % outputs] +=
              factors[at] * x[((image * side + row) * side + column) * inputs + i];
        }
      }
    }
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Layers layers = new Layers(tf, sandbox.variables().scope(""), Mode.TRAINING);
      Operand<TFloat32> y =
          layers.conv(
              sandbox.floats(x, images, side, side, inputs), "conv", outputs, kernel, stride);
      Operand<TFloat32> total =
          tf.sum(
              tf.math.mul(y, sandbox.floats(factors, images, outputSide, outputSide, outputs)),
              tf.constant(new int[] {0, 1, 2, 3}));
      Output<?>[] gradient =
          sandbox
              .graph()
              .addGradients(
                  total.asOutput(),
                  new Output<?>[] {sandbox.variables().get("conv.weight").asOutput()});
      sandbox.write(Map.of("conv.weight", random(expected.length, "weight")));
      assertArrayEquals(expected, sandbox.run(gradient[0].expect(TFloat32.class)), 1e-4f);
    }
  }

  /**
   * Returns the convolution by its definition: {@code y[i, j] = sum x[i s + a - p, j s + b - p]
   * w[a, b], p = (kernel - 1) / 2}.
   */
  private static float[] convolved(float[] x, float[] weight, int kernel, int stride) {
    int rows = (HEIGHT + stride - 1) / stride;
    int columns = (WIDTH + stride - 1) / stride;
    int padding = (kernel - 1) / 2;
    float[] y = new float[rows * columns * OUTPUTS];
    for (int cell = 0; cell < rows * columns; cell++) {
      for (int tap = 0; tap < kernel * kernel; tap++) {
        int row = cell / columns * stride + tap / kernel - padding;
        int column = cell % columns * stride + tap % kernel - padding;
        if (row < 0 || row >= HEIGHT || column < 0 || column >= WIDTH) {
          continue;
        }
        for (int i = 0; i < INPUTS; i++) {
          for (int o = 0; o < OUTPUTS; o++) {
            y[cell * OUTPUTS + o] +=
                x[(row * WIDTH + column) * INPUTS + i] * weight[(tap * INPUTS + i) * OUTPUTS + o];
          }
        }
      }
    }
    return y;
  }

  /** Checks negative maps, where a padding of zeros would win. */
  @Test
  void maximumNeverTakesThePadding() {
    float[] x = {-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12, -13, -14, -15, -16};
    try (Sandbox sandbox = new Sandbox()) {
      Layers layers = new Layers(sandbox.tf(), sandbox.variables().scope(""), Mode.TRAINING);
      Operand<TFloat32> y = layers.maxPool(sandbox.floats(x, 1, 4, 4, 1));
      assertArrayEquals(new float[] {-1, -2, -5, -6}, sandbox.run(y));
    }
  }

  @Test
  void normalisedRowsHaveLengthOneAndZerosStay() {
    try (Sandbox sandbox = new Sandbox()) {
      Operand<TFloat32> rows = sandbox.floats(new float[] {3, 4, 0, 0, -2e-6f, 0}, 3, 2);
      assertArrayEquals(
          new float[] {0.6f, 0.8f, 0, 0, -1, 0},
          sandbox.run(Layers.l2Normalize(sandbox.tf(), rows)),
          1e-6f);
    }
  }

  /** Weights of 4 to 2 cells are 3, 3, 1 of 7, cut off at the border, as Pillow's. */
  @Test
  void mapsAreResizedWithAFilter() {
    try (Sandbox sandbox = new Sandbox()) {
      Operand<TFloat32> wide = sandbox.floats(new float[] {0, 1, 2, 3, 8, 4, 2, 1}, 1, 2, 4, 1);
      Operand<TFloat32> smaller = Layers.resized(sandbox.tf(), wide, 2, 2);
      Operand<TFloat32> narrow = sandbox.floats(new float[] {0, 10, 4, 30}, 1, 2, 1, 2);
      Operand<TFloat32> larger = Layers.resized(sandbox.tf(), narrow, 4, 1);
      Operand<TFloat32> both = Layers.resized(sandbox.tf(), wide, 1, 1);
      assertSame(wide, Layers.resized(sandbox.tf(), wide, 2, 4));
      float seventh = 1f / 7;
      assertArrayEquals(
          new float[] {5 * seventh, 16 * seventh, 38 * seventh, 13 * seventh},
          sandbox.run(smaller),
          1e-6f);
      assertArrayEquals(new float[] {0, 10, 1, 15, 3, 25, 4, 30}, sandbox.run(larger), 1e-6f);
      // Distances of 1.5 and 0.5 of a reach of 4: 5, 7, 7, 5 of 24; down, a half each.
      assertArrayEquals(
          new float[] {((7 + 14 + 15) + (40 + 28 + 14 + 5)) / 48f}, sandbox.run(both), 1e-6f);
    }
  }

  private static Layers noisy(Sandbox sandbox, int seed, Mode mode) {
    sandbox.variables().addNoise(sandbox.tf().constant(new int[] {seed, 7}));
    return new Layers(sandbox.tf(), sandbox.variables().scope(""), mode);
  }

  /** Each image has all of a branch, scaled up, or nothing of it. */
  @Test
  void dropPathDropsBranchesOfWholeImages() {
    int images = 2000;
    float[] ones = new float[images * 2 * 3];
    Arrays.fill(ones, 1);
    try (Sandbox sandbox = new Sandbox()) {
      Layers layers = noisy(sandbox, 3, Mode.TRAINING);
      Operand<TFloat32> x = sandbox.floats(ones, images, 2, 3);
      float[] first = sandbox.run(layers.dropPath(x, 0.2));
      int kept = 0;
      for (int i = 0; i < images; i++) {
        float value = first[6 * i];
        assertTrue(value == 0 || value == 1.25f, "value " + value);
        for (int j = 0; j < 6; j++) {
          assertEquals(value, first[6 * i + j]);
        }
        kept += value > 0 ? 1 : 0;
      }
      // Five standard deviations of a share of 0.8.
      assertEquals(0.8, (double) kept / images, 0.045);
      // Another layer of the same step draws others, the same layer of another step too.
      float[] second = sandbox.run(layers.dropPath(x, 0.2));
      assertFalse(Arrays.equals(first, second));
      Layers otherStep = noisy(sandbox, 3 + 1000, Mode.TRAINING);
      assertFalse(Arrays.equals(first, sandbox.run(otherStep.dropPath(x, 0.2))));
    }
    try (Sandbox sandbox = new Sandbox()) {
      Operand<TFloat32> x = sandbox.floats(ones, images, 2, 3);
      assertSame(x, noisy(sandbox, 3, Mode.INFERENCE).dropPath(x, 0.2));
      assertSame(x, noisy(sandbox, 3, Mode.TRAINING).dropPath(x, 0));
      Layers teacher =
          new Layers(
              sandbox.tf(),
              new MovingAverage(
                  sandbox.tf(), sandbox.variables(), "", "teacher.", sandbox.tf().constant(0.1f)),
              Mode.TRAINING);
      assertSame(x, teacher.dropPath(x, 0.2));
      assertSame(
          x,
          new Layers(sandbox.tf(), sandbox.variables().frozen("f."), Mode.TRAINING)
              .dropPath(x, 0.2));
    }
  }
}
