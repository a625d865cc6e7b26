package org.vocabeam.transforms.image;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** JPEG as libjpeg reads it: baseline, extended or progressive, Huffman or arithmetic, 8 bits. */
final class JpegFormat implements ImageFormat {
  private static final Pattern FILE_NAMES =
      ImageFormat.names("jpg", "jpeg", "jpe", "jfif", "jif", "mpo");

  private static final int SOF0 = 0xC0;
  private static final int SOF1 = 0xC1;
  private static final int SOF2 = 0xC2;
  private static final int SOF9 = 0xC9;
  private static final int SOF10 = 0xCA;
  private static final int SOI = 0xD8;
  private static final int EOI = 0xD9;
  private static final int SOS = 0xDA;
  private static final int APP0 = 0xE0;
  private static final int APP1 = 0xE1;
  private static final int APP14 = 0xEE;
  private static final int APP15 = 0xEF;
  private static final int COM = 0xFE;

  /** First and last coefficient of a sequential scan, and their bits. */
  private static final int[] ALL_COEFFICIENTS = {0, 63, 0};

  private static final int[] EXIF = {'E', 'x', 'i', 'f', 0};
  private static final int[] JFIF = {'J', 'F', 'I', 'F', 0};
  private static final int[] ADOBE = {'A', 'd', 'o', 'b', 'e'};

  @Override
  public Pattern fileNames() {
    return FILE_NAMES;
  }

  @Override
  public boolean recognises(byte[] start) {
    return Bytes.match(start, 0, 0xFF, SOI, 0xFF);
  }

  @Override
  public Rejection corrupt() {
    return Rejection.CORRUPT_JPEG;
  }

  @Override
  public ImageHeader readHeader(byte[] bytes, long maxPixels) throws RejectedException {
    Structure structure = Structure.read(bytes);
    Frame frame = structure.frame;
    ImageHeader.checkSize(frame.width, frame.height, maxPixels, corrupt());
    return new ImageHeader(
        ImageRecord.JPEG,
        frame.width,
        frame.height,
        frame.components == 1 ? 1 : 3,
        structure.orientation,
        structure.clean && frame.components != 4 && !frame.arithmetic());
  }

  /**
   * {@inheritDoc}
   *
   * <p>Pillow accepts a file in spite of libjpeg's warnings; this does not, because they tell of
   * lost pixels. What libjpeg warns of without need is left out first: stray bytes between
   * segments, and markers of unknown versions.
   */
  @Override
  public Pixels decode(byte[] file, ImageHeader header, Background background)
      throws RejectedException {
    byte[] clean = header.plain() ? file : Structure.read(file).cleaned(file);
    return Leptonica.readJpeg(clean).orElseThrow(() -> new RejectedException(corrupt()));
  }

  private record Frame(int marker, int width, int height, int components) {
    boolean arithmetic() {
      return marker >= SOF9;
    }
  }

  /**
   * Marker segment.
   *
   * @param from position of its length
   * @param next end of the entropy-coded data of a scan; the end of other segments
   */
  private record Segment(int marker, int from, int end, int next) {}

  /**
   * Marker segments of a file, and between them the entropy-coded data of the scans (ITU T.81,
   * annex B), found as by libjpeg's {@code jdmarker.c}.
   */
  private static final class Structure {
    private final byte[] bytes;
    private final List<Segment> segments = new ArrayList<>();
    private Frame frame;
    private int orientation = 1;
    private boolean exif;

    /** False if libjpeg would warn of a part outside of the scans. */
    private boolean clean = true;

    private boolean jfif;
    private int transform = -1; // Adobe's, or none

    private Structure(byte[] bytes) {
      this.bytes = bytes;
    }

    static Structure read(byte[] bytes) throws RejectedException {
      Structure structure = new Structure(bytes);
      structure.read();
      return structure;
    }

    private void read() throws RejectedException {
      boolean scan = false;
      for (int at = 2; ; ) {
        int marker = nextMarker(at);
        clean &= isFill(at, marker);
        int code = bytes[marker] & 0xFF;
        int from = marker + 1;
        if (code == EOI) {
          if (frame == null || !scan) {
            throw new RejectedException(Rejection.CORRUPT_JPEG);
          }
          return;
        }
        int length = unsigned16(from);
        if (length < 2 && isComment(code)) {
          length = 2; // to libjpeg
          clean = false;
        }
        if (length < 2 || code == SOI) {
          throw new RejectedException(Rejection.CORRUPT_JPEG);
        }
        int end = from + length;
        if (end > bytes.length) {
          throw new RejectedException(Rejection.TRUNCATED_JPEG);
        }
        if (!scan) {
          see(code, from + 2, end);
        }
        if (code == SOS) {
          scan = true;
          clean &= isProgressive() || Bytes.match(bytes, end - 3, ALL_COEFFICIENTS);
        }
        at = code == SOS ? nextMarker(end) - 1 : end; // with the data of the scan
        segments.add(new Segment(code, from, end, at));
      }
    }

    private void see(int code, int from, int end) throws RejectedException {
      if (isFrame(code)) {
        if (frame != null) {
          throw new RejectedException(Rejection.CORRUPT_JPEG);
        }
        frame = frame(code, from, end);
      } else if (code == APP0 && end - from >= 14 && Bytes.match(bytes, from, JFIF)) {
        jfif = true;
        clean &= bytes[from + 5] == 1; // version
      } else if (code == APP14 && end - from >= 12 && Bytes.match(bytes, from, ADOBE)) {
        transform = bytes[from + 11] & 0xFF;
        clean &= transform <= 1; // others are of four components
      } else if (code == APP1 && !exif && end - from >= 5 && Bytes.match(bytes, from, EXIF)) {
        exif = true; // the first counts
        orientation = Exif.orientation(bytes, from + 6, end);
      }
    }

    private static boolean isFrame(int marker) {
      // All of C0 to CF but the Huffman tables, the extension and the arithmetic conditioning.
      return marker >= SOF0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    /** Returns true for a segment that pixels do not need. */
    private static boolean isComment(int marker) {
      return marker == COM || (marker >= APP0 && marker <= APP15);
    }

    private boolean isProgressive() {
      return frame != null && (frame.marker == SOF2 || frame.marker == SOF10);
    }

    private Frame frame(int marker, int from, int end) throws RejectedException {
      if (end - from < 6) {
        throw new RejectedException(Rejection.CORRUPT_JPEG);
      }
      int components = bytes[from + 5] & 0xFF;
      boolean known =
          marker == SOF0 || marker == SOF1 || marker == SOF2 || marker == SOF9 || marker == SOF10;
      if (!known || bytes[from] != 8) {
        throw new RejectedException(Rejection.UNSUPPORTED_JPEG);
      }
      if (components != 1 && components != 3 && components != 4) {
        throw new RejectedException(Rejection.CORRUPT_JPEG);
      }
      return new Frame(marker, unsigned16(from + 3), unsigned16(from + 1), components);
    }

    /**
     * Returns the position of the next marker's code: not a stuffed zero, a restart or a fill byte.
     */
    private int nextMarker(int from) throws RejectedException {
      for (int at = from; at + 1 < bytes.length; at++) {
        if (bytes[at] == (byte) 0xFF) {
          int code = bytes[at + 1] & 0xFF;
          boolean alone = code == 0x00 || code == 0x01 || code == 0xFF || (code & 0xF8) == 0xD0;
          if (!alone) {
            return at + 1;
          }
        }
      }
      throw new RejectedException(Rejection.TRUNCATED_JPEG);
    }

    /** Returns true if nothing but fill bytes stands in {@code [from, to)}. */
    private boolean isFill(int from, int to) {
      for (int at = from; at < to; at++) {
        if (bytes[at] != (byte) 0xFF) {
          return false;
        }
      }
      return true;
    }

    private int unsigned16(int at) throws RejectedException {
      if (at + 2 > bytes.length) {
        throw new RejectedException(Rejection.TRUNCATED_JPEG);
      }
      return ((bytes[at] & 0xFF) << 8) | (bytes[at + 1] & 0xFF);
    }

    /** Returns a file of the same pixels, with all that they need and nothing else. */
    byte[] cleaned(byte[] file) {
      ByteArrayOutputStream out = new ByteArrayOutputStream(file.length);
      write(out, SOI);
      if (jfif) {
        write(out, APP0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0);
      }
      if (frame.components == 4) {
        // Pillow takes all CMYK for inverted, as Adobe writes it; libjpeg only beside this marker.
        write(out, adobe(transform > 0 ? 2 : 0));
      } else if (transform >= 0) {
        write(out, adobe(transform == 0 ? 0 : 1)); // libjpeg reads others as 1
      }
      for (Segment segment : segments) {
        if (!isComment(segment.marker)) {
          write(out, segment.marker);
          if (segment.marker == SOS && !isProgressive()) {
            out.write(file, segment.from, segment.end - 3 - segment.from);
            for (int value : ALL_COEFFICIENTS) {
              out.write(value);
            }
          } else {
            out.write(file, segment.from, segment.end - segment.from);
          }
          out.write(file, segment.end, segment.next - segment.end);
        }
      }
      write(out, EOI);
      return out.toByteArray();
    }

    private static int[] adobe(int transform) {
      return new int[] {APP14, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, transform};
    }

    /** Writes a marker and its segment. */
    private static void write(ByteArrayOutputStream out, int... marker) {
      out.write(0xFF);
      for (int value : marker) {
        out.write(value);
      }
    }
  }
}
