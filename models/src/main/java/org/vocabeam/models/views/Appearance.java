package org.vocabeam.models.views;

/**
 * How a view's pixels are changed, in this order: colour jitter, grey, blur, solarize. A
 * probability of 0 takes the step out of the graph. On one-channel images hue, saturation and grey
 * are nothing, and are not computed.
 */
public record Appearance(
    ColourJitter jitter, double greyProbability, GaussianBlur blur, Solarize solarize) {

  /** The pixels as they are. */
  public static final Appearance UNCHANGED =
      new Appearance(ColourJitter.NONE, 0, GaussianBlur.NONE, Solarize.NONE);

  public Appearance {
    ViewSpec.checkProbability("grey", greyProbability);
  }

  /**
   * Brightness, contrast and saturation are multiplied by a factor from U(max(0, 1 - x), 1 + x) of
   * their own, the hue moves by U(-hue, hue) turns of the colour circle; torchvision's {@code
   * ColorJitter}.
   *
   * <p>{@code Deviation:} always in the order hue, brightness, contrast, saturation (torchvision
   * draws the order anew for every image), and without rounding to 8 bits between them.
   *
   * @param probability that the view is changed at all
   */
  public record ColourJitter(
      double brightness, double contrast, double saturation, double hue, double probability) {

    public static final ColourJitter NONE = new ColourJitter(0, 0, 0, 0, 0);

    public ColourJitter {
      ViewSpec.checkRange("brightness", brightness, brightness, 0, 10);
      ViewSpec.checkRange("contrast", contrast, contrast, 0, 10);
      ViewSpec.checkRange("saturation", saturation, saturation, 0, 10);
      ViewSpec.checkRange("hue", hue, hue, 0, 0.5);
      ViewSpec.checkProbability("jitter", probability);
    }
  }

  /**
   * A Gaussian of standard deviation U(minSigma, maxSigma), in pixels of the view.
   *
   * <p>{@code Deviation:} the true Gaussian, renormalised at the borders; Pillow approximates it by
   * box filters and repeats the border pixel.
   */
  public record GaussianBlur(double minSigma, double maxSigma, double probability) {

    public static final GaussianBlur NONE = new GaussianBlur(0, 0, 0);

    public GaussianBlur {
      ViewSpec.checkRange("sigma", minSigma, maxSigma, 0, 1000);
      ViewSpec.checkProbability("blur", probability);
    }
  }

  /** Pixels of {@code threshold} (0 to 255) and brighter are inverted. */
  public record Solarize(int threshold, double probability) {

    public static final Solarize NONE = new Solarize(0, 0);

    public Solarize {
      ViewSpec.checkRange("threshold", threshold, threshold, 0, 255);
      ViewSpec.checkProbability("solarize", probability);
    }
  }
}
