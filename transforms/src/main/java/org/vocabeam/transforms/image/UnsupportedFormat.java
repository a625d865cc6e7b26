package org.vocabeam.transforms.image;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Format that is recognised so that its files are rejected by name. */
record UnsupportedFormat(Rejection rejection, Pattern fileNames, Predicate<byte[]> signature)
    implements ImageFormat {

  /** Returns a format of the ISO base media family, which a file's brand tells. */
  static UnsupportedFormat ofBrands(Rejection rejection, Pattern fileNames, String... brands) {
    List<String> known = List.of(brands);
    return new UnsupportedFormat(
        rejection,
        fileNames,
        start ->
            start.length >= 12
                && Bytes.match(start, 4, 'f', 't', 'y', 'p')
                && known.contains(new String(start, 8, 4, StandardCharsets.ISO_8859_1)));
  }

  @Override
  public boolean recognises(byte[] start) {
    return signature.test(start);
  }

  @Override
  public ImageHeader readHeader(byte[] file, long maxPixels) throws RejectedException {
    throw new RejectedException(rejection);
  }

  @Override
  public Pixels decode(byte[] file, ImageHeader header, Background background)
      throws RejectedException {
    throw new RejectedException(rejection);
  }

  @Override
  public Rejection corrupt() {
    return rejection;
  }
}
