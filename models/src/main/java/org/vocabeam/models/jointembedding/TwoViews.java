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

/** Pairs of views whose embeddings a method makes equal, and their papers' colour changes. */
final class TwoViews {
  static final String FIRST = "view1";
  static final String SECOND = "view2";

  private TwoViews() {}

  /** Returns a random crop of every image, flipped and made grey as in all of the papers. */
  static ViewSpec view(
      String name,
      int size,
      RandomResizedCrop crop,
      ColourJitter jitter,
      GaussianBlur blur,
      Solarize solarize) {
    return new ViewSpec(
        name,
        size,
        /* count= */ 1,
        crop,
        Orientation.FLIPPED,
        List.of(jitter, new Grey(/* probability= */ 0.2), blur, solarize));
  }

  /** Returns the blur of SimCLR's appendix A, as in all of the papers; none for probability 0. */
  static GaussianBlur blur(double probability) {
    return probability == 0
        ? GaussianBlur.NONE
        : new GaussianBlur(/* minSigma= */ 0.1, /* maxSigma= */ 2, probability);
  }

  /** Returns the colour changes of BYOL's appendix B, which DINO uses too. */
  static ColourJitter jitter() {
    return new ColourJitter(
        /* brightness= */ 0.4,
        /* contrast= */ 0.4,
        /* saturation= */ 0.2,
        /* hue= */ 0.1,
        /* probability= */ 0.8);
  }

  /** Returns the solarization of BYOL's appendix B. */
  static Solarize solarize() {
    return new Solarize(/* threshold= */ 128, /* probability= */ 0.2);
  }

  /** Rejects several views of an image of one kind, and two kinds that would draw the same. */
  static void check(ViewSpec first, ViewSpec second) {
    first.checkSingle();
    second.checkSingle();
    if (first.name().equals(second.name())) {
      throw new UserError("both views are named " + first.name() + ", must have different names");
    }
  }
}
