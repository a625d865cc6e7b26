package org.vocabeam.pipelines.page;

import java.util.Base64;
import org.vocabeam.transforms.image.Pixels;

/** Pictures as a part of a page. */
public final class PictureUri {
  /** Largest side of a picture of an image, in pixels. */
  public static final int SIDE = 64;

  private PictureUri() {}

  /** Returns a picture, of which no more than the centre is shown where both sides are longer. */
  public static String of(Pixels pixels, int side) {
    Pixels shown = Math.min(pixels.width(), pixels.height()) > side ? pixels.centre(side) : pixels;
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(shown.toPng());
  }
}
