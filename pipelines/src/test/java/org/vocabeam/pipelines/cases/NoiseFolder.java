package org.vocabeam.pipelines.cases;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** A folder of PNG images of noise, all different. */
record NoiseFolder(Path path) {
  private static final int SIDE = 16;

  /** Adds images of 16 x 16 to a folder of it: {@code train/cat}. */
  NoiseFolder with(String folder, int count) throws IOException {
    return with(folder, count, SIDE);
  }

  /** Adds images of some size. */
  NoiseFolder with(String folder, int count, int side) throws IOException {
    Path into = Files.createDirectories(path.resolve(folder));
    for (int i = 0; i < count; i++) {
      SplittableRandom random = new SplittableRandom((folder + side).hashCode() * 1000L + i);
      BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
      for (int pixel = 0; pixel < side * side; pixel++) {
        image.setRGB(pixel % side, pixel / side, random.nextInt(1 << 24));
      }
      ImageIO.write(image, "png", into.resolve(side + "-" + i + ".png").toFile());
    }
    return this;
  }
}
