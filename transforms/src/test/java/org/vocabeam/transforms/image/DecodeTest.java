package org.vocabeam.transforms.image;

import static com.google.common.primitives.Bytes.concat;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.transforms.image.TestImages.bytes;
import static org.vocabeam.transforms.image.TestImages.changed;
import static org.vocabeam.transforms.image.TestImages.gradient;
import static org.vocabeam.transforms.image.TestImages.jpeg;
import static org.vocabeam.transforms.image.TestImages.png;
import static org.vocabeam.transforms.image.TestImages.pngOf;
import static org.vocabeam.transforms.image.TestImages.rgb;
import static org.vocabeam.transforms.image.TestImages.withChunk;
import static org.vocabeam.transforms.image.TestImages.withOrientation;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link ImageHeader} and {@link ImageDecoder} on every kind of file and damage. */
class DecodeTest {
  private static final long MAX_PIXELS = 10_000;

  @ParameterizedTest
  @CsvSource({
    "2, 2, false", // 4:2:0
    "2, 1, false", // 4:2:2
    "1, 2, false", // 4:4:0
    "1, 1, false", // 4:4:4
    "2, 2, true",
    "1, 1, true"
  })
  void jpegOfAnySampling(int horizontal, int vertical, boolean progressive) throws Exception {
    BufferedImage image = gradient(37, 21);
    byte[] file = jpeg(image, horizontal, vertical, progressive);
    ImageHeader header = ImageHeader.read(file, MAX_PIXELS);
    assertEquals(new ImageHeader("jpeg", 37, 21, 3, 1, true), header);
    assertNear(rgb(image), ImageDecoder.decode(file, header), 8);
  }

  @Test
  void greyJpegKeepsItsValues() throws Exception {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
    byte[] values = new byte[256];
    for (int i = 0; i < 256; i++) {
      values[i] = (byte) (i / 16 * 17); // constant in a row
      image.getRaster().setSample(i % 16, i / 16, 0, i / 16 * 17);
    }
    assertNear(new Pixels(16, 16, 1, values), decode(jpeg(image)), 3);
    assertEquals(new Pixels(16, 16, 1, values), decode(png(image)));
  }

  @Test
  void cmykJpegBecomesRgb() throws Exception {
    WritableRaster cmyk = Raster.createInterleavedRaster(0, 16, 16, 4, null);
    for (int i = 0; i < 256; i++) {
      cmyk.setPixel(i % 16, i / 16, new int[] {30, 220, 220, 250}); // inverted: much cyan
    }
    byte[] file = TestImages.cmykJpeg(cmyk);
    ImageHeader header = ImageHeader.read(file, MAX_PIXELS);
    assertEquals(3, header.channels());
    assertFalse(header.plain());
    byte[] values = ImageDecoder.decode(file, header).values();
    assertTrue((values[0] & 0xFF) < 100, "red " + (values[0] & 0xFF));
    assertTrue((values[1] & 0xFF) > 130, "green " + (values[1] & 0xFF));
    assertTrue((values[2] & 0xFF) > 130, "blue " + (values[2] & 0xFF));
  }

  @Test
  void truecolourPng() throws Exception {
    BufferedImage image = gradient(9, 7);
    byte[] file = png(image);
    assertEquals(new ImageHeader("png", 9, 7, 3, 1, true), ImageHeader.read(file, MAX_PIXELS));
    assertEquals(rgb(image), decode(file));
  }

  @Test
  void onePixel() throws Exception {
    assertEquals(new Pixels(1, 1, 1, bytes(77)), decode(pngOf(1, 1, 8, 0, bytes(0, 77))));
    assertEquals(1, decode(jpeg(gradient(1, 1))).width());
  }

  @Test
  void sixteenBitsAreRoundedToEight() throws Exception {
    byte[] grey = pngOf(5, 1, 16, 0, bytes(0, 0, 0, 0, 128, 0, 129, 127, 255, 255, 255));
    assertNotPlain(grey);
    // 128/257 = 0.498, 129/257 = 0.502, 32767/257 = 127.498, 65535/257 = 255
    assertEquals(new Pixels(5, 1, 1, bytes(0, 0, 1, 127, 255)), decode(grey));
    byte[] colour = pngOf(1, 1, 16, 2, bytes(0, 1, 1, 2, 2, 254, 254));
    assertEquals(new Pixels(1, 1, 3, bytes(1, 2, 254)), decode(colour));
  }

  @Test
  void fewBitsAreScaledToEight() throws Exception {
    byte[] one = pngOf(3, 1, 1, 0, bytes(0, 0b10100000));
    assertNotPlain(one);
    assertEquals(new Pixels(3, 1, 1, bytes(255, 0, 255)), decode(one));
    assertEquals(
        new Pixels(4, 1, 1, bytes(0, 85, 170, 255)),
        decode(pngOf(4, 1, 2, 0, bytes(0, 0b00011011))));
    assertEquals(
        new Pixels(2, 1, 1, bytes(17 * 3, 17 * 12)), decode(pngOf(2, 1, 4, 0, bytes(0, 0x3C))));
  }

  @Test
  void palettePng() throws Exception {
    IndexColorModel palette =
        new IndexColorModel(
            8, 3, bytes(10, 20, 200), bytes(40, 50, 100), bytes(70, 80, 0), bytes(255, 255, 51));
    BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_INDEXED, palette);
    image.getRaster().setPixels(0, 0, 3, 1, new int[] {1, 0, 2});
    byte[] file = png(image);
    assertNotPlain(file);
    // The last at 20 % on white: 255 - 0.2 * (255 - v).
    assertEquals(new Pixels(3, 1, 3, bytes(20, 50, 80, 10, 40, 70, 244, 224, 204)), decode(file));
  }

  @Test
  void transparentPixelsAreBlendedWithWhite() throws Exception {
    byte[] rgba = pngOf(3, 1, 8, 6, bytes(0, 9, 8, 7, 255, 9, 8, 7, 0, 200, 100, 0, 51));
    assertNotPlain(rgba);
    assertEquals(new Pixels(3, 1, 3, bytes(9, 8, 7, 255, 255, 255, 244, 224, 204)), decode(rgba));
    byte[] greyAlpha = pngOf(2, 1, 8, 4, bytes(0, 9, 255, 100, 51));
    assertEquals(new Pixels(2, 1, 1, bytes(9, 224)), decode(greyAlpha));
    byte[] wide = pngOf(1, 1, 16, 6, bytes(0, 200, 200, 100, 100, 0, 0, 51, 51));
    assertEquals(new Pixels(1, 1, 3, bytes(244, 224, 204)), decode(wide));
  }

  @Test
  void aTransparentColourIsBlendedWithWhite() throws Exception {
    byte[] rgb = pngOf(2, 1, 8, 2, bytes(0, 1, 2, 3, 4, 5, 6));
    byte[] keyed = withChunk(rgb, "tRNS", bytes(0, 4, 0, 5, 0, 6));
    assertNotPlain(keyed);
    assertEquals(new Pixels(2, 1, 3, bytes(1, 2, 3, 255, 255, 255)), decode(keyed));
    byte[] grey = withChunk(pngOf(2, 1, 8, 0, bytes(0, 7, 8)), "tRNS", bytes(0, 7));
    assertEquals(new Pixels(2, 1, 1, bytes(255, 8)), decode(grey));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void orientationIsReadFromJpegAndPng(int orientation) throws Exception {
    byte[] jpeg = withOrientation(jpeg(gradient(8, 8)), orientation);
    assertEquals(orientation, ImageHeader.read(jpeg, MAX_PIXELS).orientation());
    byte[] png = withChunk(png(gradient(8, 8)), "eXIf", TestImages.orientationTag(orientation));
    assertEquals(orientation, ImageHeader.read(png, MAX_PIXELS).orientation());
  }

  private static byte[] compressed(byte[] text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflate = new DeflaterOutputStream(bytes)) {
      deflate.write(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Returns a chunk of text: keyword, what stands before the text, text. */
  private static byte[] text(String keyword, String before, byte[] text) {
    return concat(keyword.getBytes(US_ASCII), before.getBytes(US_ASCII), text);
  }

  private static int orientation(byte[] png) throws Exception {
    return ImageHeader.read(png, MAX_PIXELS).orientation();
  }

  /** The expected values are those of Pillow 9.4's getexif() for the same chunks. */
  @Test
  void orientationIsReadFromTextsOfPng() throws Exception {
    byte[] png = png(gradient(8, 8));
    String digits = HexFormat.of().formatHex(TestImages.orientationTag(6));
    byte[] profile =
        ("\nexif\n      26\n" + digits.substring(0, 20) + "\n" + digits.substring(20) + "\n")
            .getBytes(US_ASCII);
    String name = "Raw profile type exif";
    assertEquals(6, orientation(withChunk(png, "tEXt", text(name, "\0", profile))));
    assertEquals(6, orientation(withChunk(png, "zTXt", text(name, "\0\0", compressed(profile)))));
    byte[] marked = ("\nexif\n      32\n457869660000" + digits + "\n").getBytes(US_ASCII);
    assertEquals(6, orientation(withChunk(png, "tEXt", text(name, "\0", marked))));
    byte[] broken = "\nexif\n 2\nxy\n".getBytes(US_ASCII);
    assertEquals(1, orientation(withChunk(png, "tEXt", text(name, "\0", broken))));
    assertEquals(1, orientation(withChunk(png, "zTXt", text(name, "\0\0", profile))));

    String xmpName = "XML:com.adobe.xmp";
    byte[] attribute = "<x tiff:Orientation=\"8\"/>".getBytes(US_ASCII);
    byte[] element = "<tiff:Orientation>3</tiff:Orientation>".getBytes(US_ASCII);
    byte[] xmp = withChunk(png, "iTXt", text(xmpName, "\0\0\0\0\0", attribute));
    assertEquals(8, orientation(xmp));
    assertEquals(
        3, orientation(withChunk(png, "iTXt", text(xmpName, "\0\1\0en\0\0", compressed(element)))));
    assertEquals(1, orientation(withChunk(png, "iTXt", text(xmpName, "\0\0\0", attribute))));

    // EXIF comes before XMP, and a chunk of its own before a text.
    assertEquals(6, orientation(withChunk(xmp, "tEXt", text(name, "\0", profile))));
    assertEquals(2, orientation(withChunk(xmp, "eXIf", TestImages.orientationTag(2))));
    byte[] both =
        withChunk(
            withChunk(png, "tEXt", text(name, "\0", profile)),
            "eXIf",
            TestImages.orientationTag(2));
    assertEquals(2, orientation(both));
    assertEquals(8, orientation(withChunk(xmp, "eXIf", bytes('M', 'M', 0, 42, 0, 0, 0, 8, 0, 0))));
  }

  @Test
  void aBrokenOrientationCountsAsUpright() throws Exception {
    assertEquals(
        1, ImageHeader.read(withOrientation(jpeg(gradient(8, 8)), 9), MAX_PIXELS).orientation());
    byte[] noise = withChunk(png(gradient(8, 8)), "eXIf", bytes(1, 2, 3));
    assertEquals(1, ImageHeader.read(noise, MAX_PIXELS).orientation());
  }

  @Test
  void aJpegThatEndsEarlyIsRejected() {
    for (byte[] file :
        new byte[][] {
          jpeg(gradient(60, 40)),
          jpeg(gradient(60, 40), 1, 1, true),
          withOrientation(jpeg(gradient(60, 40)), 6)
        }) {
      for (int length = 3; length < file.length; length++) {
        assertRejected(Rejection.TRUNCATED_JPEG, Arrays.copyOf(file, length));
      }
    }
  }

  @Test
  void aPngThatEndsEarlyIsRejectedUnlessItHasAllPixels() throws Exception {
    byte[] file = png(gradient(20, 10));
    Pixels pixels = decode(file);
    int end = 12; // bytes of the last chunk
    int checksums = 8; // of the data before and after compression
    for (int length = 8; length < file.length; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      if (length >= file.length - end - checksums) {
        assertEquals(pixels, decode(cut), "file of " + length + " bytes");
        assertNotPlain(cut);
      } else if (length < file.length - end - checksums - 4) { // the last code may be shorter
        assertRejected(Rejection.TRUNCATED_PNG, cut);
      }
    }
  }

  @Test
  void aJpegWithMissingDataInsideIsRejected() {
    byte[] file = jpeg(gradient(64, 64));
    int half = file.length * 3 / 4;
    byte[] hole = TestImages.concat(Arrays.copyOf(file, half), bytes(0xFF, 0xD9));
    assertRejected(Rejection.CORRUPT_JPEG, hole);
  }

  @Test
  void bytesAfterTheEndDoNotMatter() throws Exception {
    byte[] file = jpeg(gradient(16, 16));
    Pixels pixels = decode(file);
    assertEquals(pixels, decode(TestImages.concat(file, bytes(0, 1, 2, 0xFF, 0xD8, 9))));
    // Padding before the end marker, as some cameras write.
    byte[] padded = TestImages.insert(file, file.length - 2, bytes(0, 0));
    assertEquals(pixels, decode(padded));
  }

  @Test
  void aDamagedPngIsRejected() throws Exception {
    byte[] good = pngOf(2, 2, 8, 0, bytes(0, 1, 2, 0, 3, 4));
    assertEquals(new Pixels(2, 2, 1, bytes(1, 2, 3, 4)), decode(good));
    assertRejected(Rejection.CORRUPT_PNG, pngOf(2, 2, 8, 0, bytes(0, 1, 2, 9, 3, 4))); // filter 9
    assertRejected(Rejection.CORRUPT_PNG, pngOf(2, 2, 8, 0, bytes(0, 1, 2))); // one line is missing
    assertRejected(Rejection.CORRUPT_PNG, changed(good, b -> b[50] ^= 1)); // checksum
    assertRejected(Rejection.CORRUPT_PNG, changed(good, b -> b[16] = (byte) 0x80)); // width
  }

  @Test
  void filesOfOtherFormatsAreRejected() {
    assertRejected(Rejection.NOT_AN_IMAGE, new byte[0]);
    assertRejected(Rejection.NOT_AN_IMAGE, bytes(0, 0, 1, 1, 255)); // a WBMP to Java
    assertRejected(Rejection.NOT_AN_IMAGE, "GIF".getBytes(StandardCharsets.ISO_8859_1));
    assertRejected(Rejection.CORRUPT_JPEG, bytes(0xFF, 0xD8, 0xFF, 0xD9));
    assertRejected(Rejection.UNSUPPORTED_JPEG, changed(jpeg(gradient(8, 8)), DecodeTest::lossless));
  }

  /** Changes the code of the frame. */
  private static void lossless(byte[] jpeg) {
    for (int i = 0; i < jpeg.length - 1; i++) {
      if (jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) 0xC0) {
        jpeg[i + 1] = (byte) 0xC3;
        return;
      }
    }
    throw new IllegalArgumentException();
  }

  @Test
  void aClaimOfManyPixelsIsRejectedFromTheHeader() throws Exception {
    byte[] allowed = pngOf(100, 100, 1, 0, new byte[100 * 14]);
    assertEquals(100, ImageHeader.read(allowed, MAX_PIXELS).width());
    // The file has no pixels, so the header alone decides.
    byte[] png = pngOf(101, 100, 1, 0, new byte[1]);
    assertRejected(Rejection.TOO_MANY_PIXELS, png);
    assertRejected(
        Rejection.TOO_MANY_PIXELS, pngOf(Integer.MAX_VALUE, Integer.MAX_VALUE, 8, 2, new byte[1]));
    byte[] jpeg = jpeg(gradient(16, 16));
    int frame = indexOfFrame(jpeg);
    byte[] huge =
        changed(jpeg, b -> ByteBuffer.wrap(b).putInt(frame + 5, 0xFFFF_FFFF)); // 65535 x 65535
    assertRejected(Rejection.TOO_MANY_PIXELS, huge);
  }

  private static int indexOfFrame(byte[] jpeg) {
    for (int i = 0; i < jpeg.length - 1; i++) {
      if (jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) 0xC0) {
        return i;
      }
    }
    throw new IllegalArgumentException();
  }

  @Test
  void writtenPngsReadBack() throws Exception {
    Pixels colour = rgb(gradient(5, 3));
    assertEquals(colour, decode(colour.toPng()));
    Pixels grey = colour.toChannels(1);
    assertEquals(grey, decode(grey.toPng()));
    assertArrayEquals(grey.toPng(), grey.toPng());
  }

  private static Pixels decode(byte[] file) throws RejectedException {
    return ImageDecoder.decode(file, ImageHeader.read(file, MAX_PIXELS));
  }

  private static void assertNotPlain(byte[] file) throws RejectedException {
    assertFalse(ImageHeader.read(file, MAX_PIXELS).plain());
  }

  private static void assertRejected(Rejection expected, byte[] file) {
    RejectedException rejected = assertThrows(RejectedException.class, () -> decode(file));
    assertEquals(expected, rejected.rejection(), "file of " + file.length + " bytes");
  }

  private static void assertNear(Pixels expected, Pixels actual, int tolerance) {
    assertEquals(expected.width(), actual.width());
    assertEquals(expected.height(), actual.height());
    assertEquals(expected.channels(), actual.channels());
    for (int i = 0; i < expected.values().length; i++) {
      int difference = (expected.values()[i] & 0xFF) - (actual.values()[i] & 0xFF);
      assertTrue(Math.abs(difference) <= tolerance, "value " + i + " differs by " + difference);
    }
  }
}
