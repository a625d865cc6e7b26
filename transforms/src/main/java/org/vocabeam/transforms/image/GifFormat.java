package org.vocabeam.transforms.image;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * GIF: the first frame on its screen, which grows if the frame is beyond it. Around the frame the
 * screen is transparent if a colour is, and else of the first colour, as in Pillow.
 */
final class GifFormat implements ImageFormat {
  private static final Pattern FILE_NAMES = ImageFormat.names("gif");
  private static final int TRAILER = 0x3B;
  private static final int EXTENSION = 0x21;
  private static final int IMAGE = 0x2C;
  private static final int CONTROL = 0xF9;

  @Override
  public Pattern fileNames() {
    return FILE_NAMES;
  }

  @Override
  public boolean recognises(byte[] start) {
    return Bytes.match(start, 0, 'G', 'I', 'F', '8', '7', 'a')
        || Bytes.match(start, 0, 'G', 'I', 'F', '8', '9', 'a');
  }

  @Override
  public Rejection corrupt() {
    return Rejection.CORRUPT_GIF;
  }

  @Override
  public ImageHeader readHeader(byte[] file, long maxPixels) throws RejectedException {
    Frame frame = new Reader(file).frame();
    ImageHeader.checkSize(frame.width, frame.height, maxPixels, corrupt());
    ImageHeader.checkSize(frame.screenWidth(), frame.screenHeight(), maxPixels, corrupt());
    return new ImageHeader("gif", frame.screenWidth(), frame.screenHeight(), 3, 1, false);
  }

  @Override
  public Pixels decode(byte[] file, ImageHeader header, Background background)
      throws RejectedException {
    Frame frame = new Reader(file).frame();
    byte[] colours = frame.colours.clone();
    if (frame.transparent >= 0) {
      for (int i = 3 * frame.transparent; i < 3 * frame.transparent + 3; i++) {
        colours[i] = (byte) background.behind(colours[i] & 0xFF, 0);
      }
    }
    byte[] screen = new byte[header.width() * header.height()];
    Arrays.fill(screen, (byte) Math.max(0, frame.transparent));
    byte[] indexes = frame.indexes();
    for (int y = 0; y < frame.height; y++) {
      int row = frame.interlaced ? interlaced(y, frame.height) : y;
      System.arraycopy(
          indexes,
          row * frame.width,
          screen,
          (frame.top + y) * header.width() + frame.left,
          frame.width);
    }
    return Palette.pixels(header.width(), header.height(), screen, colours);
  }

  /** Returns the position of a row among those of four passes. */
  private static int interlaced(int y, int height) {
    int eighth = (height + 7) / 8;
    int fourth = (height + 3) / 4;
    int half = (height + 1) / 2;
    if (y % 8 == 0) {
      return y / 8;
    }
    if (y % 4 == 0) {
      return eighth + y / 8;
    }
    return y % 2 == 0 ? fourth + y / 4 : half + y / 2;
  }

  /**
   * First frame of a file.
   *
   * @param screen width and height that the file tells
   * @param transparent index, or -1
   * @param ended true if the data is there to its end
   */
  private record Frame(
      int[] screen,
      int left,
      int top,
      int width,
      int height,
      boolean interlaced,
      byte[] colours,
      int transparent,
      int codeBits,
      byte[] data,
      boolean ended) {
    int screenWidth() {
      return Math.max(screen[0], left + width);
    }

    int screenHeight() {
      return Math.max(screen[1], top + height);
    }

    /** Returns the decompressed indexes, row after row. */
    byte[] indexes() throws RejectedException {
      byte[] indexes = new byte[width * height];
      int count = Lzw.decode(data, codeBits, indexes);
      if (count < indexes.length) {
        throw new RejectedException(ended ? Rejection.CORRUPT_GIF : Rejection.TRUNCATED_GIF);
      }
      return indexes;
    }
  }

  /** Reader of a file's blocks. */
  private static final class Reader {
    private final byte[] file;
    private int at = 13;

    Reader(byte[] file) {
      this.file = file;
    }

    Frame frame() throws RejectedException {
      if (file.length < at) {
        throw new RejectedException(Rejection.TRUNCATED_GIF);
      }
      int[] screen = {unsigned16(6), unsigned16(8)};
      byte[] colours = Palette.grey(3);
      colours(file[10], colours);
      int transparent = -1;
      while (true) {
        switch (next()) {
          case TRAILER -> throw new RejectedException(Rejection.CORRUPT_GIF);
          case EXTENSION -> {
            int label = next();
            int content = at + 1;
            if (skipBlocks() > 0 && label == CONTROL && file[content - 1] >= 4) {
              transparent = (file[content] & 1) == 1 ? file[content + 3] & 0xFF : -1;
            }
          }
          case IMAGE -> {
            return frame(screen, colours, transparent);
          }
          default -> {} // stray bytes, which Pillow skips
        }
      }
    }

    private Frame frame(int[] screen, byte[] global, int transparent) throws RejectedException {
      int from = at;
      at += 9;
      if (at > file.length) {
        throw new RejectedException(Rejection.TRUNCATED_GIF);
      }
      byte flags = file[from + 8];
      byte[] colours = (flags & 0x80) == 0 ? global : Palette.grey(3);
      colours(flags, colours);
      int codeBits = next();
      if (codeBits < 1 || codeBits > 11) {
        throw new RejectedException(Rejection.CORRUPT_GIF);
      }
      ByteArrayOutputStream data = new ByteArrayOutputStream();
      boolean ended = false;
      while (at < file.length && !ended) {
        int length = file[at++] & 0xFF;
        int there = Math.min(length, file.length - at);
        data.write(file, at, there);
        at += there;
        ended = length == 0;
      }
      return new Frame(
          screen,
          unsigned16(from),
          unsigned16(from + 2),
          unsigned16(from + 4),
          unsigned16(from + 6),
          (flags & 0x40) != 0,
          colours,
          transparent,
          codeBits,
          data.toByteArray(),
          ended);
    }

    /** Reads a palette if the flags tell that one follows. */
    private void colours(byte flags, byte[] colours) throws RejectedException {
      if ((flags & 0x80) != 0) {
        int length = 3 * (2 << (flags & 7));
        if (at + length > file.length) {
          throw new RejectedException(Rejection.TRUNCATED_GIF);
        }
        System.arraycopy(file, at, colours, 0, length);
        at += length;
      }
    }

    /** Skips blocks up to the empty one, and returns their bytes. */
    private int skipBlocks() throws RejectedException {
      int bytes = 0;
      for (int length = next(); length > 0; length = next()) {
        bytes += length;
        at += length;
      }
      return bytes;
    }

    private int next() throws RejectedException {
      if (at >= file.length) {
        throw new RejectedException(Rejection.TRUNCATED_GIF);
      }
      return file[at++] & 0xFF;
    }

    private int unsigned16(int position) {
      return (file[position] & 0xFF) | (file[position + 1] & 0xFF) << 8;
    }
  }

  /** Compression by Lempel, Ziv and Welch with codes of 3 to 12 bits, the lowest bits first. */
  private static final class Lzw {
    private static final int CODES = 1 << 12;

    private Lzw() {}

    /**
     * Decompresses until the output is full or the data ends.
     *
     * @return the number of indexes
     * @throws RejectedException for a code that is not defined
     */
    static int decode(byte[] data, int codeBits, byte[] out) throws RejectedException {
      int clear = 1 << codeBits;
      short[] before = new short[CODES];
      byte[] last = new byte[CODES];
      int[] length = new int[CODES];
      for (int code = 0; code < clear; code++) {
        last[code] = (byte) code;
        length[code] = 1;
      }
      int to = 0;
      int next = clear + 2;
      int bits = codeBits + 1;
      int previous = -1;
      int buffer = 0;
      int buffered = 0;
      for (int at = 0; to < out.length; ) {
        while (buffered < bits && at < data.length) {
          buffer |= (data[at++] & 0xFF) << buffered;
          buffered += 8;
        }
        if (buffered < bits) {
          return to;
        }
        int code = buffer & ((1 << bits) - 1);
        buffer >>>= bits;
        buffered -= bits;
        if (code == clear) {
          next = clear + 2;
          bits = codeBits + 1;
          previous = -1;
          continue;
        }
        if (code == clear + 1) {
          return to;
        }
        if (code > next || (code == next && previous < 0) || (previous < 0 && code > clear)) {
          throw new RejectedException(Rejection.CORRUPT_GIF);
        }
        // A code that is being defined is the previous one and its first index again.
        int known = code < next ? code : previous;
        int end = to + length[known];
        int copy = known;
        for (int i = end - 1; i >= to; i--) {
          if (i < out.length) {
            out[i] = last[copy];
          }
          copy = before[copy];
        }
        byte first = out[to];
        if (code == next && end < out.length) {
          out[end] = first;
        }
        end += code == next ? 1 : 0;
        if (previous >= 0 && next < CODES) {
          before[next] = (short) previous;
          last[next] = first;
          length[next] = length[previous] + 1;
          next++;
          if (next == 1 << bits && bits < 12) {
            bits++;
          }
        }
        previous = code;
        to = Math.min(end, out.length);
      }
      return to;
    }
  }
}
