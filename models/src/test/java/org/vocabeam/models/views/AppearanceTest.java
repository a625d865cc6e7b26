package org.vocabeam.models.views;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vocabeam.models.views.Appearance.ColourJitter;
import org.vocabeam.models.views.Appearance.GaussianBlur;
import org.vocabeam.models.views.Appearance.Solarize;
import org.vocabeam.models.views.Geometry.CentreCrop;
import org.vocabeam.models.views.Geometry.PatchGrid;
import org.vocabeam.models.views.Geometry.RandomResizedCrop;

class AppearanceTest {
  private static final int SIZE = 12;
  private static final Appearance EVERYTHING =
      new Appearance(
          new ColourJitter(0.4, 0.4, 0.4, 0.1, 0.8),
          0.2,
          new GaussianBlur(0.1, 2, 0.5),
          new Solarize(128, 0.5));

  private static ViewSpec whole(Appearance appearance) {
    return new ViewSpec("v", SIZE, 1, new CentreCrop(SIZE), 0, false, appearance);
  }

  private static ViewSpec jitter(
      double brightness, double contrast, double saturation, double hue) {
    return whole(
        new Appearance(
            new ColourJitter(brightness, contrast, saturation, hue, 1),
            0,
            GaussianBlur.NONE,
            Solarize.NONE));
  }

  private static ViewSpec blur() {
    return whole(new Appearance(ColourJitter.NONE, 0, new GaussianBlur(1, 1, 1), Solarize.NONE));
  }

  /** The view with one column of its parameters set. */
  private static Picture with(ViewSpec spec, Picture image, ViewColumn column, double value) {
    float[] parameters = ViewSampler.sample(spec, image.height(), image.width(), 1);
    parameters[ViewColumn.of(spec).indexOf(column)] = (float) value;
    return image.views(spec, parameters).get(0);
  }

  private static int clip(double value) {
    return (int) Math.rint(Math.min(Math.max(value, 0), 255));
  }

  private static double luminance(Picture image, int y, int x) {
    return image.channels() == 1
        ? image.at(y, x, 0)
        : 0.299 * image.at(y, x, 0) + 0.587 * image.at(y, x, 1) + 0.114 * image.at(y, x, 2);
  }

  private static Picture rgb(long seed) {
    return Picture.random(SIZE, SIZE, 3, seed);
  }

  private static Picture grey(long seed) {
    return Picture.random(SIZE, SIZE, 1, seed);
  }

  /** Equal up to roundings of a tie. */
  private static void assertClose(Picture expected, Picture actual) {
    int different = 0;
    for (int i = 0; i < expected.bytes().length; i++) {
      int difference = (expected.bytes()[i] & 0xff) - (actual.bytes()[i] & 0xff);
      assertTrue(Math.abs(difference) <= 1, "pixel " + i + " differs by " + difference);
      different += Math.abs(difference);
    }
    assertTrue(different <= expected.bytes().length / 100, different + " differ by 1");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.25, 0.75, 1, 1.25, 1.5})
  void brightnessMultiplies(double factor) {
    for (Picture image : List.of(rgb(1), grey(1))) {
      Picture expected =
          Picture.of(SIZE, SIZE, image.channels(), (y, x, c) -> clip(factor * image.at(y, x, c)));
      assertEquals(expected, with(jitter(1, 0, 0, 0), image, ViewColumn.BRIGHTNESS, factor));
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
      assertClose(expected, with(jitter(0, 1, 0, 0), image, ViewColumn.CONTRAST, factor));
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
    assertClose(expected, with(jitter(0, 0, 1, 0), image, ViewColumn.SATURATION, factor));
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
    assertClose(expected, with(jitter(0, 0, 0, 0.5), image, ViewColumn.HUE, shift));
  }

  @Test
  void aThirdOfTheCircleMovesTheChannels() {
    Picture image = rgb(5);
    Picture expected = Picture.of(SIZE, SIZE, 3, (y, x, c) -> image.at(y, x, (c + 2) % 3));
    assertClose(expected, with(jitter(0, 0, 0, 0.5), image, ViewColumn.HUE, 1.0 / 3));
  }

  @Test
  void greyIsLuminanceInEveryChannel() {
    ViewSpec spec = whole(new Appearance(ColourJitter.NONE, 1, GaussianBlur.NONE, Solarize.NONE));
    Picture image = rgb(6);
    Picture view = image.view(spec, 1);
    assertClose(Picture.of(SIZE, SIZE, 3, (y, x, c) -> clip(luminance(image, y, x))), view);
    assertEquals(Picture.of(SIZE, SIZE, 3, (y, x, c) -> view.at(y, x, 0)), view);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 128, 200, 255})
  void solarizeInvertsFromTheThresholdOn(int threshold) {
    for (Picture image : List.of(rgb(7), grey(7))) {
      ViewSpec spec =
          whole(
              new Appearance(ColourJitter.NONE, 0, GaussianBlur.NONE, new Solarize(threshold, 1)));
      Picture expected =
          Picture.of(
              SIZE,
              SIZE,
              image.channels(),
              (y, x, c) -> {
                int pixel = image.at(y, x, c);
                return pixel < threshold ? pixel : 255 - pixel;
              });
      assertEquals(expected, image.view(spec, 1));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 1, 2, 30})
  void blurIsTheGaussianMean(double sigma) {
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
      assertEquals(expected, with(blur(), image, ViewColumn.SIGMA, sigma));
    }
  }

  @Test
  void blurKeepsAConstantImageUpToItsBorders() {
    for (int level : new int[] {0, 1, 127, 128, 254, 255}) {
      Picture image = Picture.of(SIZE, SIZE, 3, (y, x, c) -> level);
      for (double sigma : new double[] {0, 0.3, 2, 50}) {
        assertEquals(image, with(blur(), image, ViewColumn.SIGMA, sigma));
      }
    }
  }

  @Test
  void notThisTimeLeavesThePixels() {
    ViewSpec spec = whole(EVERYTHING);
    List<ViewColumn> columns = ViewColumn.of(spec);
    for (Picture image : List.of(rgb(9), grey(9))) {
      int unchanged = 0;
      for (long seed = 0; seed < 100; seed++) {
        float[] p = ViewSampler.sample(spec, SIZE, SIZE, seed);
        if (p[columns.indexOf(ViewColumn.BRIGHTNESS)] == 1
            && p[columns.indexOf(ViewColumn.SATURATION)] == 1
            && p[columns.indexOf(ViewColumn.SIGMA)] == 0
            && p[columns.indexOf(ViewColumn.THRESHOLD)] == 256) {
          assertEquals(image, image.views(spec, p).get(0));
          unchanged++;
        }
      }
      // 0.2 * 0.8 * 0.5 * 0.5 = 4 of 100 are expected.
      assertTrue(unchanged > 0);
    }
  }

  /** No option that reaches nothing. */
  @ParameterizedTest
  @EnumSource(ViewColumn.class)
  void everyColumnMovesPixels(ViewColumn column) {
    Geometry geometry = new PatchGrid(new RandomResizedCrop(0.6, 1), 24, 3, 4, 2);
    ViewSpec spec = new ViewSpec("v", SIZE, 1, geometry, 0.5, true, EVERYTHING);
    Set<ViewColumn> colour = Set.of(ViewColumn.HUE, ViewColumn.SATURATION);
    int index = ViewColumn.of(spec).indexOf(column);
    for (Picture image : List.of(Picture.random(30, 30, 3, 1), Picture.random(30, 30, 1, 1))) {
      float[] parameters = ViewSampler.sample(spec, 30, 30, 4);
      Picture before = image.views(spec, parameters).get(0);
      parameters[index] =
          switch (column) {
            case Y1, X1, Y2, X2 -> parameters[index] + 0.1f;
            case TURNS, PATCH_Y, PATCH_X -> parameters[index] + 1;
            case HUE -> 0.25f;
            case BRIGHTNESS, CONTRAST, SATURATION -> parameters[index] * 0.8f;
            case SIGMA -> parameters[index] + 0.5f;
            case THRESHOLD -> 64;
          };
      Picture after = image.views(spec, parameters).get(0);
      if (image.channels() == 1 && colour.contains(column)) {
        assertEquals(before, after);
      } else {
        assertNotEquals(before, after);
      }
    }
  }

  @Test
  void oneChannelIsThreeEqualOnes() {
    ViewSpec spec = new ViewSpec("v", 19, 40, new RandomResizedCrop(0.2, 1), 0.5, true, EVERYTHING);
    Picture one = Picture.random(28, 28, 1, 10);
    Picture three = Picture.of(28, 28, 3, (y, x, c) -> one.at(y, x, 0));
    float[] parameters = ViewSampler.sample(spec, 28, 28, 1);
    List<Picture> ofOne = one.views(spec, parameters);
    List<Picture> ofThree = three.views(spec, parameters);
    for (int crop = 0; crop < 40; crop++) {
      Picture view = ofOne.get(crop);
      assertEquals(Picture.of(19, 19, 3, (y, x, c) -> view.at(y, x, 0)), ofThree.get(crop));
    }
  }

  @Test
  void whatIsNotUsedIsNotInTheGraph() {
    Set<String> clean = Picture.operations(whole(Appearance.UNCHANGED), 3);
    Set<String> costly = Set.of("RGBToHSV", "BatchMatMulV3", "ClipByValue", "Sum", "GreaterEqual");
    costly.forEach(type -> assertFalse(clean.contains(type), type));

    Set<String> full = Picture.operations(whole(EVERYTHING), 3);
    costly.forEach(type -> assertTrue(full.contains(type), type));

    Set<String> oneChannel = Picture.operations(whole(EVERYTHING), 1);
    assertFalse(oneChannel.contains("RGBToHSV"));
    ViewSpec colours =
        whole(
            new Appearance(
                new ColourJitter(0, 0, 0.4, 0.1, 0.8), 0.2, GaussianBlur.NONE, Solarize.NONE));
    assertFalse(Picture.operations(colours, 1).contains("Mul"));
    assertTrue(Picture.operations(colours, 3).contains("Mul"));
  }

  /** The promise that a stored view and one made in training are the same bytes. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void theBatchDoesNotMatter(int channels) {
    for (int size : new int[] {21, 64}) {
      ViewSpec spec =
          new ViewSpec("v", size, 2, new RandomResizedCrop(0.1, 1), 0.5, true, EVERYTHING);
      ViewSpec grid =
          new ViewSpec(
              "g",
              size / 3,
              4,
              new PatchGrid(new RandomResizedCrop(0.6, 1), size, 3, size / 4, 3),
              0.5,
              false,
              EVERYTHING);
      for (ViewSpec each : List.of(spec, grid)) {
        assertAloneAsInABatch(each, size + 5, channels);
      }
    }
  }

  private static void assertAloneAsInABatch(ViewSpec spec, int side, int channels) {
    int images = 8;
    List<Picture> batch =
        IntStream.range(0, images).mapToObj(i -> Picture.random(side, side, channels, i)).toList();
    int length = spec.count() * ViewSampler.width(spec);
    float[] parameters = new float[images * length];
    for (int i = 0; i < images; i++) {
      ViewSampler.sample(spec, side, side, 100 + i, parameters, i * length);
    }
    List<Picture> together = Picture.views(spec, batch, parameters);
    assertEquals(together, Picture.views(spec, batch, parameters));
    for (int i : new int[] {0, 3, 7}) {
      List<Picture> alone = batch.get(i).views(spec, ViewSampler.sample(spec, side, side, 100 + i));
      assertEquals(alone, together.subList(i * spec.count(), (i + 1) * spec.count()));
    }
  }
}
