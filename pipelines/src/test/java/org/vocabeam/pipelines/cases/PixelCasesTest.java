package org.vocabeam.pipelines.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.MoreFiles;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.store.StoreReader;

/**
 * Files whose pixels differed from Pillow's, or that were rejected although Pillow reads them.
 * FormatsTest of {@code transforms} has the odd files of every format.
 */
@Tag("slow")
class PixelCasesTest {
  @TempDir private Path directory;

  private Printed ingest(Path input, String output, String... options) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "ingest",
                "--runner=DirectRunner",
                "--input=" + input,
                "--output=" + directory.resolve(output)));
    arguments.addAll(List.of(options));
    return Printed.by(arguments).assertDone();
  }

  private Map<String, ImageRecord> images(String output) throws IOException {
    Map<String, ImageRecord> images = new TreeMap<>();
    StoreReader<ImageRecord> store =
        StoreReader.open(ImageRecord.TYPE, directory.resolve(output).resolve("images").toString());
    for (RowGroup group : store.rowGroups()) {
      try (RowReader<ImageRecord> rows = RowReader.of(ImageRecord.TYPE, group)) {
        rows.forEachRemaining(image -> images.put(image.id(), image));
      }
    }
    return images;
  }

  private Map<String, Long> rejected(String output) {
    return ImageStatistics.read(directory.resolve(output).resolve("images").toString()).rejected();
  }

  @ParameterizedTest
  @CsvSource({
    "jpeg-arithmetic, 1",
    "jpeg-jfif-and-adobe0, 2",
    "jpeg-short-exif, 2",
    "jpeg-two-exif, 1",
    "png-without-iend, 1",
    "nothing-webp-gif-tiff, 3"
  })
  void everyFileHasPillowsPixels(String name, int files) throws Exception {
    ingest(resource("/cases/" + name + "/input"), "all");
    Map<String, ImageRecord> images = images("all");
    assertEquals(files, images.size());
    assertEquals(Map.of(), rejected("all"));
    for (ImageRecord image : images.values()) {
      Path expected = resource("/cases/" + name + "/expected/" + image.id() + ".png");
      assertNear(ImageIO.read(expected.toFile()), Pixels.of(image, 3), image.id());
    }
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(PixelCasesTest.class.getResource(name).toURI());
  }

  private static void assertNear(BufferedImage expected, Pixels actual, String name) {
    assertEquals(expected.getWidth(), actual.width(), name);
    assertEquals(expected.getHeight(), actual.height(), name);
    for (int y = 0; y < actual.height(); y++) {
      for (int x = 0; x < actual.width(); x++) {
        int at = 3 * (y * actual.width() + x);
        Color colour = new Color(expected.getRGB(x, y));
        int[] wanted = {colour.getRed(), colour.getGreen(), colour.getBlue()};
        for (int channel = 0; channel < 3; channel++) {
          int difference = Math.abs(wanted[channel] - (actual.values()[at + channel] & 0xFF));
          assertTrue(difference <= 1, name + " differs by " + difference + " at " + x + ", " + y);
        }
      }
    }
  }

  @Test
  void filesWithTheSamePixelsAreCopies() throws Exception {
    // JFIF says YCbCr, whatever Adobe's marker says.
    Printed printed = ingest(resource("/cases/jpeg-jfif-and-adobe0/input"), "same");
    assertTrue(printed.out().contains("1 images have the pixels of another"), printed.out());
  }

  /** Writes files of every kind that is not an image, and a good one. */
  private Path oddities() throws Exception {
    Path folder = directory.resolve("odd");
    Map<String, byte[]> files = new TreeMap<>();
    byte[] webp = Files.readAllBytes(resource("/cases/nothing-webp-gif-tiff/input/cat/1.webp"));
    byte[] tiff = Files.readAllBytes(resource("/cases/nothing-webp-gif-tiff/input/dog/2.tif"));
    byte[] gif = Files.readAllBytes(resource("/cases/nothing-webp-gif-tiff/input/dog/1.gif"));
    files.put("good.webp", webp);
    files.put("webp-named.jpg", webp);
    files.put("cut.webp", Arrays.copyOf(webp, webp.length - 20));
    files.put("cut.tif", Arrays.copyOf(tiff, 40));
    files.put("cut.gif", Arrays.copyOf(gif, gif.length - 200));
    files.put("photo.heic", "\0\0\0\30ftypheic\0\0\0\0mif1heic".getBytes(StandardCharsets.UTF_8));
    files.put("photo.avif", "\0\0\0\30ftypavif\0\0\0\0mif1avif".getBytes(StandardCharsets.UTF_8));
    files.put("photo.jpg", "BM is a text".getBytes(StandardCharsets.UTF_8));
    files.put("photo.json", "{\"photo\": 1}".getBytes(StandardCharsets.UTF_8));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = folder.resolve("cat").resolve(file.getKey());
      MoreFiles.createParentDirectories(path);
      Files.write(path, file.getValue());
    }
    return folder;
  }

  @Test
  void everyReasonNamesItsFormat() throws Exception {
    Printed printed = ingest(oddities(), "odd-store");
    assertEquals(
        List.of("cat/good.webp", "cat/webp-named.jpg"), List.copyOf(images("odd-store").keySet()));
    Map<String, Long> expected =
        Map.of(
            "truncated WebP", 1L,
            "truncated TIFF", 1L,
            "truncated GIF", 1L,
            "HEIC, which is not supported", 1L,
            "AVIF, which is not supported", 1L,
            "not an image", 2L);
    assertEquals(expected, rejected("odd-store"));
    for (String reason : expected.keySet()) {
      assertTrue(printed.out().contains(reason), printed.out());
    }
  }

  /** Writes an image whose left half is a transparent red and whose right half is blue. */
  private Path transparent() throws IOException {
    BufferedImage image = new BufferedImage(4, 2, BufferedImage.TYPE_INT_ARGB);
    for (int x = 0; x < 4; x++) {
      for (int y = 0; y < 2; y++) {
        image.setRGB(x, y, x < 2 ? 0x00FF0000 : 0xFF0000FF);
      }
    }
    Path file = directory.resolve("transparent/cat/a.png");
    MoreFiles.createParentDirectories(file);
    ImageIO.write(image, "png", file.toFile());
    return directory.resolve("transparent");
  }

  @ParameterizedTest
  @CsvSource({"white, 255, 255, 255", "black, 0, 0, 0", "keep-colour, 255, 0, 0"})
  void theBackgroundIsBehindTransparentPixels(String word, int red, int green, int blue)
      throws IOException {
    ingest(transparent(), word, "--background=" + word);
    byte[] values = Pixels.of(images(word).get("cat/a.png")).values();
    assertEquals(red, values[0] & 0xFF);
    assertEquals(green, values[1] & 0xFF);
    assertEquals(blue, values[2] & 0xFF);
    assertEquals(255, values[11] & 0xFF); // the other half is blue
    assertEquals(0, values[9] & 0xFF);
    assertEquals(
        word,
        StoreReader.open(ImageRecord.TYPE, directory.resolve(word).resolve("images").toString())
            .manifest()
            .provenance()
            .get("background"));
  }

  @Test
  void aBackgroundOfNoNameIsRefused() throws IOException {
    Printed.by(
            List.of(
                "ingest",
                "--runner=DirectRunner",
                "--input=" + transparent(),
                "--output=" + directory.resolve("refused"),
                "--background=grey"))
        .assertRefusedWith("background: 'grey', must be one of white, black, keep-colour");
  }
}
