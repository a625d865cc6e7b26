package org.vocabeam.transforms.image;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;
import javax.imageio.ImageReader;

/**
 * TIFF and BigTIFF, of several pages the first: strips or tiles, contiguous or planar, with and
 * without predictor, of bilevel, grey, palette, RGB, CMYK and JPEG's YCbCr.
 */
final class TiffFormat implements ImageFormat {
  private static final Pattern FILE_NAMES = ImageFormat.names("tif", "tiff");

  private static final int WIDTH = 256;
  private static final int HEIGHT = 257;
  private static final int BITS = 258;
  private static final int COMPRESSION = 259;
  private static final int PHOTOMETRIC = 262;
  private static final int STRIP_OFFSETS = 273;
  private static final int SAMPLES = 277;
  private static final int ROWS_PER_STRIP = 278;
  private static final int STRIP_BYTES = 279;
  private static final int PLANAR = 284;
  private static final int TILE_WIDTH = 322;
  private static final int TILE_HEIGHT = 323;
  private static final int TILE_OFFSETS = 324;
  private static final int TILE_BYTES = 325;
  private static final int EXTRA_SAMPLES = 338;
  private static final int SAMPLE_FORMAT = 339;

  private static final int WHITE_IS_ZERO = 0;
  private static final int BLACK_IS_ZERO = 1;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int CMYK = 5;
  private static final int YCBCR = 6;

  private static final int UNCOMPRESSED = 1;
  private static final int JPEG = 7;

  /** CCITT's, of one bit. */
  private static final Set<Long> FAX = Set.of(2L, 3L, 4L);

  /** None, LZW, JPEG, two names of Deflate, PackBits. */
  private static final Set<Long> COMPRESSIONS = Set.of(1L, 5L, 7L, 8L, 32946L, 32773L);

  /** Pixels of a tile that every image may have; others are bounded by {@code maxPixels}. */
  private static final long TILE_PIXELS = 1 << 20;

  @Override
  public Pattern fileNames() {
    return FILE_NAMES;
  }

  @Override
  public boolean recognises(byte[] start) {
    return Bytes.match(start, 0, 'I', 'I', 42, 0)
        || Bytes.match(start, 0, 'M', 'M', 0, 42)
        || Bytes.match(start, 0, 'I', 'I', 43, 0, 8, 0)
        || Bytes.match(start, 0, 'M', 'M', 0, 43, 0, 8);
  }

  @Override
  public Rejection corrupt() {
    return Rejection.CORRUPT_TIFF;
  }

  @Override
  public ImageHeader readHeader(byte[] file, long maxPixels) throws RejectedException {
    Page page = Page.first(file);
    ImageHeader.checkSize(page.width, page.height, maxPixels, corrupt());
    page.checkKind();
    page.checkData(file.length, Math.max(maxPixels, TILE_PIXELS));
    return new ImageHeader(
        "tiff",
        (int) page.width,
        (int) page.height,
        page.isGrey() ? 1 : 3,
        Exif.orientation(page.directory),
        false);
  }

  @Override
  public Pixels decode(byte[] file, ImageHeader header, Background background)
      throws RejectedException, IOException {
    Page page = Page.first(file);
    if (page.photometric == CMYK) {
      return ofCmyk(JavaReader.read(reader(), file, reader -> reader.readRaster(0, null)));
    }
    BufferedImage image = JavaReader.read(reader(), file, reader -> reader.read(0));
    if (page.bits < 8 || page.photometric == PALETTE) {
      return JavaReader.pixels(image, header.channels(), Palette.COLOURS, background);
    }
    return JavaReader.ofSamples(
        image.getRaster(),
        header.channels(),
        page.opacity != Opacity.NONE,
        page.opacity == Opacity.MULTIPLIED,
        background);
  }

  private static ImageReader reader() throws IOException {
    return new TIFFImageReaderSpi().createReaderInstance();
  }

  /** Converts as Pillow does, without a profile: red is (255 - cyan) * (255 - black) / 255. */
  private static Pixels ofCmyk(Raster raster) {
    int width = raster.getWidth();
    byte[] values = new byte[width * raster.getHeight() * 3];
    int[] row = new int[width * 4];
    int shift = raster.getSampleModel().getSampleSize(0) - 8;
    int to = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < row.length; x += 4) {
        int light = 255 - (row[x + 3] >> shift);
        for (int channel = 0; channel < 3; channel++) {
          values[to++] = (byte) (((255 - (row[x + channel] >> shift)) * light + 127) / 255);
        }
      }
    }
    return new Pixels(width, raster.getHeight(), 3, values);
  }

  private enum Opacity {
    NONE,
    SEPARATE,
    MULTIPLIED
  }

  /** Tags of a page. */
  private static final class Page {
    private final TiffDirectory directory;
    private final long width;
    private final long height;
    private final long samples;
    private final long bits;
    private final long compression;
    private final long photometric;
    private final boolean planar;
    private final Opacity opacity;

    static Page first(byte[] file) throws RejectedException {
      return new Page(
          TiffDirectory.first(file, 0, file.length)
              .orElseThrow(() -> new RejectedException(Rejection.TRUNCATED_TIFF)));
    }

    private Page(TiffDirectory directory) throws RejectedException {
      this.directory = directory;
      if (directory.isCut()) {
        throw new RejectedException(Rejection.TRUNCATED_TIFF);
      }
      width = directory.number(WIDTH, 0);
      height = directory.number(HEIGHT, 0);
      samples = directory.number(SAMPLES, 1);
      bits = directory.number(BITS, 1);
      compression = directory.number(COMPRESSION, UNCOMPRESSED);
      photometric = directory.number(PHOTOMETRIC, WHITE_IS_ZERO);
      planar = directory.number(PLANAR, 1) == 2;
      opacity = opacity();
    }

    private Opacity opacity() {
      if (samples <= colours()) {
        return Opacity.NONE;
      }
      return switch ((int) directory.number(EXTRA_SAMPLES, 2)) { // by default as Pillow
        case 0 -> Opacity.NONE;
        case 1 -> Opacity.MULTIPLIED;
        default -> Opacity.SEPARATE;
      };
    }

    boolean isGrey() {
      return photometric == WHITE_IS_ZERO || photometric == BLACK_IS_ZERO;
    }

    /** Returns the samples of a pixel without opacity. */
    private int colours() {
      return isGrey() || photometric == PALETTE ? 1 : photometric == CMYK ? 4 : 3;
    }

    void checkKind() throws RejectedException {
      if (samples > 4) {
        throw new RejectedException(Rejection.MULTISPECTRAL_TIFF);
      }
      if (bits > 16 || Arrays.stream(directory.numbers(SAMPLE_FORMAT)).anyMatch(f -> f != 1)) {
        throw new RejectedException(Rejection.NUMERIC_TIFF);
      }
      if (samples < colours()) {
        throw new RejectedException(Rejection.CORRUPT_TIFF);
      }
      boolean known =
          switch ((int) photometric) {
            case WHITE_IS_ZERO, BLACK_IS_ZERO ->
                bits == 8 || bits == 16 || (samples == 1 && (bits == 1 || bits == 2 || bits == 4));
            case PALETTE -> samples == 1 && (bits == 1 || bits == 2 || bits == 4 || bits == 8);
            case RGB, CMYK -> bits == 8 || bits == 16;
            case YCBCR -> bits == 8 && samples == 3 && compression == JPEG;
            default -> false;
          };
      boolean even = Arrays.stream(directory.numbers(BITS)).allMatch(each -> each == bits);
      boolean compressed =
          COMPRESSIONS.contains(compression)
              || (FAX.contains(compression) && bits == 1 && photometric != PALETTE);
      if (!known || !even || !compressed || (compression == JPEG && bits != 8)) {
        throw new RejectedException(Rejection.UNSUPPORTED_TIFF);
      }
    }

    /** Checks that the data is in the file, and that no part of it claims too much memory. */
    void checkData(long length, long maxPixels) throws RejectedException {
      if (directory.isBeyond(STRIP_OFFSETS) || directory.isBeyond(TILE_OFFSETS)) {
        throw new RejectedException(Rejection.TRUNCATED_TIFF);
      }
      boolean tiled = directory.numbers(TILE_OFFSETS).length > 0;
      long partWidth = tiled ? directory.number(TILE_WIDTH, 0) : width;
      long partHeight =
          tiled
              ? directory.number(TILE_HEIGHT, 0)
              : Math.min(height, directory.number(ROWS_PER_STRIP, height));
      ImageHeader.checkSize(partWidth, partHeight, maxPixels, Rejection.CORRUPT_TIFF);
      long[] offsets = directory.numbers(tiled ? TILE_OFFSETS : STRIP_OFFSETS);
      long[] bytes = directory.numbers(tiled ? TILE_BYTES : STRIP_BYTES);
      long across = (width + partWidth - 1) / partWidth;
      long down = (height + partHeight - 1) / partHeight;
      long parts = across * down * (planar ? samples : 1);
      if (offsets.length < parts || (bytes.length < parts && compression != UNCOMPRESSED)) {
        throw new RejectedException(Rejection.CORRUPT_TIFF);
      }
      for (int i = 0; i < parts; i++) {
        long needed = i < bytes.length ? bytes[i] : 1;
        if (compression == UNCOMPRESSED) {
          long rows = tiled ? partHeight : Math.min(partHeight, height - i % down * partHeight);
          needed = rows * ((partWidth * bits * (planar ? 1 : samples) + 7) / 8);
        }
        if (offsets[i] > length - needed) {
          throw new RejectedException(Rejection.TRUNCATED_TIFF);
        }
      }
    }
  }
}
