package org.vocabeam.transforms.source;

import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ShortSide;

/**
 * Size of a source, as far as listing tells it.
 *
 * @param images number of images; a guess for archives
 * @param bytes of their files, or of their pixels where these are stored as they are
 * @param channels most channels of an image: 1 or 3
 * @param raw true if images are stored as pixels whatever the options
 */
record SourceSize(long images, long bytes, int channels, boolean raw) {
  /** Returns the size of images in files: any number of channels, stored as they are. */
  static SourceSize ofFiles(long images, long bytes) {
    return new SourceSize(images, bytes, 3, false);
  }

  /** Returns about how many bytes the images store takes. */
  long storedBytes(DecodeOptions decode) {
    long square = (long) decode.resize() * decode.resize();
    if (square > 0) {
      return images * square * decode.channelsFor(channels);
    }
    long kept = raw ? bytes / channels * decode.channelsFor(channels) : bytes;
    ShortSide shortSide = decode.shortSide();
    return shortSide.pixels() == 0
        ? kept
        : Math.min(kept, images * shortSide.bytes(decode.channelsFor(channels)));
  }
}
