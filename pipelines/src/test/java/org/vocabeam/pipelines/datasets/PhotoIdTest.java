package org.vocabeam.pipelines.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.datasets.PhotoId.Crop;

class PhotoIdTest {
  /** Noise of 3x3 blocks of one grey, which the reduction 48 -> 32 mixes by known areas. */
  private static BufferedImage noise(int width, int height) {
    SplittableRandom random = new SplittableRandom(7);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y += 3) {
      for (int x = 0; x < width; x += 3) {
        int rgb = random.nextInt(256) * 0x010101;
        for (int i = 0; i < 9; i++) {
          if (y + i / 3 < height && x + i % 3 < width) {
            image.setRGB(x + i % 3, y + i / 3, rgb);
          }
        }
      }
    }
    return image;
  }

  @Test
  void windowsLieOnTheGridAndNoPixelIsInBothParts() {
    List<Crop> crops = PhotoId.crops(noise(1024, 768));
    // 11 rows; left edges 0, 68, .. 952: ten below 614.4, five above 655.36 (680 .. 952).
    assertEquals(110, crops.stream().filter(Crop::train).count());
    assertEquals(55, crops.stream().filter(crop -> !crop.train()).count());
    for (Crop crop : crops) {
      assertEquals(0, crop.left() % 68);
      assertEquals(0, crop.top() % 68);
    }
    int trainEnds =
        crops.stream().filter(Crop::train).mapToInt(Crop::left).max().orElseThrow() + 48;
    int testStarts =
        crops.stream().filter(c -> !c.train()).mapToInt(Crop::left).min().orElseThrow();
    assertTrue(trainEnds <= testStarts, trainEnds + " " + testStarts);
  }

  @Test
  void cropsAreAreaAverages() {
    BufferedImage photo = noise(768, 768);
    BufferedImage crop = PhotoId.crops(photo).get(0).image();
    assertEquals(32, crop.getWidth());
    assertEquals(32, crop.getHeight());
    // Target pixel 0 covers source 0 to 1.5, so all of it lies in the first 3x3 block.
    assertEquals(photo.getRGB(0, 0), crop.getRGB(0, 0));
    assertEquals(photo.getRGB(3, 0), crop.getRGB(2, 0));
    assertEquals(photo.getRGB(45, 45), crop.getRGB(31, 31));
  }

  @Test
  void photosAreScaledToAShortSideOf768() {
    List<Crop> crops = PhotoId.crops(noise(1536, 1536));
    // Left edges 0, 68, .. 680: seven below 460.8, three above 491.52.
    assertEquals(77, crops.stream().filter(Crop::train).count());
    assertEquals(33, crops.stream().filter(crop -> !crop.train()).count());
  }

  @Test
  void flatCropsAreDropped() {
    BufferedImage flat = new BufferedImage(768, 768, BufferedImage.TYPE_INT_RGB);
    assertEquals(List.of(), PhotoId.crops(flat));
    // Half 100, half 100 + d has a standard deviation of d / 2; the average keeps all of it where
    // a window starts on a stripe, which every third of the 11 rows does.
    assertEquals(0, stripes(16).size());
    assertEquals(4 * 10, stripes(18).size());
  }

  /** The crops of rows that change between 100 and 100 + {@code step} every 3 pixels. */
  private static List<Crop> stripes(int step) {
    BufferedImage image = new BufferedImage(768, 768, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 768; y++) {
      for (int x = 0; x < 768; x++) {
        image.setRGB(x, y, (100 + (y / 3 % 2) * step) * 0x010101);
      }
    }
    return PhotoId.crops(image);
  }

  @Test
  void writesAFolderPerPhotoAtOnce(@TempDir Path folder) throws IOException {
    Path photo = folder.resolve("photo.jpg");
    ImageIO.write(noise(768, 768), "jpg", photo.toFile());
    Path aptGet = script(folder, "apt-get", "echo x > $3_1_all.deb");
    Path dpkgDeb =
        script(
            folder,
            "dpkg-deb",
            """
            to="$3/usr/share/backgrounds"
            case $2 in *mate*) to="$to/mate/nature" ;; esac
            mkdir -p "$to"
            cp '%s' "$to/$(basename "$2" _1_all.deb).jpg"
            """
                .formatted(photo));
    DebianClient client = new DebianClient(aptGet.toString(), dpkgDeb.toString(), false);
    Path output = folder.resolve("photo-id");
    List<Integer> done = new ArrayList<>();
    PhotoId.Counts counts = PhotoId.prepare(output, client, done::add);
    assertEquals(new PhotoId.Counts(3, 231, 99), counts);
    assertEquals(List.of(1, 2, 3), done);
    for (String label :
        List.of("lomiri-wallpapers-16.04", "lomiri-wallpapers-20.04", "mate-backgrounds")) {
      assertEquals(77, files(output.resolve("train").resolve(label)));
      assertEquals(33, files(output.resolve("test").resolve(label)));
    }
    BufferedImage crop =
        ImageIO.read(output.resolve("test/mate-backgrounds/x0680-y0068.png").toFile());
    assertEquals(32, crop.getWidth());
    UserError again =
        assertThrows(UserError.class, () -> PhotoId.prepare(output, client, done::add));
    assertEquals(output + " exists: remove it or give another --output", again.getMessage());
  }

  private static long files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  private static Path script(Path folder, String name, String body) throws IOException {
    Path script = folder.resolve(name);
    Files.writeString(script, "#!/bin/sh\nset -e\n" + body + "\n");
    assertTrue(script.toFile().setExecutable(true));
    return script;
  }
}
