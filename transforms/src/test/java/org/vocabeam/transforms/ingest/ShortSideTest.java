package org.vocabeam.transforms.ingest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.transforms.image.TestImages.gradient;
import static org.vocabeam.transforms.image.TestImages.jpeg;
import static org.vocabeam.transforms.image.TestImages.png;
import static org.vocabeam.transforms.image.TestImages.rgb;
import static org.vocabeam.transforms.image.TestImages.withOrientation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.junit.jupiter.api.Test;
import org.vocabeam.transforms.image.Background;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.image.ShortSide;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.statistics.ImageTally;

/** Images scaled to a short side, read back by Java's own readers. */
class ShortSideTest extends TestSources {
  private static DecodeOptions options(ShortSide shortSide) {
    return new DecodeOptions(0, shortSide, 10_000, DecodeOptions.KEEP, Background.WHITE);
  }

  private static JsonNode golden() {
    try (InputStream in = ShortSideTest.class.getResourceAsStream("/golden/pillow_decode.json")) {
      return new ObjectMapper().readTree(in).get("shortSides");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ingests all files and checks the images by their ids, and the statistics. */
  private void check(
      ShortSide shortSide,
      SerializableFunction<Map<String, ImageRecord>, Void> images,
      SerializableFunction<ImageStatistics, Void> statistics) {
    Pipeline pipeline = Pipeline.create();
    PCollectionTuple read = pipeline.apply(ReadImages.from(source(""), options(shortSide)));
    PAssert.that(read.get(ReadImages.IMAGES))
        .satisfies(
            found -> {
              Map<String, ImageRecord> byId = new TreeMap<>(Comparator.naturalOrder());
              found.forEach(image -> byId.put(image.id(), image));
              return images.apply(byId);
            });
    PAssert.thatSingleton(read.get(ReadImages.STATISTICS)).satisfies(statistics);
    pipeline.run().waitUntilFinish();
  }

  private static BufferedImage read(ImageRecord image) {
    try {
      BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(image.bytes()));
      assertEquals(image.width(), decoded.getWidth());
      assertEquals(image.height(), decoded.getHeight());
      return decoded;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int difference(byte[] expected, byte[] actual) {
    assertEquals(expected.length, actual.length);
    int largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs((expected[i] & 0xFF) - (actual[i] & 0xFF)));
    }
    return largest;
  }

  @Test
  void scaledPixelsArePillows() throws Exception {
    int number = 0;
    for (JsonNode each : golden()) {
      file(number++ + ".jpg", each.get("file").binaryValue());
    }
    for (int i = 0; i < number; i++) {
      JsonNode each = golden().get(i);
      String id = i + ".jpg";
      int side = each.get("side").asInt();
      int width = each.get("width").asInt();
      int height = each.get("height").asInt();
      byte[] expected = each.get("pixels").binaryValue();
      check(
          ShortSide.png(side),
          images -> {
            ImageRecord image = images.get(id);
            assertEquals("png", image.encoding());
            assertEquals(width, image.width());
            assertEquals(height, image.height());
            assertEquals(side, Math.min(width, height));
            int difference = difference(expected, rgb(read(image)).values());
            assertTrue(difference <= 1, id + " differs by " + difference);
            return null;
          },
          statistics -> null);
    }
  }

  @Test
  void largerImagesBecomeJpegOfTheQuality() throws Exception {
    file("large.png", png(gradient(60, 40)));
    file("turned.jpg", withOrientation(jpeg(gradient(60, 40)), 6));
    check(
        ShortSide.jpeg(20, 95),
        images -> {
          ImageRecord large = images.get("large.png");
          assertEquals("jpeg", large.encoding());
          assertEquals(30, large.width());
          assertEquals(20, large.height());
          assertEquals(3, large.channels());
          Pixels exact = rgb(gradient(60, 40)).withShortSide(20);
          assertArrayEquals(exact.toJpeg(95), large.bytes());
          int difference = difference(exact.values(), rgb(read(large)).values());
          assertTrue(difference > 0 && difference < 20, "differs by " + difference);

          ImageRecord turned = images.get("turned.jpg");
          assertEquals(20, turned.width());
          assertEquals(30, turned.height());
          assertTrue(
              difference(rgb(read(large)).orient(6).values(), rgb(read(turned)).values()) < 20);
          return null;
        },
        statistics -> {
          assertEquals(Map.of("jpeg", 2L), statistics.encodings());
          assertEquals(20, statistics.minWidth());
          assertEquals(30, statistics.maxWidth());
          // Of the pixels that a reader gets, not of those before they were encoded.
          ImageTally tally = ImageTally.empty();
          Pixels exact = rgb(gradient(60, 40)).withShortSide(20);
          ImageRecord stored =
              new ImageRecord("a", null, "all", 30, 20, 3, "jpeg", exact.toJpeg(95));
          tally.add(stored, rgb(read(stored)));
          double mean = tally.statistics().mean().get(0);
          assertEquals(mean, statistics.mean().get(0), 0.002); // the turned one is nearly the same
          return null;
        });
  }

  @Test
  void otherImagesKeepTheirBytes() throws Exception {
    byte[] equal = jpeg(gradient(30, 20));
    file("equal.jpg", equal);
    file("small.png", GREY);
    check(
        ShortSide.jpeg(20, 95),
        images -> {
          assertArrayEquals(equal, images.get("equal.jpg").bytes());
          assertEquals(30, images.get("equal.jpg").width());
          assertArrayEquals(GREY, images.get("small.png").bytes());
          assertEquals("png", images.get("small.png").encoding());
          return null;
        },
        statistics -> {
          assertEquals(Map.of("jpeg", 1L, "png", 1L), statistics.encodings());
          return null;
        });
  }

  @Test
  void shardsAreForTheScaledImages() throws Exception {
    file("large.jpg", new byte[2_000_000]);
    file("small.jpg", new byte[100]);
    assertEquals(2_000_100, source("").storedBytes(KEEP));
    // Half a byte for each of 256 x 341 pixels.
    assertEquals(2 * 43_690, source("").storedBytes(options(ShortSide.jpeg(256, 95))));
    assertEquals(2_000_100, source("").storedBytes(options(ShortSide.png(4000))));
  }
}
