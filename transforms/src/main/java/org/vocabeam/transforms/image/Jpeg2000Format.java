package org.vocabeam.transforms.image;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * JPEG 2000, in its file format or as a bare codestream (ITU T.800, annexes A and I): grey or RGB
 * of 8 bits, without opacity, which Leptonica would drop.
 */
final class Jpeg2000Format implements ImageFormat {
  private static final Pattern FILE_NAMES =
      ImageFormat.names("jp2", "j2k", "jpc", "j2c", "jpf", "jpx");

  private static final int[] SIGNATURE_BOX = {0, 0, 0, 12, 'j', 'P', ' ', ' ', 13, 10, 0x87, 10};
  private static final int[] CODESTREAM = {0xFF, 0x4F, 0xFF, 0x51};
  private static final int SRGB = 16;
  private static final int GREY = 17;

  /** Tiles of a file: OpenJPEG takes some kilobytes for each, however small it is. */
  private static final int MOST_TILES = 1 << 12;

  @Override
  public Pattern fileNames() {
    return FILE_NAMES;
  }

  @Override
  public boolean recognises(byte[] start) {
    return Bytes.match(start, 0, SIGNATURE_BOX) || Bytes.match(start, 0, CODESTREAM);
  }

  @Override
  public Rejection corrupt() {
    return Rejection.CORRUPT_JPEG_2000;
  }

  @Override
  public ImageHeader readHeader(byte[] file, long maxPixels) throws RejectedException {
    return Bytes.match(file, 0, CODESTREAM)
        ? codestream(file, 0, file.length, maxPixels)
        : boxes(file, 0, file.length, maxPixels)
            .orElseThrow(() -> new RejectedException(Rejection.TRUNCATED_JPEG_2000));
  }

  /** Checks the boxes in {@code [from, to)} up to the codestream, and reads its header. */
  private Optional<ImageHeader> boxes(byte[] file, int from, int to, long maxPixels)
      throws RejectedException {
    ByteBuffer buffer = ByteBuffer.wrap(file);
    for (int box = from; box <= to - 8; ) {
      long length = buffer.getInt(box) & 0xFFFF_FFFFL;
      int content = box + 8;
      if (length == 1) {
        length = buffer.getLong(content);
        content += 8;
      } else if (length == 0) {
        length = to - (long) box;
      }
      if (length < 8) {
        throw new RejectedException(Rejection.CORRUPT_JPEG_2000);
      }
      if (length > to - (long) box) {
        throw new RejectedException(Rejection.TRUNCATED_JPEG_2000);
      }
      int end = (int) (box + length);
      switch (buffer.getInt(box + 4)) {
        case 0x6A70_3268 -> { // jp2h, of boxes
          if (from == 0) {
            boxes(file, content, end, maxPixels);
          }
        }
        case 0x7063_6C72 -> // pclr, a palette
            throw new RejectedException(Rejection.UNSUPPORTED_JPEG_2000);
        case 0x636F_6C72 -> { // colr
          if (file[content] == 1) {
            int space = buffer.getInt(content + 3);
            if (space != SRGB && space != GREY) {
              throw new RejectedException(Rejection.UNSUPPORTED_JPEG_2000);
            }
          }
        }
        case 0x6A70_3263 -> { // jp2c
          return Optional.of(codestream(file, content, end, maxPixels));
        }
        default -> {}
      }
      box = end;
    }
    return Optional.empty();
  }

  private ImageHeader codestream(byte[] file, int from, int to, long maxPixels)
      throws RejectedException {
    if (to - from < 45) {
      throw new RejectedException(Rejection.TRUNCATED_JPEG_2000);
    }
    if (!Bytes.match(file, from, CODESTREAM)) {
      throw new RejectedException(Rejection.CORRUPT_JPEG_2000);
    }
    ByteBuffer size = ByteBuffer.wrap(file, from + 8, to - from - 8).slice();
    long right = size.getInt() & 0xFFFF_FFFFL;
    long bottom = size.getInt() & 0xFFFF_FFFFL;
    long width = right - (size.getInt() & 0xFFFF_FFFFL);
    long height = bottom - (size.getInt() & 0xFFFF_FFFFL);
    ImageHeader.checkSize(width, height, maxPixels, corrupt());
    long tileWidth = size.getInt() & 0xFFFF_FFFFL;
    long tileHeight = size.getInt() & 0xFFFF_FFFFL;
    long tileLeft = size.getInt() & 0xFFFF_FFFFL;
    long tileTop = size.getInt() & 0xFFFF_FFFFL;
    if (tileWidth == 0 || tileHeight == 0 || tileLeft >= right || tileTop >= bottom) {
      throw new RejectedException(Rejection.CORRUPT_JPEG_2000);
    }
    long columns = (right - tileLeft + tileWidth - 1) / tileWidth;
    long rows = (bottom - tileTop + tileHeight - 1) / tileHeight;
    if (columns > MOST_TILES || rows > MOST_TILES || columns * rows > MOST_TILES) {
      throw new RejectedException(Rejection.UNSUPPORTED_JPEG_2000);
    }
    int components = size.getShort() & 0xFFFF;
    boolean supported = components == 1 || components == 3;
    for (int i = 0; i < components && supported; i++) {
      // Eight unsigned bits, of every pixel.
      int bits = size.get() + 1;
      int columnStep = size.get();
      int rowStep = size.get();
      supported = bits == 8 && columnStep == 1 && rowStep == 1;
    }
    if (!supported) {
      throw new RejectedException(Rejection.UNSUPPORTED_JPEG_2000);
    }
    if (!Bytes.match(file, to - 2, 0xFF, 0xD9)) { // end of the codestream
      throw new RejectedException(Rejection.TRUNCATED_JPEG_2000);
    }
    return new ImageHeader(
        "jpeg2000", (int) width, (int) height, components == 1 ? 1 : 3, 1, false);
  }

  @Override
  public Pixels decode(byte[] file, ImageHeader header, Background background)
      throws RejectedException {
    return Leptonica.readJpeg2000(file).orElseThrow(() -> new RejectedException(corrupt()));
  }
}
