package org.vocabeam.models.jointembedding;

import java.util.List;
import org.vocabeam.models.UserError;
import org.vocabeam.models.views.ColourJitter;
import org.vocabeam.models.views.GaussianBlur;
import org.vocabeam.models.views.Grey;
import org.vocabeam.models.views.Orientation;
import org.vocabeam.models.views.RandomResizedCrop;
import org.vocabeam.models.views.Solarize;
import org.vocabeam.models.views.ViewSpec;

/** The two views of an image that a method brings together. */
final class TwoViews {
  static final String FIRST = "view1";
  static final String SECOND = "view2";

  private TwoViews() {}

  /** A random crop, flipped half of the time, with grey of probability 0.2 as all papers have. */
  static ViewSpec view(
      String name,
      int size,
      RandomResizedCrop crop,
      ColourJitter jitter,
      GaussianBlur blur,
      Solarize solarize) {
    return new ViewSpec(
        name, size, 1, crop, Orientation.FLIPPED, List.of(jitter, new Grey(0.2), blur, solarize));
  }

  /** Refuses views that are not one of each image, or that would draw the same. */
  static void check(ViewSpec first, ViewSpec second) {
    first.checkSingle();
    second.checkSingle();
    if (first.name().equals(second.name())) {
      throw new UserError(
          "both views are named " + first.name() + ", must have different names to differ");
    }
  }
}
