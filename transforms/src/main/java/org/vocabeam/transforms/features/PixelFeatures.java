package org.vocabeam.transforms.features;

import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;

/**
 * Pixels of an image as features, the baseline that an encoder has to beat. Images of more than 32
 * pixels a side are averaged to 32: a linear model could not use more.
 */
public final class PixelFeatures {
  private static final int SIDE = 32;

  private PixelFeatures() {}

  /** Returns {@code [h w channels]} values in [0, 1], row-major. */
  public static EmbeddingRecord of(ImageRecord image, int channels) {
    Pixels pixels = Pixels.of(image, channels);
    if (Math.min(pixels.width(), pixels.height()) > SIDE) {
      pixels = pixels.centre(SIDE);
    }
    float[] features = new float[pixels.values().length];
    for (int i = 0; i < features.length; i++) {
      features[i] = (pixels.values()[i] & 0xFF) / 255f;
    }
    return new EmbeddingRecord(image.id(), image.label(), image.split(), features);
  }
}
