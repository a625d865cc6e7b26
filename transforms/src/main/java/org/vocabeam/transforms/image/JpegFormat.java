package org.vocabeam.transforms.image;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import java.io.IOException;
import java.util.Arrays;
import java.util.regex.Pattern;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** JPEG with Huffman coding: baseline, extended or progressive, 8 bits. */
final class JpegFormat implements ImageFormat {
  private static final Pattern FILE_NAMES = Pattern.compile(".*\\.jpe?g", Pattern.CASE_INSENSITIVE);
  private static final byte[] EXIF = {'E', 'x', 'i', 'f', 0, 0};

  @Override
  public Pattern fileNames() {
    return FILE_NAMES;
  }

  @Override
  public boolean recognises(byte[] start) {
    return start.length >= 3
        && start[0] == (byte) 0xFF
        && start[1] == (byte) 0xD8
        && start[2] == (byte) 0xFF;
  }

  /**
   * {@inheritDoc}
   *
   * <p>ITU T.81, annex B: marker segments, and between them the entropy-coded data of the scans.
   */
  @Override
  public ImageHeader readHeader(byte[] bytes, long maxPixels) throws RejectedException {
    ImageHeader frame = null;
    int orientation = 1;
    boolean scan = false;
    for (int at = 2; ; ) {
      at = nextMarker(bytes, at);
      int marker = bytes[at] & 0xFF;
      at++;
      if (marker == 0xD9) { // end of image
        if (frame == null || !scan) {
          throw new RejectedException(Rejection.CORRUPT);
        }
        return new ImageHeader(
            ImageRecord.JPEG,
            frame.width(),
            frame.height(),
            frame.channels(),
            orientation,
            frame.plain());
      }
      int length = unsigned16(bytes, at);
      if (length < 2) {
        throw new RejectedException(Rejection.CORRUPT);
      }
      if (at + (long) length > bytes.length) {
        throw new RejectedException(Rejection.TRUNCATED);
      }
      if (isFrame(marker)) {
        frame = readFrame(marker, bytes, at + 2, length - 2);
        ImageHeader.checkSize(frame.width(), frame.height(), maxPixels);
      } else if (marker == 0xE1 && startsWith(bytes, at + 2, EXIF)) {
        orientation = Exif.orientation(bytes, at + 2 + EXIF.length, at + length);
      } else if (marker == 0xDA) {
        scan = true;
      }
      at += length;
    }
  }

  private static boolean isFrame(int marker) {
    // All of C0 to CF but the Huffman tables, the extension and the arithmetic conditioning.
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static ImageHeader readFrame(int marker, byte[] bytes, int at, int length)
      throws RejectedException {
    if (length < 6) {
      throw new RejectedException(Rejection.CORRUPT);
    }
    int components = bytes[at + 5] & 0xFF;
    boolean supported =
        marker <= 0xC2 // baseline, extended or progressive; Huffman
            && bytes[at] == 8 // bits
            && (components == 1 || components == 3 || components == 4);
    if (!supported) {
      throw new RejectedException(Rejection.UNSUPPORTED);
    }
    return new ImageHeader(
        ImageRecord.JPEG,
        unsigned16(bytes, at + 3),
        unsigned16(bytes, at + 1),
        components == 1 ? 1 : 3,
        1,
        components != 4);
  }

  /**
   * Returns the position of the next marker's code: not a stuffed zero, a restart or a fill byte.
   */
  private static int nextMarker(byte[] bytes, int from) throws RejectedException {
    for (int at = from; at + 1 < bytes.length; at++) {
      if (bytes[at] == (byte) 0xFF) {
        int code = bytes[at + 1] & 0xFF;
        boolean alone = code == 0x00 || code == 0x01 || code == 0xFF || (code & 0xF8) == 0xD0;
        if (!alone) {
          return at + 1;
        }
      }
    }
    throw new RejectedException(Rejection.TRUNCATED);
  }

  private static int unsigned16(byte[] bytes, int at) throws RejectedException {
    if (at + 2 > bytes.length) {
      throw new RejectedException(Rejection.TRUNCATED);
    }
    return ((bytes[at] & 0xFF) << 8) | (bytes[at + 1] & 0xFF);
  }

  private static boolean startsWith(byte[] bytes, int at, byte[] prefix) {
    return bytes.length - at >= prefix.length
        && Arrays.equals(bytes, at, at + prefix.length, prefix, 0, prefix.length);
  }

  @Override
  public ImageReader newReader() throws IOException {
    return Reader.PROVIDER.createReaderInstance();
  }

  /**
   * TwelveMonkeys' reader, found by its class and not by format name. On a cluster the registry may
   * have been filled before this class loader existed, and would give Java's own reader, which
   * cannot decode CMYK.
   */
  private static final class Reader {
    static final ImageReaderSpi PROVIDER = find();

    private static ImageReaderSpi find() {
      IIORegistry registry = IIORegistry.getDefaultInstance();
      JPEGImageReaderSpi known = registry.getServiceProviderByClass(JPEGImageReaderSpi.class);
      if (known == null) {
        known = new JPEGImageReaderSpi();
        registry.registerServiceProvider(known, ImageReaderSpi.class);
      }
      return known;
    }
  }
}
