package org.vocabeam.models.views;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of augmentations together, with the pictures that the tests of each one share. */
class AugmentationTest {
  static final int SIZE = 12;
  private static final Orientation ANY = new Orientation(0.5, true);
  private static final List<Augmentation> EVERYTHING =
      List.of(
          new ColourJitter(0.4, 0.4, 0.4, 0.1, 0.8),
          new Grey(0.2),
          new GaussianBlur(0.1, 2, 0.5),
          new Solarize(128, 0.5));

  /** Returns a view of a whole picture of {@link #SIZE}. */
  static ViewSpec whole(List<Augmentation> augmentations) {
    return new ViewSpec("v", SIZE, 1, new CentreCrop(SIZE), Orientation.UPRIGHT, augmentations);
  }

  /** Returns the view with one of its parameters set. */
  static Picture with(ViewSpec spec, Picture image, ViewParameter column, double value) {
    DrawnViews drawn = image.draw(spec, 1);
    drawn.parameters()[spec.parameters().indexOf(column)] = (float) value;
    return image.views(spec, drawn).get(0);
  }

  static int clip(double value) {
    return (int) Math.rint(Math.min(Math.max(value, 0), 255));
  }

  static double luminance(Picture image, int y, int x) {
    return image.channels() == 1
        ? image.at(y, x, 0)
        : 0.299 * image.at(y, x, 0) + 0.587 * image.at(y, x, 1) + 0.114 * image.at(y, x, 2);
  }

  static Picture rgb(long seed) {
    return Picture.random(SIZE, SIZE, 3, seed);
  }

  static Picture grey(long seed) {
    return Picture.random(SIZE, SIZE, 1, seed);
  }

  /** Checks that pixels are equal up to roundings of a tie. */
  static void assertClose(Picture expected, Picture actual) {
    int different = 0;
    for (int i = 0; i < expected.bytes().length; i++) {
      int difference = (expected.bytes()[i] & 0xff) - (actual.bytes()[i] & 0xff);
      assertTrue(Math.abs(difference) <= 1, "pixel " + i + " differs by " + difference);
      different += Math.abs(difference);
    }
    assertTrue(different <= expected.bytes().length / 100, different + " differ by 1");
  }

  @Test
  void neutralParametersLeaveThePixels() {
    ViewSpec spec = whole(EVERYTHING);
    List<ViewParameter> columns = spec.parameters();
    for (Picture image : List.of(rgb(9), grey(9))) {
      int unchanged = 0;
      for (long seed = 0; seed < 100; seed++) {
        DrawnViews drawn = image.draw(spec, seed);
        float[] p = drawn.parameters();
        if (p[columns.indexOf(ColourJitter.BRIGHTNESS)] == 1
            && p[columns.indexOf(ColourJitter.SATURATION)] == 1
            && p[columns.indexOf(GaussianBlur.SIGMA)] == 0
            && p[columns.indexOf(Solarize.THRESHOLD)] == 256) {
          assertEquals(image, image.views(spec, drawn).get(0));
          unchanged++;
        }
      }
      // 0.2 * 0.8 * 0.5 * 0.5 = 4 of 100 are expected.
      assertTrue(unchanged > 0);
    }
  }

  private static final ViewSpec PATCH_OF_EVERYTHING =
      new ViewSpec(
          "v", SIZE, 1, new PatchGrid(new RandomResizedCrop(0.6, 1), 24, 3, 4, 2), ANY, EVERYTHING);

  private static List<ViewParameter> parameters() {
    return PATCH_OF_EVERYTHING.parameters();
  }

  /** Checks that no parameter is without effect. */
  @ParameterizedTest
  @MethodSource("parameters")
  void everyParameterMovesPixels(ViewParameter parameter) {
    ViewSpec spec = PATCH_OF_EVERYTHING;
    Set<ViewParameter> colour = Set.of(ColourJitter.HUE, ColourJitter.SATURATION);
    int index = spec.parameters().indexOf(parameter);
    for (Picture image : List.of(Picture.random(30, 30, 3, 1), Picture.random(30, 30, 1, 1))) {
      DrawnViews drawn = image.draw(spec, 4);
      float[] parameters = drawn.parameters();
      Picture before = image.views(spec, drawn).get(0);
      parameters[index] =
          switch (parameter.name()) {
            case "patchY", "patchX" -> parameters[index] + 1;
            case "hue" -> 0.25f;
            case "brightness", "contrast", "saturation" -> parameters[index] * 0.8f;
            case "sigma" -> parameters[index] + 0.5f;
            case "threshold" -> 64;
            default -> throw new AssertionError(parameter.name());
          };
      Picture after = image.views(spec, drawn).get(0);
      if (image.channels() == 1 && colour.contains(parameter)) {
        assertEquals(before, after);
      } else {
        assertNotEquals(before, after);
      }
    }
  }

  @Test
  void oneChannelIsThreeEqualOnes() {
    ViewSpec spec = new ViewSpec("v", 19, 40, new RandomResizedCrop(0.2, 1), ANY, EVERYTHING);
    Picture one = Picture.random(28, 28, 1, 10);
    Picture three = Picture.of(28, 28, 3, (y, x, c) -> one.at(y, x, 0));
    List<Picture> fromOne = one.views(spec, one.draw(spec, 1));
    List<Picture> fromThree = three.views(spec, three.draw(spec, 1));
    for (int crop = 0; crop < 40; crop++) {
      Picture view = fromOne.get(crop);
      assertEquals(Picture.of(19, 19, 3, (y, x, c) -> view.at(y, x, 0)), fromThree.get(crop));
    }
  }

  @Test
  void unusedAugmentationsAreNotInTheGraph() {
    Set<String> clean = Picture.operations(whole(List.of()), 3);
    Set<String> costly = Set.of("RGBToHSV", "BatchMatMulV3", "ClipByValue", "Sum", "GreaterEqual");
    costly.forEach(type -> assertFalse(clean.contains(type), type));

    Set<String> full = Picture.operations(whole(EVERYTHING), 3);
    costly.forEach(type -> assertTrue(full.contains(type), type));

    Set<String> oneChannel = Picture.operations(whole(EVERYTHING), 1);
    assertFalse(oneChannel.contains("RGBToHSV"));
    ViewSpec colours = whole(List.of(new ColourJitter(0, 0, 0.4, 0.1, 0.8), new Grey(0.2)));
    assertFalse(Picture.operations(colours, 1).contains("Mul"));
    assertTrue(Picture.operations(colours, 3).contains("Mul"));
  }

  /** Checks that a stored view and one made in training are the same bytes. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void theBatchDoesNotMatter(int channels) {
    for (int size : new int[] {21, 64}) {
      ViewSpec spec = new ViewSpec("v", size, 2, new RandomResizedCrop(0.1, 1), ANY, EVERYTHING);
      ViewSpec grid =
          new ViewSpec(
              "g",
              size / 3,
              4,
              new PatchGrid(new RandomResizedCrop(0.6, 1), size, 3, size / 4, 3),
              Orientation.FLIPPED,
              EVERYTHING);
      for (ViewSpec each : List.of(spec, grid)) {
        assertAloneAsInABatch(each, size + 5, channels);
      }
    }
  }

  private static void assertAloneAsInABatch(ViewSpec spec, int side, int channels) {
    int images = 8;
    List<Picture> batch =
        // Images of a batch may differ in size.
        IntStream.range(0, images)
            .mapToObj(i -> Picture.random(side + i, side + 3 * i, channels, i))
            .toList();
    List<DrawnViews> drawn =
        IntStream.range(0, images).mapToObj(i -> batch.get(i).draw(spec, 100 + i)).toList();
    List<Picture> together = Picture.views(spec, batch, drawn);
    assertEquals(together, Picture.views(spec, batch, drawn));
    for (int i : new int[] {0, 3, 7}) {
      List<Picture> alone = batch.get(i).views(spec, batch.get(i).draw(spec, 100 + i));
      assertEquals(alone, together.subList(i * spec.count(), (i + 1) * spec.count()));
    }
  }

  @Test
  void aGreyViewStaysGreyWhereverTheJitterStands() {
    Augmentation jitter = new ColourJitter(0, 0, 0.4, 0, 1);
    Augmentation grey = new Grey(1);
    for (List<Augmentation> order : List.of(List.of(jitter, grey), List.of(grey, jitter))) {
      Picture view = rgb(11).view(whole(order), 1);
      assertEquals(Picture.of(SIZE, SIZE, 3, (y, x, c) -> view.at(y, x, 0)), view);
    }
  }

  /** Checks that later views of an image are the same with fewer augmentations. */
  @Test
  void anUnusedAugmentationLeavesTheDrawsOfTheOthers() {
    Geometry crop = new RandomResizedCrop(0.2, 1);
    Augmentation jitter = new ColourJitter(0.4, 0.4, 0.4, 0.1, 0.8);
    ViewSpec few = new ViewSpec("v", SIZE, 3, crop, ANY, List.of(jitter));
    ViewSpec more =
        new ViewSpec("v", SIZE, 3, crop, ANY, List.of(jitter, GaussianBlur.NONE, Solarize.NONE));
    DrawnViews expected = ViewSampler.sample(few, 30, 30, 3);
    DrawnViews actual = ViewSampler.sample(more, 30, 30, 3);
    assertEquals(expected.cuts(), actual.cuts());
    assertArrayEquals(expected.parameters(), actual.parameters());
  }
}
