package org.vocabeam.transforms.image;

import com.google.common.hash.Hashing;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.views.Axis;
import org.vocabeam.models.views.Cut;
import org.vocabeam.models.views.Raster;
import org.vocabeam.models.views.Resampler;
import org.vocabeam.models.views.Resampling;

/**
 * Decoded image in memory.
 *
 * <pre>{@code
 * Pixels square = Pixels.of(image).toChannels(3).centre(32);
 * }</pre>
 *
 * @param width at least 1
 * @param height at least 1
 * @param channels 1 (grey) or 3 (RGB)
 * @param values uint8 {@code [height, width, channels]}, row-major. Not copied
 */
public record Pixels(int width, int height, int channels, byte[] values) {
  public Pixels {
    if (width < 1
        || height < 1
        || (channels != 1 && channels != 3)
        || values.length != (long) width * height * channels) {
      throw new IllegalArgumentException(
          String.format("%d x %d x %d in %d bytes", height, width, channels, values.length));
    }
  }

  /**
   * Decodes a stored image and turns it upright.
   *
   * @throws UserError when its bytes are damaged, which ingestion never stores
   */
  public static Pixels of(ImageRecord image) {
    if (image.encoding().equals(ImageRecord.RAW)) {
      return new Pixels(image.width(), image.height(), image.channels(), image.bytes());
    }
    ImageHeader header = image.header();
    try {
      return ImageDecoder.decode(image.bytes(), header).orient(header.orientation());
    } catch (RejectedException e) {
      throw image.damaged(e);
    }
  }

  /** Decodes a stored image to 1 or 3 channels. */
  public static Pixels of(ImageRecord image, int channels) {
    return of(image).toChannels(channels);
  }

  /** Decodes a stored image and shows it whole in a shape; see {@link Cut#whole}. */
  public static Pixels of(ImageRecord image, ImageShape shape) {
    int channels = shape.channels();
    Cut cut = Cut.whole(image.height(), image.width(), shape.height(), shape.width());
    if (cut.isWhole(image.height(), image.width())) {
      return of(image, channels);
    }
    Raster raster = ImageParts.read(image, channels, List.of(cut));
    byte[] shown = new byte[cut.bytes(channels)];
    new Resampler().render(cut, raster, ByteBuffer.wrap(shown), 0);
    return new Pixels(cut.width(), cut.height(), channels, shown);
  }

  /**
   * Returns the image with other channels: grey from RGB by ITU-R 601 luma, 0.299 R + 0.587 G +
   * 0.114 B, rounded; RGB from grey by repetition.
   *
   * @param wanted 1 or 3
   */
  public Pixels toChannels(int wanted) {
    if (wanted == channels) {
      return this;
    }
    byte[] to = new byte[width * height * wanted];
    for (int i = 0; i < width * height; i++) {
      if (wanted == 1) {
        int r = values[3 * i] & 0xFF;
        int g = values[3 * i + 1] & 0xFF;
        int b = values[3 * i + 2] & 0xFF;
        to[i] = (byte) ((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16); // 16-bit fixed point
      } else {
        Arrays.fill(to, 3 * i, 3 * i + 3, values[i]);
      }
    }
    return new Pixels(width, height, wanted, to);
  }

  /**
   * Returns the image turned upright.
   *
   * @param orientation EXIF orientation, 1 to 8; 5 to 8 exchange width and height
   */
  public Pixels orient(int orientation) {
    if (orientation == 1) {
      return this;
    }
    boolean transposed = orientation >= 5;
    boolean flipX = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    boolean flipY = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    int toWidth = transposed ? height : width;
    int toHeight = transposed ? width : height;
    byte[] to = new byte[values.length];
    int at = 0;
    for (int y = 0; y < toHeight; y++) {
      for (int x = 0; x < toWidth; x++) {
        int fromX = transposed ? y : x;
        int fromY = transposed ? x : y;
        fromX = flipX ? width - 1 - fromX : fromX;
        fromY = flipY ? height - 1 - fromY : fromY;
        int from = (fromY * width + fromX) * channels;
        for (int channel = 0; channel < channels; channel++) {
          to[at++] = values[from + channel];
        }
      }
    }
    return new Pixels(toWidth, toHeight, channels, to);
  }

  /**
   * Returns the centre of {@code size x size} pixels after scaling the short side to {@code size}.
   * Shrinking averages areas, which avoids aliasing; enlarging is bilinear.
   */
  public Pixels centre(int size) {
    if (width == size && height == size) {
      return this;
    }
    int shorter = Math.min(width, height);
    int scaledWidth = (int) ((long) width * size / shorter);
    int scaledHeight = (int) ((long) height * size / shorter);
    Resampling columns = Resampling.area(width, scaledWidth, (scaledWidth - size) / 2, size);
    Resampling rows = Resampling.area(height, scaledHeight, (scaledHeight - size) / 2, size);
    return new Pixels(
        size, size, channels, Resampling.apply(values, width, channels, rows, columns));
  }

  /**
   * Returns the image scaled so that its short side has so many pixels, by the antialiased bilinear
   * filter of Pillow and torchvision; the long side is rounded down as in torchvision.
   */
  public Pixels withShortSide(int side) {
    int shorter = Math.min(width, height);
    int scaledWidth = (int) ((long) width * side / shorter);
    int scaledHeight = (int) ((long) height * side / shorter);
    Cut cut = new Cut(Axis.of(0, height, scaledHeight), Axis.of(0, width, scaledWidth));
    byte[] scaled = new byte[cut.bytes(channels)];
    new Resampler()
        .render(cut, new Raster(values, height, width, channels), ByteBuffer.wrap(scaled), 0);
    return new Pixels(scaledWidth, scaledHeight, channels, scaled);
  }

  /** Returns a hash of pixels and shape: 32 hexadecimal digits. */
  public String hash() {
    return Hashing.murmur3_128()
        .newHasher()
        .putInt(width)
        .putInt(height)
        .putInt(channels)
        .putBytes(values)
        .hash()
        .toString();
  }

  /**
   * Returns the part of a rectangle that lies within the image.
   *
   * @param top row of the first pixel, which may be outside
   * @param left column of the first pixel, which may be outside
   */
  public Pixels region(int top, int left, int regionHeight, int regionWidth) {
    int firstRow = Math.max(0, top);
    int firstColumn = Math.max(0, left);
    int rows = Math.min(height, top + regionHeight) - firstRow;
    int columns = Math.min(width, left + regionWidth) - firstColumn;
    if (rows < 1 || columns < 1) {
      throw new IllegalArgumentException(
          String.format(
              "%d x %d pixels at %d, %d do not meet the image of %d x %d",
              regionHeight, regionWidth, top, left, height, width));
    }
    byte[] to = new byte[rows * columns * channels];
    for (int row = 0; row < rows; row++) {
      int from = ((firstRow + row) * width + firstColumn) * channels;
      System.arraycopy(values, from, to, row * columns * channels, columns * channels);
    }
    return new Pixels(columns, rows, channels, to);
  }

  /** Encodes the pixels as PNG, 8-bit grey or RGB. */
  public byte[] toPng() {
    int type = channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
    BufferedImage image = new BufferedImage(width, height, type);
    byte[] to = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    for (int i = 0; i < to.length; i += channels) {
      for (int channel = 0; channel < channels; channel++) {
        to[i + channels - 1 - channel] = values[i + channel];
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      if (!ImageIO.write(image, "png", stream)) {
        throw new IllegalStateException("this Java has no PNG writer: is java.desktop missing?");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /**
   * Encodes the pixels as JPEG, with chroma of half the size (4:2:0).
   *
   * @param quality 1 to 100, as libjpeg counts
   */
  public byte[] toJpeg(int quality) {
    return Leptonica.writeJpeg(this, quality);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Pixels that
        && width == that.width
        && height == that.height
        && channels == that.channels
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return height + " x " + width + " x " + channels + " " + Arrays.hashCode(values);
  }
}
