package org.vocabeam.models.views;

import java.util.SplittableRandom;
import org.vocabeam.models.UserError;

/**
 * The centre of the image, scaled so that its short side is {@code resize}; torchvision's {@code
 * Resize} and {@code CenterCrop}. With {@code resize} equal to the view's size, a square image is
 * only resized.
 *
 * @param resize in pixels, at least the view's size
 */
public record CentreCrop(int resize) implements Geometry {

  public CentreCrop {
    new Range(1, 1 << 14).check("resize", resize);
  }

  @Override
  public Box draw(int size, int height, int width, SplittableRandom random) {
    // torchvision's lengths are whole pixels of the resized image.
    int shortSide = Math.min(height, width);
    int resizedHeight = Math.toIntExact((long) resize * height / shortSide);
    int resizedWidth = Math.toIntExact((long) resize * width / shortSide);
    double scaleY = (double) height / resizedHeight;
    double scaleX = (double) width / resizedWidth;
    return new Box(
        Math.rint((resizedHeight - size) / 2.0) * scaleY,
        Math.rint((resizedWidth - size) / 2.0) * scaleX,
        size * scaleY,
        size * scaleX);
  }

  @Override
  public void check(String view, int size, int count) {
    if (resize < size) {
      throw new UserError(
          "view %s: resize is %d but the crop is %d: resize to %d or more"
              .formatted(view, resize, size, size));
    }
  }
}
