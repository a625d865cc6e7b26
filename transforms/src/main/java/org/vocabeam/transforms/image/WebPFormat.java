package org.vocabeam.transforms.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** WebP: lossy, lossless, with opacity; of an animation the first frame (RFC 9649). */
final class WebPFormat implements ImageFormat {
  private static final Pattern FILE_NAMES = ImageFormat.names("webp");
  private static final int HEAD = 12;
  private static final int FRAME_HEAD = 16;
  private static final int ANIMATED = 0x02;
  private static final int OPACITY = 0x10;

  @Override
  public Pattern fileNames() {
    return FILE_NAMES;
  }

  @Override
  public boolean recognises(byte[] start) {
    return Bytes.match(start, 0, 'R', 'I', 'F', 'F') && Bytes.match(start, 8, 'W', 'E', 'B', 'P');
  }

  @Override
  public Rejection corrupt() {
    return Rejection.CORRUPT_WEBP;
  }

  @Override
  public ImageHeader readHeader(byte[] file, long maxPixels) throws RejectedException {
    Container container = Container.read(file);
    ImageHeader.checkSize(container.width, container.height, maxPixels, corrupt());
    return new ImageHeader(
        "webp", container.width, container.height, 3, container.orientation(), false);
  }

  @Override
  public Pixels decode(byte[] file, ImageHeader header, Background background)
      throws RejectedException {
    Optional<Frame> frame = Container.read(file).frame();
    byte[] still = frame.isPresent() ? frame.get().file() : file;
    Pixels pixels =
        Leptonica.readWebP(still, background).orElseThrow(() -> new RejectedException(corrupt()));
    return frame.isPresent() ? frame.get().onCanvas(pixels, header, background) : pixels;
  }

  private record Chunk(String type, byte[] file, int from, int length) {
    /** Returns a number of so many bytes. */
    int number(int at, int bytes) {
      int number = 0;
      for (int i = 0; i < bytes; i++) {
        number |= (file[from + at + i] & 0xFF) << (8 * i);
      }
      return number;
    }

    static List<Chunk> all(byte[] file, int from, int to) {
      ByteBuffer buffer = Bytes.littleEndian(file);
      List<Chunk> chunks = new ArrayList<>();
      long at = from;
      while (at + 8 <= to) {
        int start = (int) at + 8;
        long length = buffer.getInt(start - 4) & 0xFFFF_FFFFL;
        if (start + length > to) {
          break; // without its end
        }
        String type = new String(file, (int) at, 4, StandardCharsets.ISO_8859_1);
        chunks.add(new Chunk(type, file, start, (int) length));
        at = start + length + (length & 1);
      }
      return chunks;
    }

    static Optional<Chunk> first(List<Chunk> chunks, String type) {
      return chunks.stream().filter(chunk -> chunk.type.equals(type)).findFirst();
    }
  }

  /** Chunks of a file, and the size that the first of them tells. */
  private record Container(List<Chunk> chunks, int width, int height) {
    static Container read(byte[] file) throws RejectedException {
      long length = (Bytes.littleEndian(file).getInt(4) & 0xFFFF_FFFFL) + 8;
      if (length > file.length) {
        throw new RejectedException(Rejection.TRUNCATED_WEBP);
      }
      List<Chunk> chunks = Chunk.all(file, HEAD, (int) length);
      if (chunks.isEmpty()) {
        throw new RejectedException(Rejection.TRUNCATED_WEBP);
      }
      Chunk first = chunks.get(0);
      return switch (first.type) {
        case "VP8X" -> new Container(chunks, first.number(4, 3) + 1, first.number(7, 3) + 1);
        case "VP8L" ->
            new Container(
                chunks,
                (first.number(1, 4) & 0x3FFF) + 1,
                (first.number(1, 4) >>> 14 & 0x3FFF) + 1);
        case "VP8 " ->
            new Container(chunks, first.number(6, 2) & 0x3FFF, first.number(8, 2) & 0x3FFF);
        default -> throw new RejectedException(Rejection.CORRUPT_WEBP);
      };
    }

    int orientation() {
      return Chunk.first(chunks, "EXIF").map(Container::orientation).orElse(1);
    }

    private static int orientation(Chunk exif) {
      int skipped = Bytes.match(exif.file, exif.from, 'E', 'x', 'i', 'f', 0, 0) ? 6 : 0;
      return Exif.orientation(exif.file, exif.from + skipped, exif.from + exif.length);
    }

    /** Returns the first frame of an animation. */
    Optional<Frame> frame() throws RejectedException {
      Chunk first = chunks.get(0);
      if (!first.type.equals("VP8X") || (first.number(0, 1) & ANIMATED) == 0) {
        return Optional.empty();
      }
      Chunk frame =
          Chunk.first(chunks, "ANMF")
              .orElseThrow(() -> new RejectedException(Rejection.TRUNCATED_WEBP));
      return Optional.of(
          new Frame(
              2 * frame.number(0, 3),
              2 * frame.number(3, 3),
              frame.number(6, 3) + 1,
              frame.number(9, 3) + 1,
              Chunk.all(frame.file, frame.from + FRAME_HEAD, frame.from + frame.length)));
    }
  }

  private record Frame(int left, int top, int width, int height, List<Chunk> chunks) {
    /** Returns a file of this frame alone. */
    byte[] file() {
      Optional<Chunk> opacity = Chunk.first(chunks, "ALPH");
      ByteBuffer file =
          ByteBuffer.allocate(HEAD + 18 + chunks.stream().mapToInt(chunk -> chunk.length + 9).sum())
              .order(ByteOrder.LITTLE_ENDIAN);
      file.put(ascii("RIFF")).putInt(0).put(ascii("WEBP"));
      if (opacity.isPresent()) { // only this head allows it
        file.put(ascii("VP8X")).putInt(10).putInt(OPACITY);
        put24(file, width - 1);
        put24(file, height - 1);
        put(file, opacity.get());
      }
      for (Chunk chunk : chunks) {
        if (chunk.type.equals("VP8 ") || chunk.type.equals("VP8L")) {
          put(file, chunk);
        }
      }
      return Arrays.copyOf(file.putInt(4, file.position() - 8).array(), file.position());
    }

    private static void put(ByteBuffer file, Chunk chunk) {
      file.put(ascii(chunk.type)).putInt(chunk.length);
      file.put(chunk.file, chunk.from, chunk.length);
      if (chunk.length % 2 == 1) {
        file.put((byte) 0);
      }
    }

    private static void put24(ByteBuffer file, int value) {
      file.putShort((short) value).put((byte) (value >> 16));
    }

    private static byte[] ascii(String text) {
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Returns the transparent canvas of the animation with the pixels of this frame. */
    Pixels onCanvas(Pixels pixels, ImageHeader header, Background background)
        throws RejectedException {
      if (pixels.width() != width
          || pixels.height() != height
          || left + width > header.width()
          || top + height > header.height()) {
        throw new RejectedException(Rejection.CORRUPT_WEBP);
      }
      byte[] values = new byte[header.width() * header.height() * 3];
      Arrays.fill(values, (byte) background.behind(0, 0));
      for (int y = 0; y < height; y++) {
        int to = ((top + y) * header.width() + left) * 3;
        System.arraycopy(pixels.values(), y * width * 3, values, to, width * 3);
      }
      return new Pixels(header.width(), header.height(), 3, values);
    }
  }
}
