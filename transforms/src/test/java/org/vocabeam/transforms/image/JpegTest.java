package org.vocabeam.transforms.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.transforms.image.TestImages.gradient;
import static org.vocabeam.transforms.image.TestImages.jpeg;
import static org.vocabeam.transforms.image.TestImages.withOrientation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vocabeam.models.UserError;
import org.vocabeam.models.views.Axis;
import org.vocabeam.models.views.Cut;
import org.vocabeam.models.views.Raster;

/** Pixels of JPEG files and of their parts, beside Pillow's ({@code golden/pillow_decode.py}). */
class JpegTest {
  private static final long MAX_PIXELS = 1_000_000;

  private static JsonNode golden(String part) throws IOException {
    try (InputStream in = JpegTest.class.getResourceAsStream("/golden/pillow_decode.json")) {
      return new ObjectMapper().readTree(in).get(part);
    }
  }

  private static ImageRecord record(byte[] file) throws RejectedException {
    ImageHeader header = ImageHeader.read(file, MAX_PIXELS);
    boolean turned = header.orientation() >= 5;
    return new ImageRecord(
        "photo",
        null,
        ImageRecord.NO_SPLIT,
        turned ? header.height() : header.width(),
        turned ? header.width() : header.height(),
        header.channels(),
        ImageRecord.JPEG,
        file);
  }

  /** Returns a cut of the whole image that allows a denominator, and no larger one. */
  private static Cut whole(ImageRecord image, int denominator) {
    return new Cut(
        Axis.of(0, image.height(), Math.max(1, image.height() / denominator)),
        Axis.of(0, image.width(), Math.max(1, image.width() / denominator)));
  }

  @Test
  void pixelsArePillowsAtEverySize() throws Exception {
    for (JsonNode each : golden("cases")) {
      byte[] file = each.get("file").binaryValue();
      ImageRecord image = record(file);
      for (JsonNode decoded : each.get("decoded")) {
        int denominator = decoded.get("denominator").asInt();
        String name = each.get("name").asText() + ", 1/" + denominator;
        byte[] expected = decoded.get("pixels").binaryValue();
        Raster raster =
            ImageParts.read(image, image.channels(), List.of(whole(image, denominator)));
        assertEquals(denominator, raster.denominator(), name);
        assertEquals((image.width() + denominator - 1) / denominator, raster.width(), name);
        assertEquals((image.height() + denominator - 1) / denominator, raster.height(), name);
        assertNear(expected, raster.values(), name);
        if (denominator == 1) {
          assertNear(expected, Pixels.of(image).values(), name + " of the whole");
        }
      }
    }
  }

  private static void assertNear(byte[] expected, byte[] actual, String name) {
    assertEquals(expected.length, actual.length, name);
    for (int i = 0; i < expected.length; i++) {
      int difference = Math.abs((expected[i] & 0xFF) - (actual[i] & 0xFF));
      assertTrue(difference <= 1, name + ": value " + i + " differs by " + difference);
    }
  }

  /** Checks quality and sampling of chroma: what is read back is what Pillow's file holds. */
  @Test
  void writtenFilesHoldWhatPillowsHold() throws Exception {
    for (JsonNode each : golden("encoded")) {
      Pixels pixels =
          new Pixels(
              each.get("width").asInt(),
              each.get("height").asInt(),
              each.get("channels").asInt(),
              each.get("pixels").binaryValue());
      int quality = each.get("quality").asInt();
      byte[] file = pixels.toJpeg(quality);
      byte[] expected = Pixels.of(record(each.get("file").binaryValue())).values();
      assertNear(expected, Pixels.of(record(file)).values(), "quality " + quality);
      assertArrayEquals(file, pixels.toJpeg(quality));
      // Not without loss: the test would not see that nothing was encoded.
      assertFalse(Arrays.equals(pixels.values(), expected));
    }
  }

  /** Checks that what a cut needs is that of the whole image, to the last bit. */
  @ParameterizedTest
  @CsvSource({
    "2, 2, false", // 4:2:0
    "2, 1, false", // 4:2:2
    "1, 2, false", // 4:4:0
    "4, 1, false", // 4:1:1
    "1, 1, false",
    "2, 2, true"
  })
  void partsAreThoseOfTheWhole(int horizontal, int vertical, boolean progressive) throws Exception {
    ImageRecord image = record(jpeg(TestImages.noise(171, 133), horizontal, vertical, progressive));
    SplittableRandom random = new SplittableRandom(7);
    for (int denominator = 1; denominator <= 8; denominator *= 2) {
      Raster whole = ImageParts.read(image, 3, List.of(whole(image, denominator)));
      for (int i = 0; i < 60; i++) {
        Axis rows = axis(random, image.height(), denominator);
        Axis columns = axis(random, image.width(), denominator);
        Raster part = ImageParts.read(image, 3, List.of(new Cut(rows, columns)));
        assertEquals(denominator, part.denominator());
        for (int y = rows.first(denominator); y < rows.end(denominator); y++) {
          for (int x = columns.first(denominator); x < columns.end(denominator); x++) {
            for (int channel = 0; channel < 3; channel++) {
              assertEquals(value(whole, y, x, channel), value(part, y, x, channel));
            }
          }
        }
      }
    }
  }

  /** Draws an interval that is scaled by a little more than 1 / denominator. */
  private static Axis axis(SplittableRandom random, int pixels, int denominator) {
    int length = random.nextInt(2 * denominator, pixels + 1);
    return Axis.of(random.nextInt(pixels - length + 1), length, length / denominator);
  }

  private static byte value(Raster raster, int y, int x, int channel) {
    int row = y - raster.top();
    int column = x - raster.left();
    return raster.values()[(row * raster.width() + column) * raster.channels() + channel];
  }

  @Test
  void onlyRowsOfTheCutsAreDecoded() throws Exception {
    ImageRecord image = record(jpeg(TestImages.noise(160, 120)));
    Cut upper = new Cut(Axis.of(10, 20, 20), Axis.of(50, 20, 20));
    Cut lower = new Cut(Axis.of(60, 30, 15), Axis.of(90, 30, 15)); // by 1/2, which upper forbids
    Raster part = ImageParts.read(image, 3, List.of(upper, lower));
    assertEquals(1, part.denominator());
    assertEquals(10, part.top());
    assertEquals(90, part.top() + part.height());
    assertTrue(part.left() <= 50 && part.left() > 0, "from column " + part.left());
    int end = part.left() + part.width();
    assertTrue(end >= 120 && end < 160, "to column " + end);
    assertEquals(2, ImageParts.read(image, 3, List.of(lower)).denominator());
  }

  @Test
  void channelsAreThoseThatAreWanted() throws Exception {
    ImageRecord colour = record(jpeg(gradient(32, 24)));
    assertArrayEquals(
        Pixels.of(colour, 1).values(),
        ImageParts.read(colour, 1, List.of(whole(colour, 1))).values());
    Pixels pixels = Pixels.of(colour, 1);
    ImageRecord grey = record(pixels.toJpeg(90));
    assertEquals(1, grey.channels());
    assertArrayEquals(
        Pixels.of(grey, 3).values(), ImageParts.read(grey, 3, List.of(whole(grey, 1))).values());
  }

  @Test
  void otherImagesAreReadWhole() throws Exception {
    Pixels pixels = TestImages.rgb(gradient(20, 12));
    ImageRecord raw =
        new ImageRecord("a", null, "all", 20, 12, 3, ImageRecord.RAW, pixels.values());
    List<Cut> cuts = List.of(new Cut(Axis.of(4, 4, 2), Axis.of(8, 8, 4)));
    assertEquals(new Raster(raw.bytes(), 12, 20, 3), ImageParts.read(raw, 3, cuts));
    assertSame(raw.bytes(), ImageParts.read(raw, 3, cuts).values());
    ImageRecord png = new ImageRecord("a", null, "all", 20, 12, 3, ImageRecord.PNG, pixels.toPng());
    assertArrayEquals(pixels.values(), ImageParts.read(png, 3, cuts).values());

    byte[] file = jpeg(gradient(20, 12));
    ImageRecord turned = record(withOrientation(file, 6)); // ingestion would store a PNG
    assertEquals(12, turned.width());
    Raster raster = ImageParts.read(turned, 3, cuts);
    assertEquals(20, raster.height());
    assertArrayEquals(Pixels.of(record(file)).orient(6).values(), raster.values());
  }

  @Test
  void damageThatLeavesNoPixelsIsNamed() throws Exception {
    byte[] file = jpeg(gradient(64, 48));
    ImageRecord good = record(file);
    List<Cut> cuts = List.of(whole(good, 1));
    for (byte[] damaged :
        List.of(
            Arrays.copyOf(file, file.length - 9), // no end
            TestImages.changed(file, JpegTest::spoilHuffmanTable),
            jpeg(gradient(48, 64)))) { // of another size
      ImageRecord bad = new ImageRecord("photo", null, "all", 64, 48, 3, ImageRecord.JPEG, damaged);
      UserError error = assertThrows(UserError.class, () -> ImageParts.read(bad, 3, cuts));
      assertTrue(
          error.getMessage().startsWith("the stored image 'photo' is damaged ("),
          error.getMessage());
      assertThrows(UserError.class, () -> Pixels.of(bad));
    }
  }

  private static void spoilHuffmanTable(byte[] jpeg) {
    for (int i = 2; i < jpeg.length; i++) {
      if (jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) 0xC4) {
        jpeg[i + 5] = (byte) 0xFF; // codes of one bit
        return;
      }
    }
    throw new IllegalArgumentException();
  }

  @Test
  void anyNumberOfThreadsReadsTheSame() throws Exception {
    ImageRecord image = record(jpeg(TestImages.noise(200, 150)));
    List<Cut> cuts = List.of(new Cut(Axis.of(20, 60, 30), Axis.of(30, 100, 50)));
    byte[] part = ImageParts.read(image, 3, cuts).values();
    byte[] whole = Pixels.of(image).values();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> readings = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        readings.add(
            threads.submit(
                () -> {
                  assertArrayEquals(part, ImageParts.read(image, 3, cuts).values());
                  assertArrayEquals(whole, Pixels.of(image).values());
                }));
      }
      for (Future<?> reading : readings) {
        reading.get();
      }
    } finally {
      threads.shutdown();
    }
  }
}
