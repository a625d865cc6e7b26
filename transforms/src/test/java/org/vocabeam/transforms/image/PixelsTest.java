package org.vocabeam.transforms.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vocabeam.transforms.image.TestImages.bytes;

import org.junit.jupiter.api.Test;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.views.Axis;
import org.vocabeam.models.views.Cut;

class PixelsTest {

  /** Turns the stored image 1 2 3 over 4 5 6 upright, as the pictures of the EXIF standard. */
  @Test
  void allOrientations() {
    Pixels stored = new Pixels(3, 2, 1, bytes(1, 2, 3, 4, 5, 6));
    assertSame(stored, stored.orient(1));
    assertEquals(new Pixels(3, 2, 1, bytes(3, 2, 1, 6, 5, 4)), stored.orient(2));
    assertEquals(new Pixels(3, 2, 1, bytes(6, 5, 4, 3, 2, 1)), stored.orient(3));
    assertEquals(new Pixels(3, 2, 1, bytes(4, 5, 6, 1, 2, 3)), stored.orient(4));
    assertEquals(new Pixels(2, 3, 1, bytes(1, 4, 2, 5, 3, 6)), stored.orient(5));
    assertEquals(new Pixels(2, 3, 1, bytes(4, 1, 5, 2, 6, 3)), stored.orient(6));
    assertEquals(new Pixels(2, 3, 1, bytes(6, 3, 5, 2, 4, 1)), stored.orient(7));
    assertEquals(new Pixels(2, 3, 1, bytes(3, 6, 2, 5, 1, 4)), stored.orient(8));
  }

  @Test
  void orientationKeepsTheChannelsOfAPixelTogether() {
    Pixels stored = new Pixels(2, 1, 3, bytes(1, 2, 3, 4, 5, 6));
    assertEquals(new Pixels(2, 1, 3, bytes(4, 5, 6, 1, 2, 3)), stored.orient(2));
    assertEquals(new Pixels(1, 2, 3, bytes(1, 2, 3, 4, 5, 6)), stored.orient(6));
  }

  @Test
  void channels() {
    Pixels colours = new Pixels(4, 1, 3, bytes(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255));
    // 0.299 * 255 = 76.2, 0.587 * 255 = 149.7, 0.114 * 255 = 29.1
    Pixels grey = new Pixels(4, 1, 1, bytes(76, 150, 29, 255));
    assertEquals(grey, colours.toChannels(1));
    assertEquals(
        new Pixels(4, 1, 3, bytes(76, 76, 76, 150, 150, 150, 29, 29, 29, 255, 255, 255)),
        grey.toChannels(3));
    assertSame(colours, colours.toChannels(3));
  }

  @Test
  void shrinkingAveragesAreas() {
    Pixels square = new Pixels(4, 4, 1, bytes(0, 4, 8, 8, 8, 8, 8, 8, 10, 10, 1, 1, 10, 10, 1, 2));
    assertEquals(new Pixels(2, 2, 1, bytes(5, 8, 10, 1)), square.centre(2));
    // Thirds of two: (10 + 40 / 2) / 1.5 = 20 and (40 / 2 + 70) / 1.5 = 60.
    Pixels thirds = new Pixels(3, 3, 1, bytes(10, 40, 70, 10, 40, 70, 10, 40, 70));
    assertEquals(new Pixels(2, 2, 1, bytes(20, 60, 20, 60)), thirds.centre(2));
  }

  /** Picking every fourth pixel would give black or white. */
  @Test
  void aCheckerboardBecomesGrey() {
    byte[] board = new byte[64 * 64];
    for (int i = 0; i < board.length; i++) {
      board[i] = (byte) ((i + i / 64) % 2 * 255);
    }
    Pixels small = new Pixels(64, 64, 1, board).centre(16);
    for (byte value : small.values()) {
      assertEquals(128, value & 0xFF); // 127.5 rounded
    }
  }

  @Test
  void theCentreIsCutOut() {
    Pixels wide = new Pixels(4, 2, 1, bytes(1, 2, 3, 4, 5, 6, 7, 8));
    assertEquals(new Pixels(2, 2, 1, bytes(2, 3, 6, 7)), wide.centre(2));
    Pixels tall = new Pixels(1, 3, 3, bytes(1, 1, 1, 2, 3, 4, 5, 5, 5));
    assertEquals(new Pixels(1, 1, 3, bytes(2, 3, 4)), tall.centre(1));
  }

  @Test
  void enlargingInterpolates() {
    Pixels two = new Pixels(2, 2, 1, bytes(0, 100, 0, 100));
    assertEquals(
        new Pixels(4, 4, 1, bytes(0, 25, 75, 100, 0, 25, 75, 100, 0, 25, 75, 100, 0, 25, 75, 100)),
        two.centre(4));
    assertEquals(new Pixels(3, 3, 1, bytes(9, 9, 9, 9, 9, 9, 9, 9, 9)), one(9).centre(3));
  }

  /** Means are kept: the weights of each position sum to 1, whatever the ratio. */
  @Test
  void aConstantImageStaysConstant() {
    for (int from : new int[] {1, 2, 3, 7, 48, 100, 333}) {
      for (int to : new int[] {1, 2, 5, 32, 47, 224}) {
        byte[] values = new byte[from * (from + 5) * 3];
        java.util.Arrays.fill(values, (byte) 255);
        for (byte value : new Pixels(from, from + 5, 3, values).centre(to).values()) {
          assertEquals(255, value & 0xFF, from + " to " + to);
        }
      }
    }
  }

  @Test
  void pixelsOfRecords() throws Exception {
    Pixels pixels = TestImages.rgb(TestImages.gradient(6, 4));
    assertEquals(pixels, Pixels.of(record(pixels, "raw", pixels.values())));
    assertEquals(pixels, Pixels.of(record(pixels, "png", pixels.toPng())));
    assertEquals(pixels.toChannels(1), Pixels.of(record(pixels, "png", pixels.toPng()), 1));
    UserError error =
        assertThrows(UserError.class, () -> Pixels.of(record(pixels, "png", bytes(1, 2, 3))));
    assertEquals(
        "the stored image 'a' is damaged (not an image); ingest again", error.getMessage());
  }

  @Test
  void recordsAreChecked() {
    Pixels pixels = one(1);
    assertThrows(UserError.class, () -> record(pixels, "gif", bytes(1)));
    assertThrows(UserError.class, () -> record(pixels, "raw", bytes(1, 2)));
    assertThrows(UserError.class, () -> new DecodeOptions(-1, 1, "keep"));
    assertThrows(UserError.class, () -> new DecodeOptions(4097, 1, "keep"));
    assertThrows(UserError.class, () -> new DecodeOptions(0, 0, "keep"));
    assertThrows(UserError.class, () -> new DecodeOptions(0, 500_000_001, "keep"));
    assertThrows(UserError.class, () -> new DecodeOptions(0, 1, "blue"));
    assertThrows(
        UserError.class,
        () -> new DecodeOptions(8, ShortSide.jpeg(8, 95), 1, DecodeOptions.KEEP, Background.WHITE));
    assertThrows(UserError.class, () -> ShortSide.png(4097));
    assertThrows(UserError.class, () -> ShortSide.png(-1));
    assertThrows(UserError.class, () -> ShortSide.jpeg(8, 0));
    assertThrows(UserError.class, () -> ShortSide.jpeg(8, 101));
    assertThrows(UserError.class, () -> new ShortSide(8, ImageRecord.RAW, 95));
  }

  private static Pixels one(int value) {
    return new Pixels(1, 1, 1, bytes(value));
  }

  private static ImageRecord record(Pixels pixels, String encoding, byte[] bytes) {
    return new ImageRecord(
        "a", null, "all", pixels.width(), pixels.height(), pixels.channels(), encoding, bytes);
  }

  /** torchvision's evaluation: 8 becomes 9, and 8 are cut out of the middle. */
  @Test
  void imagesOfAnotherSizeAreShownByTheirCentre() {
    byte[] columns = new byte[18 * 27];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = (byte) (i % 27 * 9);
    }
    ImageRecord wide = new ImageRecord("x", null, "train", 27, 18, 1, ImageRecord.RAW, columns);
    Pixels shown = Pixels.of(wide, new ImageShape(8, 8, 1));
    assertEquals(8, shown.height());
    assertEquals(8, shown.width());
    for (int i = 0; i < 64; i++) {
      // Resized to 9 x 13, of which columns 2 to 9 stay; one is 27 / 13 pixels of 9 levels.
      double expected = 9 * ((2 + i % 8 + 0.5) * 27 / 13 - 0.5);
      assertEquals(expected, shown.values()[i] & 0xFF, 2);
    }
  }

  @Test
  void imagesOfTheShapeAreShownAsTheyAre() {
    Pixels pixels = new Pixels(3, 2, 1, bytes(1, 2, 3, 4, 5, 6));
    ImageRecord image = record(pixels, "raw", pixels.values());
    assertSame(pixels.values(), Pixels.of(image, new ImageShape(2, 3, 1)).values());
  }

  @Test
  void aShapeThatIsNotSquareIsCovered() {
    Cut tall = Cut.whole(100, 20, 28, 14);
    assertEquals(new Cut(Axis.centre(100, 80, 28), Axis.centre(20, 16, 14)), tall);
    Cut wide = Cut.whole(20, 100, 28, 14);
    assertEquals(new Cut(Axis.centre(20, 32, 28), Axis.centre(100, 160, 14)), wide);
    assertEquals(Cut.centre(375, 500, 256, 224), Cut.whole(375, 500, 224, 224));
    assertEquals(Cut.centre(500, 375, 256, 224), Cut.whole(500, 375, 224, 224));
  }

  @Test
  void greyImagesBecomeRgbForARunInColour() {
    ImageRecord grey =
        new ImageRecord("g", null, "train", 2, 1, 1, ImageRecord.RAW, new byte[] {9, 5});
    assertArrayEquals(
        new byte[] {9, 9, 9, 5, 5, 5}, Pixels.of(grey, new ImageShape(1, 2, 3)).values());
  }
}
