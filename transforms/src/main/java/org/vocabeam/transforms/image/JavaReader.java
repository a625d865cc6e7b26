package org.vocabeam.transforms.image;

import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import javax.imageio.ImageReader;

/** Readers of Java's Image I/O, and the pixels of what they read without its colour management. */
final class JavaReader {
  private static final int OPAQUE = 255;

  private JavaReader() {}

  /** Something that a reader reads. */
  interface Reading<T> {
    T read(ImageReader reader) throws IOException;
  }

  /** Reads from a file in memory and disposes of the reader. */
  static <T> T read(ImageReader reader, byte[] file, Reading<T> reading) throws IOException {
    try (ByteArrayImageInputStream in = new ByteArrayImageInputStream(file)) {
      reader.setInput(in, true, true);
      return reading.read(reader);
    } finally {
      reader.dispose();
    }
  }

  /**
   * Returns the pixels of an image.
   *
   * @param colours of a palette; others are black
   */
  static Pixels pixels(BufferedImage image, int channels, int colours, Background background) {
    Raster raster = image.getRaster();
    ColorModel model = image.getColorModel();
    if (model instanceof IndexColorModel palette) {
      return ofPalette(
          raster, palette, Math.min(colours, palette.getMapSize()), channels, background);
    }
    return model.hasAlpha()
        ? ofSamples(raster, channels, true, model.isAlphaPremultiplied(), background)
        : ofSamples(raster, channels, false, false, background);
  }

  /**
   * Decodes palettes, and grey of 1, 2 or 4 bits. An index beyond a palette is grey, as in Pillow.
   */
  private static Pixels ofPalette(
      Raster raster, IndexColorModel palette, int size, int channels, Background background) {
    byte[] colours = Palette.grey(channels);
    for (int i = 0; i < size; i++) {
      int alpha = palette.getAlpha(i);
      colours[i * channels] = (byte) background.behind(palette.getRed(i), alpha);
      if (channels == 3) {
        colours[i * 3 + 1] = (byte) background.behind(palette.getGreen(i), alpha);
        colours[i * 3 + 2] = (byte) background.behind(palette.getBlue(i), alpha);
      }
    }
    int width = raster.getWidth();
    byte[] values = new byte[width * raster.getHeight() * channels];
    int[] row = new int[width];
    int to = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(0, y, width, 1, 0, row);
      for (int index : row) {
        System.arraycopy(colours, index * channels, values, to, channels);
        to += channels;
      }
    }
    return new Pixels(width, raster.getHeight(), channels, values);
  }

  /**
   * Returns the pixels of samples of 8 or 16 bits.
   *
   * @param alpha true if the band after the channels is opacity
   * @param premultiplied true if the channels were multiplied by it
   */
  static Pixels ofSamples(
      Raster raster, int channels, boolean alpha, boolean premultiplied, Background background) {
    if (!alpha
        && raster.getNumBands() == channels
        && raster.getDataBuffer() instanceof DataBufferByte
        && raster.getSampleModel() instanceof ComponentSampleModel) {
      return ofBytes(raster, channels);
    }
    int bands = raster.getNumBands();
    boolean sixteen = raster.getSampleModel().getSampleSize(0) == 16;
    int width = raster.getWidth();
    byte[] values = new byte[width * raster.getHeight() * channels];
    int[] row = new int[width * bands];
    int to = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width * bands; x += bands) {
        int opacity = alpha ? eight(row[x + channels], sixteen) : OPAQUE;
        for (int channel = 0; channel < channels; channel++) {
          int value = eight(row[x + channel], sixteen);
          if (premultiplied && opacity > 0) {
            value = Math.min(255, value * 255 / opacity);
          }
          values[to++] = (byte) background.behind(value, opacity);
        }
      }
    }
    return new Pixels(width, raster.getHeight(), channels, values);
  }

  private static Pixels ofBytes(Raster raster, int channels) {
    ComponentSampleModel model = (ComponentSampleModel) raster.getSampleModel();
    DataBufferByte buffer = (DataBufferByte) raster.getDataBuffer();
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] values = new byte[width * height * channels];
    int step = model.getPixelStride();
    for (int channel = 0; channel < channels; channel++) {
      byte[] from = buffer.getData(model.getBankIndices()[channel]);
      int offset = model.getBandOffsets()[channel];
      for (int y = 0; y < height; y++) {
        int at = y * model.getScanlineStride() + offset;
        int end = (y + 1) * width * channels;
        for (int to = y * width * channels + channel; to < end; to += channels) {
          values[to] = from[at];
          at += step;
        }
      }
    }
    return new Pixels(width, height, channels, values);
  }

  /** Returns round(v * 255 / 65535), exactly. */
  private static int eight(int sample, boolean sixteen) {
    return sixteen ? (sample * 255 + 32895) >> 16 : sample;
  }
}
