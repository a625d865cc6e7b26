package org.vocabeam.models.views;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.vocabeam.models.views.AugmentationTest.SIZE;
import static org.vocabeam.models.views.AugmentationTest.grey;
import static org.vocabeam.models.views.AugmentationTest.rgb;
import static org.vocabeam.models.views.AugmentationTest.whole;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SolarizeTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 128, 200, 255})
  void invertsFromTheThresholdOn(int threshold) {
    for (Picture image : List.of(rgb(7), grey(7))) {
      ViewSpec spec = whole(List.of(new Solarize(threshold, 1)));
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
}
