package org.vocabeam.transforms.image;

import static org.bytedeco.leptonica.global.leptonica.L_SEVERITY_NONE;
import static org.bytedeco.leptonica.global.leptonica.pixCreateNoInit;
import static org.bytedeco.leptonica.global.leptonica.pixDestroy;
import static org.bytedeco.leptonica.global.leptonica.pixReadMemJp2k;
import static org.bytedeco.leptonica.global.leptonica.pixReadMemJpeg;
import static org.bytedeco.leptonica.global.leptonica.pixReadMemWebP;
import static org.bytedeco.leptonica.global.leptonica.pixWriteMemJpeg;
import static org.bytedeco.leptonica.global.leptonica.setMsgSeverity;

import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.leptonica.PIX;
import org.bytedeco.leptonica.global.leptonica;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;

/**
 * Leptonica's native library, and within it libjpeg-turbo, libwebp and OpenJPEG. They are the
 * libraries of Pillow, so pixels are the same; JPEG is decoded by the accurate DCT with smooth
 * upsampling. Thread-safe; native memory is freed before a call returns.
 *
 * <p>Callers check the size of an image before they give its file to native code.
 */
final class Leptonica {
  private static final int RGB_BITS = 32;
  private static final int FULL_SIZE = 1;
  private static final int OPAQUE = 255;

  static {
    try {
      setMsgSeverity(L_SEVERITY_NONE);
    } catch (UnsatisfiedLinkError e) {
      throw new UserError(
          "Leptonica's native library does not load on "
              + System.getProperty("os.name")
              + "-"
              + System.getProperty("os.arch")
              + ", must be linux-x86_64 with glibc",
          e);
    }
  }

  private Leptonica() {}

  /**
   * Decodes a JPEG file of one, three or four components, the last to RGB.
   *
   * @return the pixels; empty if libjpeg has stopped, or has warned that data may be lost
   */
  static Optional<Pixels> readJpeg(byte[] file) {
    int[] warnings = new int[1];
    PIX pix = pixReadMemJpeg(file, file.length, 0, FULL_SIZE, warnings, 0);
    return pixels(pix, warnings[0] == 0, Background.KEEP_COLOUR);
  }

  /** Decodes a WebP file of one image; empty if it is damaged. */
  static Optional<Pixels> readWebP(byte[] file, Background background) {
    return pixels(pixReadMemWebP(file, file.length), true, background);
  }

  /** Decodes a JPEG 2000 file; empty if it is damaged. */
  static Optional<Pixels> readJpeg2000(byte[] file) {
    PIX pix = pixReadMemJp2k(file, file.length, FULL_SIZE, null, 0, 0);
    return pixels(pix, true, Background.KEEP_COLOUR);
  }

  private static Optional<Pixels> pixels(@Nullable PIX pix, boolean good, Background background) {
    if (pix == null) {
      return Optional.empty();
    }
    try {
      return good ? Optional.of(read(pix, background)) : Optional.empty();
    } finally {
      pixDestroy(pix);
    }
  }

  private static Pixels read(PIX pix, Background background) {
    int width = pix.w();
    int height = pix.h();
    int channels = pix.d() == RGB_BITS ? 3 : 1;
    byte[] values = new byte[Math.multiplyExact(Math.multiplyExact(width, height), channels)];
    boolean transparent = pix.spp() == 4 && background != Background.KEEP_COLOUR;
    int[] words = new int[pix.wpl()];
    int at = 0;
    for (int y = 0; y < height; y++) {
      row(pix, y).get(words);
      if (transparent) {
        for (int x = 0; x < width; x++) {
          words[x] = behind(words[x], background);
        }
      }
      if (channels == 3) {
        for (int x = 0; x < width; x++) { // red, green and blue from the highest byte on
          int word = words[x];
          values[at] = (byte) (word >> 24);
          values[at + 1] = (byte) (word >> 16);
          values[at + 2] = (byte) (word >> 8);
          at += 3;
        }
      } else {
        for (int x = 0; x < width; x++) { // four pixels, from the highest byte on
          values[at++] = (byte) (words[x >> 2] >> (24 - 8 * (x & 3)));
        }
      }
    }
    return new Pixels(width, height, channels, values);
  }

  /** Returns red, green, blue and opacity, from the highest byte on, in front of a background. */
  private static int behind(int word, Background background) {
    int opacity = word & 0xFF;
    return opacity == OPAQUE
        ? word
        : background.behind(word >>> 24, opacity) << 24
            | background.behind(word >>> 16 & 0xFF, opacity) << 16
            | background.behind(word >>> 8 & 0xFF, opacity) << 8;
  }

  private static IntPointer row(PIX pix, int y) {
    return pix.data().position((long) y * pix.wpl());
  }

  /**
   * Encodes pixels as a baseline JPEG, with chroma of half the size (4:2:0).
   *
   * @param quality 1 to 100, as libjpeg counts
   */
  static byte[] writeJpeg(Pixels pixels, int quality) {
    PIX pix = pixCreateNoInit(pixels.width(), pixels.height(), pixels.channels() == 3 ? 32 : 8);
    if (pix == null) {
      throw new OutOfMemoryError("no memory for " + pixels);
    }
    try (BytePointer file = new BytePointer();
        SizeTPointer length = new SizeTPointer(1)) {
      write(pixels, pix);
      if (pixWriteMemJpeg(file, length, pix, quality, 0) != 0) {
        throw new IllegalStateException("no JPEG was made of " + pixels);
      }
      byte[] bytes = new byte[Math.toIntExact(length.get())];
      file.capacity(bytes.length).get(bytes);
      leptonica.lept_free(file);
      return bytes;
    } finally {
      pixDestroy(pix);
    }
  }

  private static void write(Pixels pixels, PIX pix) {
    byte[] values = pixels.values();
    int width = pixels.width();
    int[] words = new int[pix.wpl()];
    int at = 0;
    for (int y = 0; y < pixels.height(); y++) {
      if (pixels.channels() == 3) {
        for (int x = 0; x < width; x++) {
          words[x] =
              (values[at] & 0xFF) << 24
                  | (values[at + 1] & 0xFF) << 16
                  | (values[at + 2] & 0xFF) << 8;
          at += 3;
        }
      } else {
        Arrays.fill(words, 0);
        for (int x = 0; x < width; x++) {
          words[x >> 2] |= (values[at++] & 0xFF) << (24 - 8 * (x & 3));
        }
      }
      row(pix, y).put(words);
    }
  }
}
