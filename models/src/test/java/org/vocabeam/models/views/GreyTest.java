package org.vocabeam.models.views;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.vocabeam.models.views.AugmentationTest.SIZE;
import static org.vocabeam.models.views.AugmentationTest.assertClose;
import static org.vocabeam.models.views.AugmentationTest.clip;
import static org.vocabeam.models.views.AugmentationTest.luminance;
import static org.vocabeam.models.views.AugmentationTest.rgb;
import static org.vocabeam.models.views.AugmentationTest.whole;

import java.util.List;
import org.junit.jupiter.api.Test;

class GreyTest {

  @Test
  void greyIsLuminanceInEveryChannel() {
    ViewSpec spec = whole(List.of(new Grey(1)));
    Picture image = rgb(6);
    Picture view = image.view(spec, 1);
    assertClose(Picture.of(SIZE, SIZE, 3, (y, x, c) -> clip(luminance(image, y, x))), view);
    assertEquals(Picture.of(SIZE, SIZE, 3, (y, x, c) -> view.at(y, x, 0)), view);
  }
}
