package org.vocabeam.models.views;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.vocabeam.models.views.AugmentationTest.SIZE;
import static org.vocabeam.models.views.AugmentationTest.clip;
import static org.vocabeam.models.views.AugmentationTest.grey;
import static org.vocabeam.models.views.AugmentationTest.rgb;
import static org.vocabeam.models.views.AugmentationTest.whole;
import static org.vocabeam.models.views.AugmentationTest.with;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GaussianBlurTest {
  private static final ViewSpec BLUR = whole(List.of(new GaussianBlur(1, 1, 1)));

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 1, 2, 30})
  void pixelsAreGaussianMeans(double sigma) {
    for (Picture image : List.of(rgb(8), grey(8))) {
      double[][] weights = new double[SIZE][SIZE];
      for (int i = 0; i < SIZE; i++) {
        double sum = 0;
        for (int j = 0; j < SIZE; j++) {
          weights[i][j] = Math.exp(-(i - j) * (i - j) / (2 * sigma * sigma));
          sum += weights[i][j];
        }
        for (int j = 0; j < SIZE; j++) {
          weights[i][j] /= sum;
        }
      }
      Picture expected =
          Picture.of(
              SIZE,
              SIZE,
              image.channels(),
              (y, x, c) -> {
                double sum = 0;
                for (int i = 0; i < SIZE; i++) {
                  for (int j = 0; j < SIZE; j++) {
                    sum += weights[y][i] * weights[x][j] * image.at(i, j, c);
                  }
                }
                return clip(sum);
              });
      assertEquals(expected, with(BLUR, image, GaussianBlur.SIGMA, sigma));
    }
  }

  @Test
  void keepsAConstantImageUpToItsBorders() {
    for (int level : new int[] {0, 1, 127, 128, 254, 255}) {
      Picture image = Picture.of(SIZE, SIZE, 3, (y, x, c) -> level);
      for (double sigma : new double[] {0, 0.3, 2, 50}) {
        assertEquals(image, with(BLUR, image, GaussianBlur.SIGMA, sigma));
      }
    }
  }
}
