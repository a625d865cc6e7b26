package org.vocabeam.pipelines.compare;

import java.util.Base64;
import org.vocabeam.transforms.image.Pixels;

/** Pictures as a part of the page. */
final class PictureUri {
  /** Largest side of a picture of an image, in pixels. */
  static final int SIDE = 64;

  private PictureUri() {}

  /** Returns a picture, of which no more than the centre is shown where both sides are longer. */
  static String of(Pixels pixels, int side) {
    Pixels shown = Math.min(pixels.width(), pixels.height()) > side ? pixels.centre(side) : pixels;
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(shown.toPng());
  }
}
