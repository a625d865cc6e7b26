package org.vocabeam.models.views;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.vocabeam.models.views.AugmentationTest.SIZE;
import static org.vocabeam.models.views.AugmentationTest.assertClose;
import static org.vocabeam.models.views.AugmentationTest.clip;
import static org.vocabeam.models.views.AugmentationTest.grey;
import static org.vocabeam.models.views.AugmentationTest.luminance;
import static org.vocabeam.models.views.AugmentationTest.rgb;
import static org.vocabeam.models.views.AugmentationTest.whole;
import static org.vocabeam.models.views.AugmentationTest.with;

import java.awt.Color;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ColourJitterTest {
  private static ViewSpec jitter(
      double brightness, double contrast, double saturation, double hue) {
    return whole(List.of(new ColourJitter(brightness, contrast, saturation, hue, 1)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.25, 0.75, 1, 1.25, 1.5})
  void brightnessMultiplies(double factor) {
    for (Picture image : List.of(rgb(1), grey(1))) {
      Picture expected =
          Picture.of(SIZE, SIZE, image.channels(), (y, x, c) -> clip(factor * image.at(y, x, c)));
      assertEquals(expected, with(jitter(1, 0, 0, 0), image, ColourJitter.BRIGHTNESS, factor));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.625, 1, 1.375})
  void contrastScalesAboutTheMeanGrey(double factor) {
    for (Picture image : List.of(rgb(2), grey(2))) {
      double sum = 0;
      for (int i = 0; i < SIZE * SIZE; i++) {
        sum += Math.rint(luminance(image, i / SIZE, i % SIZE));
      }
      double mean = Math.rint(sum / (SIZE * SIZE));
      Picture expected =
          Picture.of(
              SIZE,
              SIZE,
              image.channels(),
              (y, x, c) -> clip(mean + factor * (image.at(y, x, c) - mean)));
      assertClose(expected, with(jitter(0, 1, 0, 0), image, ColourJitter.CONTRAST, factor));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.6, 1, 1.4})
  void saturationScalesAboutThePixelsGrey(double factor) {
    Picture image = rgb(3);
    Picture expected =
        Picture.of(
            SIZE,
            SIZE,
            3,
            (y, x, c) -> {
              double grey = luminance(image, y, x);
              return clip(grey + factor * (image.at(y, x, c) - grey));
            });
    assertClose(expected, with(jitter(0, 0, 1, 0), image, ColourJitter.SATURATION, factor));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.5, -0.1, 0, 0.07, 0.1, 0.5})
  void hueTurnsTheColourCircle(double shift) {
    Picture image = rgb(4);
    Picture expected =
        Picture.of(
            SIZE,
            SIZE,
            3,
            (y, x, c) -> {
              float[] hsb =
                  Color.RGBtoHSB(image.at(y, x, 0), image.at(y, x, 1), image.at(y, x, 2), null);
              int packed = Color.HSBtoRGB((float) (hsb[0] + shift), hsb[1], hsb[2]);
              return packed >> (16 - 8 * c) & 0xff;
            });
    assertClose(expected, with(jitter(0, 0, 0, 0.5), image, ColourJitter.HUE, shift));
  }

  @Test
  void aThirdOfTheCircleMovesTheChannels() {
    Picture image = rgb(5);
    Picture expected = Picture.of(SIZE, SIZE, 3, (y, x, c) -> image.at(y, x, (c + 2) % 3));
    assertClose(expected, with(jitter(0, 0, 0, 0.5), image, ColourJitter.HUE, 1.0 / 3));
  }
}
