package org.vocabeam.models.training;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;

/**
 * Shape at which a whole image is shown to an encoder; images themselves may have any size ({@link
 * org.vocabeam.models.views.Cut#whole}).
 *
 * @param channels 1 (grey) or 3 (RGB)
 */
public record ImageShape(int height, int width, int channels) implements Serializable {
  public ImageShape {
    checkArgument(height > 0 && width > 0, "an image is %s x %s, must have a pixel", height, width);
    checkArgument(channels == 1 || channels == 3, "channels is %s, must be 1 or 3", channels);
  }

  /** Returns the bytes of an image, one per channel of a pixel. */
  public int bytes() {
    return height * width * channels;
  }
}
