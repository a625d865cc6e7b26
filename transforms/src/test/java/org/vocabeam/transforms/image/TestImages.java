package org.vocabeam.transforms.image;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Image files for tests. */
public final class TestImages {
  private static final String JPEG_METADATA = "javax_imageio_jpeg_image_1.0";

  private TestImages() {}

  /** Returns a smooth image, which JPEG nearly keeps, with four different corners. */
  public static BufferedImage gradient(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(
            x, y, new Color(40 + 160 * x / width, 200 - 150 * y / height, 60 + 2 * y).getRGB());
      }
    }
    return image;
  }

  /** Returns an image whose neighbouring pixels differ, so that every smoothing is seen. */
  public static BufferedImage noise(int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    SplittableRandom random = new SplittableRandom(5);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt());
      }
    }
    return image;
  }

  /** Returns the pixels of an RGB image, read by Java's own accessor. */
  public static Pixels rgb(BufferedImage image) {
    byte[] values = new byte[image.getWidth() * image.getHeight() * 3];
    int at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        Color colour = new Color(image.getRGB(x, y));
        values[at++] = (byte) colour.getRed();
        values[at++] = (byte) colour.getGreen();
        values[at++] = (byte) colour.getBlue();
      }
    }
    return new Pixels(image.getWidth(), image.getHeight(), 3, values);
  }

  public static byte[] png(BufferedImage image) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, "png", out)) {
        throw new IllegalArgumentException("no PNG of type " + image.getType());
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  public static byte[] jpeg(BufferedImage image) {
    return jpeg(image, 2, 2, false);
  }

  /**
   * @param horizontal sampling factor of the luma; 2, 2 is 4:2:0
   */
  public static byte[] jpeg(
      BufferedImage image, int horizontal, int vertical, boolean progressive) {
    ImageWriter writer = javaWriter();
    ImageWriteParam parameters = writer.getDefaultWriteParam();
    parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    parameters.setCompressionQuality(0.97f);
    if (progressive) {
      parameters.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      IIOMetadata metadata =
          writer.getDefaultImageMetadata(new ImageTypeSpecifier(image), parameters);
      IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(JPEG_METADATA);
      IIOMetadataNode first = (IIOMetadataNode) root.getElementsByTagName("componentSpec").item(0);
      first.setAttribute("HsamplingFactor", String.valueOf(horizontal));
      first.setAttribute("VsamplingFactor", String.valueOf(vertical));
      metadata.setFromTree(JPEG_METADATA, root);
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, metadata), parameters);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }

  /** Returns a JPEG of inverted CMYK with Adobe's marker, as Photoshop writes it. */
  public static byte[] cmykJpeg(java.awt.image.Raster cmyk) {
    ImageWriter writer = javaWriter();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(cmyk, null, null), null);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    byte[] adobe = {
      (byte) 0xFF, (byte) 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
    };
    return insert(out.toByteArray(), 2, adobe);
  }

  private static ImageWriter javaWriter() {
    for (var writers = ImageIO.getImageWritersByFormatName("jpeg"); writers.hasNext(); ) {
      ImageWriter writer = writers.next();
      if (writer.getClass().getName().startsWith("com.sun.")) {
        return writer;
      }
    }
    throw new IllegalStateException();
  }

  /** Returns the same JPEG with an EXIF segment. */
  public static byte[] withOrientation(byte[] jpeg, int orientation) {
    byte[] tiff = orientationTag(orientation);
    ByteBuffer segment = ByteBuffer.allocate(tiff.length + 10);
    segment.putShort((short) 0xFFE1).putShort((short) (tiff.length + 8));
    segment.put("Exif\0\0".getBytes(StandardCharsets.ISO_8859_1)).put(tiff);
    return insert(jpeg, 2, segment.array());
  }

  /** Returns a TIFF structure with one tag. */
  public static byte[] orientationTag(int orientation) {
    ByteBuffer tiff = ByteBuffer.allocate(26);
    tiff.put("MM".getBytes(StandardCharsets.ISO_8859_1)).putShort((short) 42).putInt(8);
    tiff.putShort((short) 1);
    tiff.putShort((short) 0x112).putShort((short) 3).putInt(1);
    tiff.putShort((short) orientation).putShort((short) 0);
    return tiff.array();
  }

  /** Returns the same PNG with a chunk after its header. */
  public static byte[] withChunk(byte[] png, String type, byte[] data) {
    return insert(png, 8 + 25, chunk(type, data));
  }

  /** Returns a PNG of given header values and scan lines, filter bytes included. */
  public static byte[] pngOf(int width, int height, int bits, int colour, byte[] scanLines) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflate = new DeflaterOutputStream(compressed, new Deflater(9))) {
      deflate.write(scanLines);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    ByteBuffer header = ByteBuffer.allocate(13);
    header.putInt(width).putInt(height).put((byte) bits).put((byte) colour);
    return concat(
        new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10},
        chunk("IHDR", header.array()),
        chunk("IDAT", compressed.toByteArray()),
        chunk("IEND", new byte[0]));
  }

  private static byte[] chunk(String type, byte[] data) {
    ByteBuffer chunk = ByteBuffer.allocate(data.length + 12);
    chunk.putInt(data.length).put(type.getBytes(StandardCharsets.ISO_8859_1)).put(data);
    CRC32 crc = new CRC32();
    crc.update(chunk.array(), 4, data.length + 4);
    return chunk.putInt((int) crc.getValue()).array();
  }

  public static byte[] insert(byte[] bytes, int at, byte[] more) {
    return concat(Arrays.copyOf(bytes, at), more, Arrays.copyOfRange(bytes, at, bytes.length));
  }

  public static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  public static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /** Returns a changed copy. */
  public static byte[] changed(byte[] bytes, Consumer<byte[]> change) {
    byte[] copy = bytes.clone();
    change.accept(copy);
    return copy;
  }
}
