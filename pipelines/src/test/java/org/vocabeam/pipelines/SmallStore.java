package org.vocabeam.pipelines;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.vocabeam.transforms.image.DecodeOptions;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.ingest.ReadImages;
import org.vocabeam.transforms.source.ImageSource;
import org.vocabeam.transforms.source.SourceOptions;
import org.vocabeam.transforms.statistics.WriteStatistics;
import org.vocabeam.transforms.store.WriteStore;

/** An images store of drawn squares, discs and bars, in small row groups. */
public final class SmallStore {
  public static final int SIDE = 20;

  private SmallStore() {}

  /** Draws {@code train + test} images of three classes and ingests them. */
  public static Path of(Path directory, int train, int test) throws IOException {
    return of(directory, train, test, BufferedImage.TYPE_BYTE_GRAY);
  }

  /**
   * The same with images of a type of {@link BufferedImage}; those with colours are red in places.
   */
  public static Path of(Path directory, int train, int test, int type) throws IOException {
    Path folder = directory.resolve("folder");
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < train + test; i++) {
      draw(folder, i < train ? "train" : "test", i, random, type);
    }
    Path store = directory.resolve("images");
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=DirectRunner").create());
    DecodeOptions decode = DecodeOptions.keep();
    ImageSource source = ImageSource.open(folder.toString(), SourceOptions.usual(), decode);
    WriteStore<ImageRecord> write =
        WriteStore.to(ImageRecord.TYPE, store.toString()).withShards(2).withRowGroupBytes(2048);
    write.prepare(false);
    PCollectionTuple read = pipeline.apply(ReadImages.from(source, decode));
    read.get(ReadImages.IMAGES).apply("WriteImages", write);
    read.get(ReadImages.STATISTICS).apply(WriteStatistics.to(store.toString()));
    pipeline.run().waitUntilFinish();
    write.commit();
    return store;
  }

  /** Draws the images of these numbers into a folder; each number always gives the same image. */
  public static void draw(Path folder, String split, int first, int last) throws IOException {
    for (int i = first; i <= last; i++) {
      draw(folder, split, i, new SplittableRandom(1000 + i), BufferedImage.TYPE_BYTE_GRAY);
    }
  }

  private static void draw(Path folder, String split, int number, SplittableRandom random, int type)
      throws IOException {
    String label = new String[] {"square", "disc", "bar"}[number % 3];
    Path file = folder.resolve(String.format("%s/%s/%04d.png", split, label, number));
    Files.createDirectories(file.getParent());
    ImageIO.write(draw(label, random, type), "png", file.toFile());
  }

  private static BufferedImage draw(String label, SplittableRandom random, int type) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, type);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(random.nextInt(60), 0, 0));
    graphics.fillRect(0, 0, SIDE, SIDE);
    int grey = 120 + random.nextInt(130);
    graphics.setColor(new Color(grey, grey, grey));
    int x = 1 + random.nextInt(6);
    int y = 1 + random.nextInt(6);
    int size = 6 + random.nextInt(7);
    switch (label) {
      case "square" -> graphics.fillRect(x, y, size, size);
      case "disc" -> graphics.fillOval(x, y, size, size);
      default -> graphics.fillRect(x, y + size / 2, size, 2);
    }
    graphics.dispose();
    return image;
  }
}
