package org.vocabeam.transforms.features;

import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;

/**
 * An image itself as features, {@code [h w C]} values of 0..1: what an encoder has to beat. Larger
 * images are averaged to 32 pixels a side, which is all that a linear model could use of them.
 */
public final class PixelFeatures {
  private static final int SIDE = 32;

  private PixelFeatures() {}

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
