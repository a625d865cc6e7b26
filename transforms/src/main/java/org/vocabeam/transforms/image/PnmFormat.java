package org.vocabeam.transforms.image;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PBM, PGM and PPM: bits, grey and RGB, as bytes or as text, of any greatest value. */
final class PnmFormat implements ImageFormat {
  private static final Pattern FILE_NAMES = ImageFormat.names("pbm", "pgm", "ppm", "pnm");

  private static final String SPACE = "(?:\\s|#[^\\n]*+\\n)++";
  private static final String NUMBER = "(\\d{1,9}+)";
  private static final String SIZE = SPACE + NUMBER + SPACE + NUMBER;

  /** Width and height; the greatest value, except for bits; and one space. */
  private static final Pattern HEAD =
      Pattern.compile("P(?:[14]" + SIZE + "|[2356]" + SIZE + SPACE + NUMBER + ")\\s");

  /** Bytes of the longest head, with its comments. */
  private static final int LONGEST = 1000;

  @Override
  public Pattern fileNames() {
    return FILE_NAMES;
  }

  @Override
  public boolean recognises(byte[] start) {
    return match(start).lookingAt();
  }

  private static Matcher match(byte[] file) {
    int length = Math.min(file.length, LONGEST);
    return HEAD.matcher(new String(file, 0, length, StandardCharsets.ISO_8859_1));
  }

  @Override
  public Rejection corrupt() {
    return Rejection.CORRUPT_PNM;
  }

  @Override
  public ImageHeader readHeader(byte[] file, long maxPixels) throws RejectedException {
    Head head = Head.read(file);
    ImageHeader.checkSize(head.width, head.height, maxPixels, corrupt());
    if (head.most < 1 || head.most > 65535) {
      throw new RejectedException(corrupt());
    }
    if (!head.isText() && head.rowBytes() * head.height > file.length - head.end) {
      throw new RejectedException(Rejection.TRUNCATED_PNM);
    }
    return new ImageHeader("pnm", head.width, head.height, head.channels(), 1, false);
  }

  @Override
  public Pixels decode(byte[] file, ImageHeader header, Background background)
      throws RejectedException {
    Head head = Head.read(file);
    int rowValues = head.width * head.channels();
    byte[] values = new byte[Math.multiplyExact(rowValues, head.height)];
    Text text = new Text(file, head.end);
    for (int i = 0; i < values.length; i++) {
      int value;
      if (head.isText()) {
        value = text.next(head.isBits());
      } else if (head.isBits()) {
        int column = i % rowValues;
        int at = (int) (head.end + i / rowValues * head.rowBytes() + column / 8);
        value = file[at] >> (7 - column % 8) & 1;
      } else if (head.most < 256) {
        value = file[head.end + i] & 0xFF;
      } else {
        int at = head.end + 2 * i;
        value = (file[at] & 0xFF) << 8 | (file[at + 1] & 0xFF);
      }
      int known = Math.min(value, head.most);
      int eight = (known * 255 + head.most / 2) / head.most;
      values[i] = (byte) (head.isBits() ? 255 - eight : eight); // 1 is black
    }
    return new Pixels(head.width, head.height, head.channels(), values);
  }

  /**
   * Head of a file.
   *
   * @param kind 1 to 3 for text, 4 to 6 for bytes
   * @param most greatest value
   * @param end position of the pixels
   */
  private record Head(int kind, int width, int height, int most, int end) {
    static Head read(byte[] file) throws RejectedException {
      Matcher matcher = match(file);
      if (!matcher.lookingAt()) {
        throw new RejectedException(Rejection.CORRUPT_PNM);
      }
      int kind = file[1] - '0';
      boolean bits = matcher.group(1) != null;
      return new Head(
          kind,
          Integer.parseInt(matcher.group(bits ? 1 : 3)),
          Integer.parseInt(matcher.group(bits ? 2 : 4)),
          bits ? 1 : Integer.parseInt(matcher.group(5)),
          matcher.end());
    }

    boolean isText() {
      return kind <= 3;
    }

    boolean isBits() {
      return kind == 1 || kind == 4;
    }

    int channels() {
      return kind == 3 || kind == 6 ? 3 : 1;
    }

    long rowBytes() {
      return isBits() ? (width + 7L) / 8 : (long) width * channels() * (most < 256 ? 1 : 2);
    }
  }

  /** Numbers of a text, with comments among them. */
  private static final class Text {
    private final byte[] file;
    private int at;

    Text(byte[] file, int from) {
      this.file = file;
      this.at = from;
    }

    /**
     * Returns the next number.
     *
     * @param digit true if every digit is a number
     */
    int next(boolean digit) throws RejectedException {
      while (at < file.length && (file[at] < '0' || file[at] > '9')) {
        if (file[at] == '#') {
          while (at < file.length && file[at] != '\n') {
            at++;
          }
        } else if (!Character.isWhitespace(file[at])) {
          throw new RejectedException(Rejection.CORRUPT_PNM);
        } else {
          at++;
        }
      }
      if (at >= file.length) {
        throw new RejectedException(Rejection.TRUNCATED_PNM);
      }
      int number = 0;
      do {
        number = Math.min(number * 10 + file[at++] - '0', 1 << 20);
      } while (!digit && at < file.length && file[at] >= '0' && file[at] <= '9');
      return number;
    }
  }
}
