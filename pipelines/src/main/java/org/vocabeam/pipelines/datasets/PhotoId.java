package org.vocabeam.pipelines.datasets;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.common.math.Stats;
import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.vocabeam.models.UserError;

/**
 * Photo-ID: which of 31 photos is this 32x32 crop from? A small colour benchmark cut from real
 * photos of three Debian packages (CC-BY, CC-BY-SA, CC0, GPL-2+). It measures photo identity, not
 * object recognition.
 *
 * <p>Each photo is scaled to a short side of 768 and cut into 48x48 windows on a grid of {@value
 * #STRIDE} pixels, which are averaged down to 32x32; crops whose channel values have a standard
 * deviation of at most 8 are dropped as flat. Windows that start left of 0.60 of the width are for
 * training, those right of 0.64 for test, so no pixel is in both.
 */
public final class PhotoId {
  static final int SHORT_SIDE = 768;
  static final int WINDOW = 48;
  static final int CROP = 32;
  static final int STRIDE = 68;
  static final double FLAT = 8;
  static final double TRAIN_BELOW = 0.60;
  static final double TEST_ABOVE = 0.64;

  private static final String PHOTOS = "usr/share/backgrounds";
  private static final List<Source> SOURCES =
      List.of(
          new Source("lomiri-wallpapers-16.04", PHOTOS),
          new Source("lomiri-wallpapers-20.04", PHOTOS),
          new Source("mate-backgrounds", PHOTOS + "/mate/nature"));

  private record Source(String packageName, String folder) {}

  /** A crop for training or test, with its window's left upper corner in the scaled photo. */
  record Crop(boolean train, int left, int top, BufferedImage image) {}

  /** Number of crops and of photos. */
  public record Counts(int photos, int train, int test) {}

  private PhotoId() {}

  /**
   * Writes {@code output/{train,test}/PHOTO/xLEFT-yTOP.png}, all at once when everything is cut.
   *
   * @param done told the number of photos cut so far
   * @throws UserError when {@code output} exists or a package cannot be had
   */
  public static Counts prepare(Path output, IntConsumer done) {
    return prepare(output, DebianClient.ofThisMachine(), done);
  }

  static Counts prepare(Path output, DebianClient client, IntConsumer done) {
    if (Files.exists(output)) {
      throw new UserError(output + " exists: remove it or give another --output");
    }
    Path cut = output.resolveSibling("." + output.getFileName() + ".partial");
    delete(cut);
    List<Counts> counts = new ArrayList<>();
    for (Source source : SOURCES) {
      client.unpack(
          source.packageName,
          output,
          "Photo-ID needs the packages "
              + SOURCES.stream().map(Source::packageName).collect(Collectors.joining(", ")),
          root -> {
            for (Path photo : photos(root.resolve(source.folder))) {
              counts.add(cut(photo, cut));
              done.accept(counts.size());
            }
          });
    }
    try {
      Files.move(cut, output, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Counts(
        counts.size(),
        counts.stream().mapToInt(Counts::train).sum(),
        counts.stream().mapToInt(Counts::test).sum());
  }

  private static List<Path> photos(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jpg")).sorted().toList();
    }
  }

  private static Counts cut(Path photo, Path into) throws IOException {
    BufferedImage image = ImageIO.read(photo.toFile());
    String label = MoreFiles.getNameWithoutExtension(photo);
    List<Crop> crops = crops(image);
    for (Crop crop : crops) {
      Path folder = into.resolve(crop.train ? "train" : "test").resolve(label);
      Files.createDirectories(folder);
      String name = String.format(Locale.ROOT, "x%04d-y%04d.png", crop.left, crop.top);
      ImageIO.write(crop.image, "png", folder.resolve(name).toFile());
    }
    int train = (int) crops.stream().filter(Crop::train).count();
    return new Counts(1, train, crops.size() - train);
  }

  /** The crops of one photo, by rows. */
  static List<Crop> crops(BufferedImage photo) {
    double scale = SHORT_SIDE / (double) Math.min(photo.getWidth(), photo.getHeight());
    BufferedImage scaled =
        average(
            photo,
            (int) Math.round(photo.getWidth() * scale),
            (int) Math.round(photo.getHeight() * scale));
    List<Crop> crops = new ArrayList<>();
    for (int top = 0; top + WINDOW <= scaled.getHeight(); top += STRIDE) {
      for (int left = 0; left + WINDOW <= scaled.getWidth(); left += STRIDE) {
        double position = left / (double) scaled.getWidth();
        if (position < TRAIN_BELOW || position > TEST_ABOVE) {
          BufferedImage crop = average(scaled.getSubimage(left, top, WINDOW, WINDOW), CROP, CROP);
          if (standardDeviation(crop) > FLAT) {
            crops.add(new Crop(position < TRAIN_BELOW, left, top, crop));
          }
        }
      }
    }
    return crops;
  }

  /** Scaled down by averaging areas. */
  private static BufferedImage average(BufferedImage image, int width, int height) {
    Image averaged = image.getScaledInstance(width, height, Image.SCALE_AREA_AVERAGING);
    BufferedImage drawn = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = drawn.createGraphics();
    graphics.drawImage(averaged, 0, 0, null);
    graphics.dispose();
    return drawn;
  }

  /** Returns the standard deviation of all channel values, which are 0 to 255. */
  private static double standardDeviation(BufferedImage image) {
    return Stats.of(
            image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (double[]) null))
        .populationStandardDeviation();
  }

  private static void delete(Path folder) {
    try {
      if (Files.exists(folder)) {
        MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
