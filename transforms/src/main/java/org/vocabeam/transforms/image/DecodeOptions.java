package org.vocabeam.transforms.image;

import java.io.Serializable;
import org.vocabeam.models.UserError;

/**
 * Options of decoding: the size and channels of stored images.
 *
 * @param resize side of the stored square, 0 to 4096: the short side is scaled to it and the centre
 *     cut out; 0 keeps the size
 * @param shortSide scaling of larger images with their shape kept; only where {@code resize} is 0
 * @param maxPixels most pixels of an image, 1 to 500 million; larger ones are rejected before they
 *     are decoded
 * @param colour {@code keep}, {@code grey} or {@code rgb}
 * @param background behind transparent pixels
 */
public record DecodeOptions(
    int resize, ShortSide shortSide, long maxPixels, String colour, Background background)
    implements Serializable {
  public static final String KEEP = "keep";
  public static final String GREY = "grey";
  public static final String RGB = "rgb";

  /** Longest short side of a scaled image. */
  static final int MAX_SIDE = 4096;

  // Three channels still fit an array.
  private static final long MAX_MAX_PIXELS = 500_000_000;

  public DecodeOptions {
    if (resize < 0 || resize > MAX_SIDE) {
      throw new UserError(
          String.format("resize: %d, must be 0 (keep the size) to %d", resize, MAX_SIDE));
    }
    if (resize > 0 && shortSide.pixels() > 0) {
      throw new UserError(
          String.format(
              "resize is %d and shortSide is %d, must be one of them: resize cuts squares out,"
                  + " shortSide keeps the shape",
              resize, shortSide.pixels()));
    }
    if (maxPixels < 1 || maxPixels > MAX_MAX_PIXELS) {
      throw new UserError(
          String.format("maxPixels: %d, must be 1 to %d", maxPixels, MAX_MAX_PIXELS));
    }
    if (!colour.equals(KEEP) && !colour.equals(GREY) && !colour.equals(RGB)) {
      throw new UserError(String.format("colour: '%s', must be keep, grey or rgb", colour));
    }
  }

  /** Makes options without a short side, and with white behind transparent pixels. */
  public DecodeOptions(int resize, long maxPixels, String colour) {
    this(resize, ShortSide.NONE, maxPixels, colour, Background.WHITE);
  }

  /** Returns options that keep size and channels; at most 50 million pixels. */
  public static DecodeOptions keep() {
    return new DecodeOptions(0, 50_000_000, KEEP);
  }

  /** Returns the stored channels of an image with {@code channels}. */
  public int channelsFor(int channels) {
    return switch (colour) {
      case GREY -> 1;
      case RGB -> 3;
      default -> channels;
    };
  }

  /**
   * Returns the most bytes of a file: a lossless image of {@link #maxPixels} with four channels of
   * 16 bits, and 16 MB for metadata. Longer files are not read to their end.
   */
  public int maxBytes() {
    return (int) Math.min(Integer.MAX_VALUE - 16, 8 * maxPixels + (16L << 20));
  }
}
