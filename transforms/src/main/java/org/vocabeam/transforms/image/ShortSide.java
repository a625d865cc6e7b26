package org.vocabeam.transforms.image;

import java.io.Serializable;
import org.vocabeam.models.UserError;

/**
 * Scaling of larger images to a short side, with their shape kept, and the encoding of the result.
 * Images whose short side is not longer stay as they are.
 *
 * <pre>{@code
 * ShortSide wanted = ShortSide.jpeg(256, 95);
 * if (wanted.shrinks(pixels)) {
 *   byte[] file = wanted.encode(pixels.withShortSide(wanted.pixels()));
 * }
 * }</pre>
 *
 * @param pixels short side of a larger image after it was scaled, 1 to 4096; 0 scales none
 * @param encoding of scaled images, {@link ImageRecord#JPEG} or {@link ImageRecord#PNG}
 * @param quality of JPEG, 1 to 100; 100 for PNG
 */
public record ShortSide(int pixels, String encoding, int quality) implements Serializable {
  /** Usual quality, at which training does not notice that an image was encoded again. */
  public static final int QUALITY = 95;

  /** Scaling of no image. */
  public static final ShortSide NONE = jpeg(0, QUALITY);

  public ShortSide {
    if (pixels < 0 || pixels > DecodeOptions.MAX_SIDE) {
      throw new UserError(
          String.format(
              "shortSide: %d, must be 0 (keep the size) to %d", pixels, DecodeOptions.MAX_SIDE));
    }
    if (!encoding.equals(ImageRecord.JPEG) && !encoding.equals(ImageRecord.PNG)) {
      throw new UserError(String.format("encoding: '%s', must be jpeg or png", encoding));
    }
    if (quality < 1 || quality > 100) {
      throw new UserError(
          String.format("quality: %d, must be 1 to 100; %d is usual", quality, QUALITY));
    }
  }

  /** Returns a scaling whose results are stored as JPEG. */
  public static ShortSide jpeg(int pixels, int quality) {
    return new ShortSide(pixels, ImageRecord.JPEG, quality);
  }

  /** Returns a scaling whose results are stored as PNG, without loss. */
  public static ShortSide png(int pixels) {
    return new ShortSide(pixels, ImageRecord.PNG, 100);
  }

  /** Returns true if an image is larger. */
  public boolean shrinks(Pixels image) {
    return pixels > 0 && Math.min(image.width(), image.height()) > pixels;
  }

  /** Encodes a scaled image. */
  public byte[] encode(Pixels scaled) {
    return encoding.equals(ImageRecord.JPEG) ? scaled.toJpeg(quality) : scaled.toPng();
  }

  /** Returns about how many bytes a scaled image takes. */
  public long bytes(int channels) {
    long values = (long) pixels * pixels * 4 / 3 * channels;
    return encoding.equals(ImageRecord.JPEG) ? values / 6 : values * 2 / 3;
  }

  /** Returns an entry of a store's provenance. */
  public String provenance() {
    if (pixels == 0) {
      return "0";
    }
    return encoding.equals(ImageRecord.JPEG)
        ? String.format("%d as JPEG of quality %d", pixels, quality)
        : String.format("%d as PNG", pixels);
  }
}
