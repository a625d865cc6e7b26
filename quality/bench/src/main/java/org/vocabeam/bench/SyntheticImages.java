package org.vocabeam.bench;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Trainer.Batch;
import org.vocabeam.models.views.Raster;

/** Images that are drawn from their number: a ramp in some direction under a little noise. */
final class SyntheticImages {
  private static final long SEED = 1;
  private static final int IDX_IMAGES = 0x803;

  private SyntheticImages() {}

  /** {@code [H, W, C]} bytes. */
  static byte[] pixels(ImageShape shape, long number) {
    SplittableRandom random = Seeds.random(SEED, "bench", number);
    byte[] pixels = new byte[shape.bytes()];
    int at = 0;
    double right = random.nextDouble(-120, 120) / shape.width();
    double down = random.nextDouble(-120, 120) / shape.height();
    for (int y = 0; y < shape.height(); y++) {
      for (int x = 0; x < shape.width(); x++) {
        double ramp = 120 + right * (x - shape.width() / 2.0) + down * (y - shape.height() / 2.0);
        for (int channel = 0; channel < shape.channels(); channel++) {
          pixels[at++] = (byte) (ramp + random.nextInt(16));
        }
      }
    }
    return pixels;
  }

  /** The batch that a step of this number sees. */
  static Batch batch(Recipe recipe, long number) {
    int size = recipe.batchSize();
    ImageShape shape = recipe.images();
    List<Raster> images = new ArrayList<>();
    String[] ids = new String[size];
    for (int i = 0; i < size; i++) {
      long image = number * size + i;
      images.add(new Raster(pixels(shape, image), shape.height(), shape.width(), shape.channels()));
      ids[i] = Long.toString(image);
    }
    return Batch.of(recipe, images, ids, new long[size], new float[0]);
  }

  /**
   * Writes grey images as an IDX file of a split {@code train}.
   *
   * @return the directory, made if it is not there
   */
  static Path idx(Path directory, int count, int side) {
    ImageShape shape = new ImageShape(side, side, 1);
    Path file = directory.resolve("train-images-idx3-ubyte");
    if (Files.exists(file)) {
      return directory;
    }
    try {
      Files.createDirectories(directory);
      try (DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16))) {
        out.writeInt(IDX_IMAGES);
        out.writeInt(count);
        out.writeInt(side);
        out.writeInt(side);
        for (int i = 0; i < count; i++) {
          out.write(pixels(shape, i));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return directory;
  }

  /**
   * Writes a folder of RGB images as PNG.
   *
   * @return the directory
   */
  static Path pngs(Path directory, int count, int side) {
    return files(directory, count, new ImageShape(side, side, 3), "png");
  }

  /**
   * Writes a folder of RGB images of 500 x 375 pixels as JPEG, the size of many photos of ImageNet.
   *
   * @return the directory
   */
  static Path photos(Path directory, int count) {
    return files(directory, count, new ImageShape(375, 500, 3), "jpg");
  }

  private static Path files(Path directory, int count, ImageShape shape, String format) {
    BufferedImage image =
        new BufferedImage(shape.width(), shape.height(), BufferedImage.TYPE_3BYTE_BGR);
    byte[] data = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    try {
      Files.createDirectories(directory);
      for (int i = 0; i < count; i++) {
        System.arraycopy(pixels(shape, i), 0, data, 0, data.length);
        Path file = directory.resolve(String.format(Locale.ROOT, "%07d.%s", i, format));
        ImageIO.write(image, format, file.toFile());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return directory;
  }
}
