package org.vocabeam.transforms.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** PNG, with the checksums of its critical chunks. */
final class PngFormat implements ImageFormat {
  private static final Pattern FILE_NAMES = Pattern.compile(".*\\.png", Pattern.CASE_INSENSITIVE);
  private static final byte[] MAGIC = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};

  @Override
  public Pattern fileNames() {
    return FILE_NAMES;
  }

  @Override
  public boolean recognises(byte[] start) {
    return start.length >= MAGIC.length
        && Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  @Override
  public ImageHeader readHeader(byte[] bytes, long maxPixels) throws RejectedException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int width = 0;
    int height = 0;
    int bits = 0;
    int colour = 0;
    int orientation = 1;
    boolean transparent = false;
    for (int at = MAGIC.length; ; ) {
      if (at + 12L > bytes.length) {
        throw new RejectedException(Rejection.TRUNCATED);
      }
      int length = buffer.getInt(at);
      if (length < 0) {
        throw new RejectedException(Rejection.CORRUPT);
      }
      int data = at + 8;
      if (data + length + 4L > bytes.length) {
        throw new RejectedException(Rejection.TRUNCATED);
      }
      String type = new String(bytes, at + 4, 4, StandardCharsets.ISO_8859_1);
      if (Character.isUpperCase(type.charAt(0))) { // a chunk that decoders must understand
        CRC32 crc = new CRC32();
        crc.update(bytes, at + 4, length + 4);
        if ((int) crc.getValue() != buffer.getInt(data + length)) {
          throw new RejectedException(Rejection.CORRUPT);
        }
      }
      if ((width == 0) != type.equals("IHDR")) { // first, and only there
        throw new RejectedException(Rejection.CORRUPT);
      }
      switch (type) {
        case "IHDR" -> {
          if (length != 13) {
            throw new RejectedException(Rejection.CORRUPT);
          }
          width = buffer.getInt(data);
          height = buffer.getInt(data + 4);
          ImageHeader.checkSize(width, height, maxPixels);
          bits = bytes[data + 8];
          colour = bytes[data + 9];
        }
        case "tRNS" -> transparent = true;
        case "eXIf" -> orientation = Exif.orientation(bytes, data, data + length);
        case "IEND" -> {
          return new ImageHeader(
              ImageRecord.PNG,
              width,
              height,
              colour == 0 || colour == 4 ? 1 : 3,
              orientation,
              bits == 8 && (colour == 0 || colour == 2) && !transparent);
        }
        default -> {}
      }
      at = data + length + 4;
    }
  }

  @Override
  public ImageReader newReader() throws IOException {
    return Reader.PROVIDER.createReaderInstance();
  }

  /** Java's own reader. */
  private static final class Reader {
    static final ImageReaderSpi PROVIDER = find();

    private static ImageReaderSpi find() {
      Iterator<ImageReaderSpi> readers =
          IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, true);
      while (readers.hasNext()) {
        ImageReaderSpi reader = readers.next();
        if (reader.getClass().getName().equals("com.sun.imageio.plugins.png.PNGImageReaderSpi")) {
          return reader;
        }
      }
      throw new IllegalStateException("this Java has no PNG reader: is java.desktop missing?");
    }
  }
}
