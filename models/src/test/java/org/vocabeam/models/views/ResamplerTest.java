package org.vocabeam.models.views;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Cuts against those of Pillow ({@code golden/pillow_resize.py}), and whatever may not matter. */
class ResamplerTest {

  private static byte[] render(Cut cut, Raster raster) {
    return render(new Resampler(), cut, raster);
  }

  private static byte[] render(Resampler resampler, Cut cut, Raster raster) {
    byte[] bytes = new byte[cut.bytes(raster.channels())];
    resampler.render(cut, raster, ByteBuffer.wrap(bytes), 0);
    return bytes;
  }

  private record Case(String name, Cut cut, Raster raster, byte[] expected) {}

  private static List<Case> cases() throws IOException {
    JsonNode golden;
    try (InputStream in = ResamplerTest.class.getResourceAsStream("/golden/pillow_resize.json")) {
      golden = new ObjectMapper().readTree(in);
    }
    List<Case> cases = new ArrayList<>();
    for (JsonNode each : golden.get("cases")) {
      JsonNode image = golden.get("images").get(each.get("image").asInt());
      int height = image.get("height").asInt();
      int width = image.get("width").asInt();
      Raster raster =
          new Raster(
              image.get("pixels").binaryValue(), height, width, image.get("channels").asInt());
      int size = each.get("size").asInt();
      JsonNode box = each.get("box");
      Cut cut =
          box == null
              ? Cut.centre(height, width, each.get("resize").asInt(), size)
              : new Cut(
                  Axis.of(box.get(0).asInt(), box.get(2).asInt(), size),
                  Axis.of(box.get(1).asInt(), box.get(3).asInt(), size));
      cases.add(new Case(cases.size() + " " + cut, cut, raster, each.get("pixels").binaryValue()));
    }
    return cases;
  }

  @Test
  void pixelsArePillows() throws IOException {
    Resampler resampler = new Resampler();
    int values = 0;
    int different = 0;
    for (Case each : cases()) {
      byte[] actual = render(resampler, each.cut(), each.raster());
      assertEquals(each.expected().length, actual.length, each.name());
      for (int i = 0; i < actual.length; i++) {
        int difference = Math.abs((each.expected()[i] & 0xFF) - (actual[i] & 0xFF));
        assertTrue(difference <= 1, () -> each.name() + ": a value differs by " + difference);
        different += difference;
      }
      values += actual.length;
    }
    // Pillow rounds between the axes as well.
    assertTrue(different < values / 5, different + " of " + values + " differ by 1");
  }

  /**
   * Checks that a part is enough, wherever it begins, and that memory of other cuts is not seen.
   */
  @Test
  void thePartThatACutNeedsIsEnough() throws IOException {
    Resampler resampler = new Resampler();
    for (Case each : cases()) {
      Raster whole = each.raster();
      byte[] expected = render(each.cut(), whole);
      int top = each.cut().rows().first(1);
      int left = each.cut().columns().first(1);
      Raster part = part(whole, top, left, each.cut().rows().end(1), each.cut().columns().end(1));
      assertArrayEquals(expected, render(resampler, each.cut(), part), each.name());
      if (part.height() > 1) {
        Raster less =
            part(whole, top + 1, left, each.cut().rows().end(1), each.cut().columns().end(1));
        assertThrows(IllegalArgumentException.class, () -> render(resampler, each.cut(), less));
      }
    }
  }

  private static Raster part(Raster whole, int top, int left, int bottom, int right) {
    int line = (right - left) * whole.channels();
    byte[] values = new byte[(bottom - top) * line];
    for (int row = top; row < bottom; row++) {
      int from = (row * whole.width() + left) * whole.channels();
      System.arraycopy(whole.values(), from, values, (row - top) * line, line);
    }
    return new Raster(values, bottom - top, right - left, whole.channels(), top, left, 1);
  }

  @Test
  void cutsAreWrittenWhereTheyBelong() {
    Cut cut = new Cut(Axis.of(0, 2, 2), Axis.of(0, 3, 3));
    Raster raster = new Raster(new byte[] {1, 2, 3, 4, 5, 6}, 2, 3, 1);
    for (ByteBuffer out : List.of(ByteBuffer.allocate(10), ByteBuffer.allocateDirect(10))) {
      new Resampler().render(cut, raster, out, 3);
      byte[] all = new byte[10];
      out.get(0, all);
      assertArrayEquals(new byte[] {0, 0, 0, 1, 2, 3, 4, 5, 6, 0}, all);
      assertEquals(0, out.position());
    }
  }

  @Test
  void rowsAndColumnsMayDiffer() {
    Raster raster = new Raster(new byte[] {1, 2, 3, 4, 5, 6}, 2, 3, 1);
    Axis rows = Axis.of(0, 2, 2);
    Axis columns = Axis.of(0, 3, 3);
    Cut left = new Cut(rows, columns, new Orientation.Drawn(false, 1));
    assertEquals(3, left.height());
    assertArrayEquals(new byte[] {3, 6, 2, 5, 1, 4}, render(left, raster));
    Cut right = new Cut(rows, columns, new Orientation.Drawn(false, 3));
    assertArrayEquals(new byte[] {4, 1, 5, 2, 6, 3}, render(right, raster));
    Cut mirrored = new Cut(rows, columns, new Orientation.Drawn(true, 0));
    assertArrayEquals(new byte[] {3, 2, 1, 6, 5, 4}, render(mirrored, raster));
  }

  /** An image that was scaled while it was decoded has nearly the pixels of the whole one. */
  @Test
  void scaledImagesAreCutAtTheSamePlace() {
    int height = 160;
    int width = 206;
    byte[] pixels = new byte[height * width];
    for (int i = 0; i < pixels.length; i++) {
      int row = i / width;
      int column = i % width;
      pixels[i] = (byte) (128 + 60 * Math.sin(row / 30.0) + 60 * Math.sin(column / 40.0));
    }
    Cut cut = new Cut(new Axis(10.5, 130, 16, 0, 16, 0, height), Axis.of(13, 190, 20));
    assertEquals(8, cut.denominator());
    byte[] expected = render(cut, new Raster(pixels, height, width, 1));
    for (int denominator : new int[] {2, 4, 8}) {
      Raster scaled = scaled(pixels, height, width, denominator);
      byte[] actual = render(cut, scaled);
      for (int i = 0; i < actual.length; i++) {
        assertEquals(expected[i] & 0xFF, actual[i] & 0xFF, 3, denominator + ": " + i);
      }
    }
  }

  private static Raster scaled(byte[] pixels, int height, int width, int denominator) {
    int rows = (height + denominator - 1) / denominator;
    int columns = (width + denominator - 1) / denominator;
    byte[] values = new byte[rows * columns];
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < columns; x++) {
        int sum = 0;
        int count = 0;
        for (int fy = y * denominator; fy < Math.min(height, (y + 1) * denominator); fy++) {
          for (int fx = x * denominator; fx < Math.min(width, (x + 1) * denominator); fx++) {
            sum += pixels[fy * width + fx] & 0xFF;
            count++;
          }
        }
        values[y * columns + x] = (byte) (sum / count);
      }
    }
    return new Raster(values, rows, columns, 1, 0, 0, denominator);
  }

  @Test
  void denominatorsKeepEnoughPixels() {
    assertEquals(1, Cut.centre(375, 500, 256, 224).denominator());
    assertEquals(1, Cut.centre(511, 700, 256, 224).denominator());
    assertEquals(2, Cut.centre(512, 700, 256, 224).denominator());
    assertEquals(8, Cut.centre(4096, 4100, 256, 224).denominator());
    assertEquals(1, new Cut(Axis.of(0, 600, 160), Axis.of(0, 300, 160)).denominator());
    assertEquals(2, new Cut(Axis.of(0, 600, 160), Axis.of(0, 320, 160)).denominator());
  }

  @Test
  void aConstantImageStaysConstant() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 200; i++) {
      int height = random.nextInt(1, 90);
      int width = random.nextInt(1, 90);
      byte[] white = new byte[height * width * 3];
      Arrays.fill(white, (byte) 255);
      Cut cut =
          new Cut(
              Axis.of(0, height, random.nextInt(1, 120)),
              Axis.of(0, width, random.nextInt(1, 120)));
      for (byte value : render(cut, new Raster(white, height, width, 3))) {
        assertEquals(255, value & 0xFF, cut::toString);
      }
    }
  }
}
