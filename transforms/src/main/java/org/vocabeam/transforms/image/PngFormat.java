package org.vocabeam.transforms.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/**
 * PNG, with the checksums of its critical chunks. A file without its end is accepted if it has all
 * pixels. Of an animation the default image counts, which every PNG decoder shows.
 */
final class PngFormat implements ImageFormat {
  private static final Pattern FILE_NAMES = ImageFormat.names("png", "apng");
  private static final int[] MAGIC = {0x89, 'P', 'N', 'G', 13, 10, 26, 10};
  private static final int HEADER = 13;

  /** Chunks that pixels need. */
  private static final Set<String> BEFORE_DATA = Set.of("IHDR", "PLTE", "tRNS");

  private static final int PALETTE_COLOUR = 3;

  @Override
  public Pattern fileNames() {
    return FILE_NAMES;
  }

  @Override
  public boolean recognises(byte[] start) {
    return Bytes.match(start, 0, MAGIC);
  }

  @Override
  public Rejection corrupt() {
    return Rejection.CORRUPT_PNG;
  }

  @Override
  public ImageHeader readHeader(byte[] bytes, long maxPixels) throws RejectedException {
    Structure structure = new Structure(bytes, maxPixels);
    if (!structure.ended && !structure.hasAllPixels()) {
      throw new RejectedException(Rejection.TRUNCATED_PNG);
    }
    return new ImageHeader(
        ImageRecord.PNG,
        structure.width,
        structure.height,
        structure.colour == 0 || structure.colour == 4 ? 1 : 3,
        structure.orientation(),
        structure.ended
            && !structure.animated
            && structure.bits == 8
            && (structure.colour == 0 || structure.colour == 2)
            && !structure.transparent);
  }

  @Override
  public Pixels decode(byte[] file, ImageHeader header, Background background)
      throws RejectedException, IOException {
    int colours = Palette.COLOURS;
    byte[] whole = file;
    if (!header.plain()) {
      Structure structure = new Structure(file, (long) header.width() * header.height());
      colours = structure.colour == PALETTE_COLOUR ? structure.palette : Palette.COLOURS;
      whole = structure.ended ? file : structure.withEnd();
    }
    BufferedImage image =
        JavaReader.read(Reader.PROVIDER.createReaderInstance(), whole, reader -> reader.read(0));
    return JavaReader.pixels(image, header.channels(), colours, background);
  }

  private record Chunk(String type, int from, int length) {}

  /** Chunks of a file up to its end, of which the last may be cut. */
  private static final class Structure {
    private final byte[] bytes;
    private int width;
    private int height;
    private int bits;
    private int colour;
    private boolean interlaced;
    private int palette;
    private boolean transparent;
    private boolean animated;
    private boolean ended;

    private final List<Chunk> chunks = new ArrayList<>();

    Structure(byte[] bytes, long maxPixels) throws RejectedException {
      this.bytes = bytes;
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      int at = MAGIC.length;
      while (!ended && at + 8L <= bytes.length) {
        int length = buffer.getInt(at);
        if (length < 0) {
          throw new RejectedException(Rejection.CORRUPT_PNG);
        }
        String type = new String(bytes, at + 4, 4, StandardCharsets.ISO_8859_1);
        int from = at + 8;
        boolean whole = from + length + 4L <= bytes.length;
        if (!whole && !type.equals("IDAT")) {
          return;
        }
        if (whole && Character.isUpperCase(type.charAt(0))) { // decoders must understand it
          CRC32 crc = new CRC32();
          crc.update(bytes, at + 4, length + 4);
          if ((int) crc.getValue() != buffer.getInt(from + length)) {
            throw new RejectedException(Rejection.CORRUPT_PNG);
          }
        }
        if ((width == 0) != type.equals("IHDR")) { // first, and only there
          throw new RejectedException(Rejection.CORRUPT_PNG);
        }
        int end = Math.min(from + length, bytes.length);
        chunks.add(new Chunk(type, from, end - from));
        see(type, from, length, maxPixels);
        at = whole ? end + 4 : bytes.length;
      }
    }

    private void see(String type, int from, int length, long maxPixels) throws RejectedException {
      switch (type) {
        case "IHDR" -> {
          if (length != HEADER) {
            throw new RejectedException(Rejection.CORRUPT_PNG);
          }
          ByteBuffer header = ByteBuffer.wrap(bytes, from, length);
          width = header.getInt();
          height = header.getInt();
          ImageHeader.checkSize(width, height, maxPixels, Rejection.CORRUPT_PNG);
          bits = header.get();
          colour = header.get();
          interlaced = bytes[from + HEADER - 1] != 0;
        }
        case "PLTE" -> palette = length / 3;
        case "tRNS" -> transparent = true;
        case "acTL" -> animated = true;
        case "IEND" -> ended = true;
        default -> {}
      }
    }

    /**
     * Returns the orientation, 1 to 8, from where Pillow takes it: the EXIF of its own chunk, or
     * that of a text; where that tells none, XMP.
     */
    int orientation() {
      byte[] exif = new byte[0];
      boolean own = false;
      Optional<PngText> xmp = Optional.empty();
      for (Chunk chunk : chunks) {
        if (chunk.type.equals("eXIf")) {
          exif = Arrays.copyOfRange(bytes, chunk.from, chunk.from + chunk.length);
          own = true;
        }
        Optional<PngText> text = PngText.of(chunk.type, bytes, chunk.from, chunk.length);
        if (text.isPresent() && text.get().keyword().equals(PngText.XMP)) {
          xmp = text;
        } else if (text.isPresent() && !own) {
          exif = text.get().exif();
        }
      }
      return Exif.tagged(exif, 0, exif.length).orElse(xmp.map(PngText::orientation).orElse(1));
    }

    /** Returns true if the compressed data that is there has every row. */
    boolean hasAllPixels() {
      Inflater inflater = new Inflater();
      try {
        inflater.setInput(data());
        byte[] buffer = new byte[1 << 13];
        long missing = rowBytes();
        while (missing > 0) {
          int inflated = inflater.inflate(buffer, 0, (int) Math.min(missing, buffer.length));
          if (inflated == 0) {
            return false;
          }
          missing -= inflated;
        }
        return width > 0;
      } catch (DataFormatException e) {
        return false;
      } finally {
        inflater.end();
      }
    }

    /** Returns the compressed data. */
    private byte[] data() {
      ByteArrayOutputStream data = new ByteArrayOutputStream();
      for (Chunk chunk : chunks) {
        if (chunk.type.equals("IDAT")) {
          data.write(bytes, chunk.from, chunk.length);
        }
      }
      return data.toByteArray();
    }

    /** Returns a whole file with the chunks that pixels need. */
    byte[] withEnd() {
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      file.write(bytes, 0, MAGIC.length);
      for (Chunk chunk : chunks) {
        if (BEFORE_DATA.contains(chunk.type)) {
          byte[] content = Arrays.copyOfRange(bytes, chunk.from, chunk.from + chunk.length);
          file.writeBytes(chunk(chunk.type, content));
        }
      }
      file.writeBytes(chunk("IDAT", data()));
      file.writeBytes(chunk("IEND", new byte[0]));
      return file.toByteArray();
    }

    private static byte[] chunk(String type, byte[] content) {
      ByteBuffer chunk = ByteBuffer.allocate(content.length + 12);
      chunk.putInt(content.length);
      chunk.put(type.getBytes(StandardCharsets.ISO_8859_1)).put(content);
      CRC32 crc = new CRC32();
      crc.update(chunk.array(), 4, content.length + 4);
      return chunk.putInt((int) crc.getValue()).array();
    }

    /** Returns the bytes of all rows before compression, each with its filter. */
    private long rowBytes() {
      int samples =
          switch (colour) {
            case 2 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> 1;
          };
      if (!interlaced) {
        return rowBytes(width, height, samples);
      }
      long total = 0;
      int[][] passes = {
        {0, 0, 8, 8},
        {4, 0, 8, 8},
        {0, 4, 4, 8},
        {2, 0, 4, 4},
        {0, 2, 2, 4},
        {1, 0, 2, 2},
        {0, 1, 1, 2}
      };
      for (int[] pass : passes) { // first column and row, and steps
        int columns = Math.max(0, (width - pass[0] + pass[2] - 1) / pass[2]);
        int rows = Math.max(0, (height - pass[1] + pass[3] - 1) / pass[3]);
        total += columns == 0 ? 0 : rowBytes(columns, rows, samples);
      }
      return total;
    }

    private long rowBytes(int columns, int rows, int samples) {
      return rows * (1 + ((long) columns * samples * bits + 7) / 8);
    }
  }

  /** Java's own reader. */
  private static final class Reader {
    static final ImageReaderSpi PROVIDER = find();

    private static ImageReaderSpi find() {
      Iterator<ImageReaderSpi> readers =
          IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, true);
      while (readers.hasNext()) {
        ImageReaderSpi reader = readers.next();
        if (reader.getClass().getName().equals("com.sun.imageio.plugins.png.PNGImageReaderSpi")) {
          return reader;
        }
      }
      throw new IllegalStateException("this Java has no PNG reader: is java.desktop missing?");
    }
  }
}
