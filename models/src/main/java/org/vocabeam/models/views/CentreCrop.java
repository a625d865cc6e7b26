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
  public Cut draw(int size, int height, int width, SplittableRandom random) {
    return Cut.centre(height, width, resize, size);
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
