package org.vocabeam.models.training;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;

/**
 * The shape that all images of a run have.
 *
 * @param channels 1 (grey) or 3 (RGB)
 */
public record ImageShape(int height, int width, int channels) implements Serializable {
  public ImageShape {
    checkArgument(height > 0 && width > 0, "an image of %s x %s", height, width);
    checkArgument(channels == 1 || channels == 3, "channels is %s, must be 1 or 3", channels);
  }

  /** Bytes of an image, one a channel of a pixel. */
  public int bytes() {
    return height * width * channels;
  }
}
