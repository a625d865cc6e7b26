package org.vocabeam.transforms.image;

import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Optional;
import javax.imageio.ImageReader;

/**
 * Decoder of image files to 8-bit grey or RGB.
 *
 * <p>Sample values are taken as they are stored. Colour profiles and gamma are ignored, as in other
 * image libraries for training; Java's own conversions would treat grey as linear light and change
 * its values. Samples of 16 bits are scaled to 8 by 255/65535 with rounding; transparent pixels are
 * blended with white.
 */
public final class ImageDecoder {
  private static final int WHITE = 255;

  private ImageDecoder() {}

  /**
   * Returns the pixels as the file has them, before orientation.
   *
   * @param bytes a whole file
   * @param header of the same file
   * @throws RejectedException when the pixels are damaged, or not those of the header
   */
  public static Pixels decode(byte[] bytes, ImageHeader header) throws RejectedException {
    if (header.encoding().equals(ImageRecord.JPEG) && header.plain()) {
      Optional<Pixels> pixels = LibJpeg.decode(bytes);
      if (pixels.isPresent() && header.isOf(pixels.get())) {
        return pixels.get();
      }
      // Perhaps only padding: Java's reader tells the reason of a warning.
    }
    BufferedImage image;
    try {
      image = read(ImageFormat.of(bytes).orElseThrow().newReader(), bytes);
    } catch (IOException | RuntimeException e) { // the readers throw both for damaged files
      throw new RejectedException(Rejection.CORRUPT, e);
    }
    if (image.getWidth() != header.width() || image.getHeight() != header.height()) {
      throw new RejectedException(Rejection.CORRUPT);
    }
    return pixels(image, header.channels());
  }

  private static BufferedImage read(ImageReader reader, byte[] bytes)
      throws IOException, RejectedException {
    boolean[] damaged = new boolean[1];
    reader.addIIOReadWarningListener((source, warning) -> damaged[0] |= isDamage(warning));
    try (ByteArrayImageInputStream in = new ByteArrayImageInputStream(bytes)) {
      reader.setInput(in, true, true);
      BufferedImage image = reader.read(0);
      if (damaged[0]) {
        throw new RejectedException(Rejection.CORRUPT);
      }
      return image;
    } finally {
      reader.dispose();
    }
  }

  /** Returns true for a warning of lost pixels: libjpeg fills them with grey and only warns. */
  private static boolean isDamage(String warning) {
    return warning.startsWith("Corrupt JPEG data")
        // Padding before the end of the image, which some cameras write: nothing is missing.
        && !warning.contains("extraneous bytes before marker 0xd9");
  }

  private static Pixels pixels(BufferedImage image, int channels) {
    Raster raster = image.getRaster();
    ColorModel colours = image.getColorModel();
    if (colours instanceof IndexColorModel palette) {
      return fromPalette(raster, palette, channels);
    }
    if (raster.getNumBands() == channels
        && raster.getDataBuffer() instanceof DataBufferByte
        && raster.getSampleModel() instanceof ComponentSampleModel) {
      return fromBytes(raster, channels);
    }
    return fromSamples(raster, colours, channels);
  }

  /** Decodes palettes, and grey of 1, 2 or 4 bits. */
  private static Pixels fromPalette(Raster raster, IndexColorModel palette, int channels) {
    int size = palette.getMapSize();
    byte[] colours = new byte[size * channels];
    for (int i = 0; i < size; i++) {
      int alpha = palette.getAlpha(i);
      colours[i * channels] = (byte) onWhite(palette.getRed(i), alpha);
      if (channels == 3) {
        colours[i * 3 + 1] = (byte) onWhite(palette.getGreen(i), alpha);
        colours[i * 3 + 2] = (byte) onWhite(palette.getBlue(i), alpha);
      }
    }
    int width = raster.getWidth();
    byte[] values = new byte[width * raster.getHeight() * channels];
    int[] row = new int[width];
    int to = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(0, y, width, 1, 0, row);
      for (int index : row) {
        // An index beyond the palette is black, as in other decoders.
        if (index < size) {
          System.arraycopy(colours, index * channels, values, to, channels);
        }
        to += channels;
      }
    }
    return new Pixels(width, raster.getHeight(), channels, values);
  }

  private static Pixels fromBytes(Raster raster, int channels) {
    ComponentSampleModel model = (ComponentSampleModel) raster.getSampleModel();
    byte[] from = ((DataBufferByte) raster.getDataBuffer()).getData();
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] values = new byte[width * height * channels];
    int step = model.getPixelStride();
    for (int channel = 0; channel < channels; channel++) {
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

  /** Decodes 16 bits and alpha. */
  private static Pixels fromSamples(Raster raster, ColorModel colours, int channels) {
    int bands = raster.getNumBands();
    boolean sixteen = colours.getComponentSize(0) == 16;
    boolean alpha = colours.hasAlpha();
    int width = raster.getWidth();
    byte[] values = new byte[width * raster.getHeight() * channels];
    int[] row = new int[width * bands];
    int to = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width * bands; x += bands) {
        int opacity = alpha ? eight(row[x + bands - 1], sixteen) : WHITE;
        for (int channel = 0; channel < channels; channel++) {
          values[to++] = (byte) onWhite(eight(row[x + channel], sixteen), opacity);
        }
      }
    }
    return new Pixels(width, raster.getHeight(), channels, values);
  }

  /** Returns round(v * 255 / 65535), exactly. */
  private static int eight(int sample, boolean sixteen) {
    return sixteen ? (sample * 255 + 32895) >> 16 : sample;
  }

  private static int onWhite(int value, int alpha) {
    return (value * alpha + WHITE * (255 - alpha) + 127) / 255;
  }
}
