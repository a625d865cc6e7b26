package org.vocabeam.models.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.UserError;

class LinearProbeTest {
  private static final int WIDTH = 12;
  private static final ProbeRecipe SHORT = new ProbeRecipe(200, 32, 0.1, 0.9, 10);

  /**
   * Makes three classes in two of {@value #WIDTH} features; the others are noise of very different
   * scales.
   */
  private static LabelledFeatures features(int rows, long seed) {
    SplittableRandom random = Seeds.random(seed, "features");
    int[] labels = IntStream.range(0, rows).map(i -> i % 3).toArray();
    float[] values = new float[rows * WIDTH];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < WIDTH; i++) {
        double noise = random.nextDouble() - 0.5;
        double signal = i == 0 ? labels[row] : i == 1 ? (labels[row] == 1 ? 1 : 0) : 0;
        values[row * WIDTH + i] = (float) (Math.pow(10, i % 5 - 2) * (noise + signal) + i);
      }
    }
    return new LabelledFeatures(WIDTH, values, labels);
  }

  @Test
  void learnsAndGeneralises() {
    LabelledFeatures test = features(300, 2);
    for (int rows : new int[] {20, 500}) {
      try (LinearProbe probe = SHORT.fit(features(rows, 1), 3, 0)) {
        double accuracy = probe.predict(test.values()).accuracy(test.labels());
        assertTrue(accuracy > (rows == 20 ? 0.8 : 0.95), rows + " rows: " + accuracy);
      }
    }
  }

  @Test
  void isAFunctionOfItsSeed() {
    LabelledFeatures train = features(100, 1);
    try (LinearProbe one = SHORT.fit(train, 3, 0);
        LinearProbe same = SHORT.fit(train, 3, 0);
        LinearProbe other = SHORT.fit(train, 3, 1)) {
      float[] weights = one.state().get(LinearProbe.WEIGHT);
      assertArrayEquals(weights, same.state().get(LinearProbe.WEIGHT));
      assertFalse(Arrays.equals(weights, other.state().get(LinearProbe.WEIGHT)));
    }
  }

  @Test
  void predictsAnyNumberOfRows() {
    LabelledFeatures test = features(70, 2);
    try (LinearProbe probe = SHORT.fit(features(100, 1), 3, 0)) {
      float[] together = probe.predict(test.values()).values();
      for (int row : new int[] {0, 31, 32, 69}) {
        float[] one = probe.predict(test.select(new int[] {row}).values()).values();
        assertArrayEquals(Arrays.copyOfRange(together, 3 * row, 3 * row + 3), one, 1e-6f);
      }
      assertEquals(0, probe.predict(new float[0]).rows());
    }
  }

  /** Checks that the prior is that of the logits: repeated features change the bias alone. */
  @Test
  void repeatedFeaturesChangeNextToNothing() {
    LabelledFeatures train = features(60, 1);
    LabelledFeatures test = features(60, 2);
    ProbeRecipe recipe = new ProbeRecipe(500, 60, 0.1, 0.9, 1);
    ProbeRecipe sameDecay = new ProbeRecipe(500, 60, 0.1, 0.9, 2);
    try (LinearProbe single = recipe.fit(train, 3, 0);
        LinearProbe twice = recipe.fit(repeated(train), 3, 0);
        LinearProbe otherPrior = sameDecay.fit(repeated(train), 3, 0)) {
      float[] expected = single.predict(test.values()).values();
      float[] repeated = repeated(test).values();
      assertArrayEquals(expected, twice.predict(repeated).values(), 0.01f);
      assertThrows(
          AssertionError.class,
          () -> assertArrayEquals(expected, otherPrior.predict(repeated).values(), 0.1f));
    }
  }

  private static LabelledFeatures repeated(LabelledFeatures features) {
    float[] values = new float[2 * features.values().length];
    for (int row = 0; row < features.rows(); row++) {
      for (int copy = 0; copy < 2; copy++) {
        System.arraycopy(features.values(), row * WIDTH, values, (2 * row + copy) * WIDTH, WIDTH);
      }
    }
    return new LabelledFeatures(2 * WIDTH, values, features.labels());
  }

  @Test
  void weightDecayIsThePriorOfTheLogits() {
    ProbeRecipe recipe = new ProbeRecipe(1, 2, 0.1, 0.9, 10);
    assertEquals(784 / (10.0 * 600), recipe.weightDecay(784, 600));
    assertEquals(10, recipe.weightDecay(2048, 2));
  }

  @Test
  void rejectsRowsItCannotLearnFrom() {
    Unmeasurable many =
        assertThrows(Unmeasurable.class, () -> SHORT.fit(features(10, 1), 300_000_000, 0));
    assertTrue(many.getMessage().contains("must have at most 268435456"), many.getMessage());
    LabelledFeatures broken = features(10, 1);
    broken.values()[3] = Float.NaN;
    assertThrows(Unmeasurable.class, () -> SHORT.fit(broken, 3, 0));
    assertThrows(UserError.class, () -> SHORT.fit(features(1, 1), 3, 0));
    assertThrows(UserError.class, () -> SHORT.fit(features(10, 1), 2, 0));
  }
}
