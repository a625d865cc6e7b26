package org.vocabeam.transforms.image;

import com.drew.lang.ByteArrayReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * What the structure of a file says, read before any pixel is decoded. Reading it also proves that
 * the file has its end, and that the checksums of a PNG are right.
 *
 * @param encoding {@link ImageRecord#JPEG} or {@link ImageRecord#PNG}
 * @param width as stored, before orientation
 * @param height as stored, before orientation
 * @param channels of the decoded image: 1 or 3
 * @param orientation of the EXIF, 1 to 8
 * @param plain whether any decoder of 8-bit images gives the same {@code channels}: no alpha, no
 *     palette, no 16 bits, no CMYK
 */
public record ImageHeader(
    String encoding, int width, int height, int channels, int orientation, boolean plain) {
  private static final byte[] PNG_SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
  private static final byte[] EXIF = {'E', 'x', 'i', 'f', 0, 0};

  /** Bytes that {@link #isImage} looks at. */
  public static final int SIGNATURE = 8;

  /** Whether the first bytes are those of a JPEG or PNG. */
  public static boolean isImage(byte[] bytes) {
    return isJpeg(bytes) || isPng(bytes);
  }

  private static boolean isJpeg(byte[] bytes) {
    return bytes.length >= 3
        && bytes[0] == (byte) 0xFF
        && bytes[1] == (byte) 0xD8
        && bytes[2] == (byte) 0xFF;
  }

  private static boolean isPng(byte[] bytes) {
    return startsWith(bytes, 0, PNG_SIGNATURE);
  }

  /** Reads the structure of a whole file. */
  public static ImageHeader read(byte[] bytes, long maxPixels) throws RejectedException {
    if (isJpeg(bytes)) {
      return readJpeg(bytes, maxPixels);
    }
    if (isPng(bytes)) {
      return readPng(bytes, maxPixels);
    }
    throw new RejectedException(Rejection.NOT_AN_IMAGE);
  }

  /** ITU T.81, annex B: marker segments, and between them the entropy-coded data of the scans. */
  private static ImageHeader readJpeg(byte[] bytes, long maxPixels) throws RejectedException {
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
            ImageRecord.JPEG, frame.width, frame.height, frame.channels, orientation, frame.plain);
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
        checkSize(frame.width, frame.height, maxPixels);
      } else if (marker == 0xE1 && startsWith(bytes, at + 2, EXIF)) {
        orientation = orientation(bytes, at + 2 + EXIF.length, at + length);
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

  /** The place of the next marker's code: not a stuffed zero, a restart or a fill byte. */
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

  private static ImageHeader readPng(byte[] bytes, long maxPixels) throws RejectedException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int width = 0;
    int height = 0;
    int bits = 0;
    int colour = 0;
    int orientation = 1;
    boolean transparent = false;
    for (int at = PNG_SIGNATURE.length; ; ) {
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
          checkSize(width, height, maxPixels);
          bits = bytes[data + 8];
          colour = bytes[data + 9];
        }
        case "tRNS" -> transparent = true;
        case "eXIf" -> orientation = orientation(bytes, data, data + length);
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

  private static void checkSize(int width, int height, long maxPixels) throws RejectedException {
    if (width < 1 || height < 1) {
      throw new RejectedException(Rejection.CORRUPT);
    }
    if ((long) width * height > maxPixels) {
      throw new RejectedException(Rejection.TOO_MANY_PIXELS);
    }
  }

  /** The tag of a TIFF structure in [from, to); 1 when it has none, or is broken. */
  private static int orientation(byte[] bytes, int from, int to) {
    byte[] tiff = Arrays.copyOfRange(bytes, from, to);
    Metadata metadata = new Metadata();
    new ExifReader().extract(new ByteArrayReader(tiff), metadata);
    ExifIFD0Directory directory = metadata.getFirstDirectoryOfType(ExifIFD0Directory.class);
    Integer value =
        directory == null ? null : directory.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
    return value == null || value < 1 || value > 8 ? 1 : value;
  }

  private static boolean startsWith(byte[] bytes, int at, byte[] prefix) {
    return bytes.length - at >= prefix.length
        && Arrays.equals(bytes, at, at + prefix.length, prefix, 0, prefix.length);
  }

  private static int unsigned16(byte[] bytes, int at) throws RejectedException {
    if (at + 2 > bytes.length) {
      throw new RejectedException(Rejection.TRUNCATED);
    }
    return ((bytes[at] & 0xFF) << 8) | (bytes[at + 1] & 0xFF);
  }
}
