package org.vocabeam.models.views;

import java.util.SplittableRandom;

/**
 * A box of random area and aspect ratio (width / height, log-uniform), resized to the view's size.
 * Whole pixels, ten attempts and then the largest central box of an allowed aspect: torchvision's
 * {@code RandomResizedCrop}. The filter sees nothing outside of the box.
 *
 * @param minArea least share of the image, above 0
 * @param maxArea largest share of the image, at most 1
 * @param minAspect least width / height, at least 0.01
 * @param maxAspect largest width / height, at most 100
 */
public record RandomResizedCrop(double minArea, double maxArea, double minAspect, double maxAspect)
    implements Geometry {
  private static final int ATTEMPTS = 10;

  public RandomResizedCrop {
    new Range(Math.ulp(1.0), 1).check("area", new Range(minArea, maxArea));
    new Range(0.01, 100).check("aspect", new Range(minAspect, maxAspect));
  }

  /** Makes a crop with the aspect ratios of every paper: 3/4 to 4/3. */
  public RandomResizedCrop(double minArea, double maxArea) {
    this(minArea, maxArea, 3.0 / 4, 4.0 / 3);
  }

  @Override
  public Cut draw(int size, int height, int width, SplittableRandom random) {
    Range areas = new Range(minArea, maxArea);
    // StrictMath: the same on every machine.
    Range logAspects = new Range(StrictMath.log(minAspect), StrictMath.log(maxAspect));
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      double area = (double) height * width * areas.draw(random);
      double aspect = StrictMath.exp(logAspects.draw(random));
      int boxWidth = (int) Math.rint(Math.sqrt(area * aspect));
      int boxHeight = (int) Math.rint(Math.sqrt(area / aspect));
      if (0 < boxWidth && boxWidth <= width && 0 < boxHeight && boxHeight <= height) {
        Axis rows = Axis.of(random.nextInt(height - boxHeight + 1), boxHeight, size);
        Axis columns = Axis.of(random.nextInt(width - boxWidth + 1), boxWidth, size);
        return new Cut(rows, columns);
      }
    }
    return centre(size, height, width);
  }

  /** Returns the largest central box of an allowed aspect. */
  private Cut centre(int size, int height, int width) {
    double aspect = Math.min(Math.max((double) width / height, minAspect), maxAspect);
    int boxWidth = Math.min(width, Math.max(1, (int) Math.rint(height * aspect)));
    int boxHeight = Math.min(height, Math.max(1, (int) Math.rint(width / aspect)));
    return new Cut(
        Axis.of((height - boxHeight) / 2, boxHeight, size),
        Axis.of((width - boxWidth) / 2, boxWidth, size));
  }
}
