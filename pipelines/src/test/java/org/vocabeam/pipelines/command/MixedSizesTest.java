package org.vocabeam.pipelines.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.ViewSource;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.run.PretrainRequest;
import org.vocabeam.pipelines.run.Pretraining;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.training.EpochPlan;

/** A folder of JPEG and PNG files of many sizes, grey and in colour, is trained on as it is. */
class MixedSizesTest {
  private static final int TRAIN = 24;
  private static final int TEST = 12;

  @TempDir static Path directory;
  private static Path images;
  private static Path run;

  @BeforeAll
  static void train() throws IOException {
    Path folder = directory.resolve("folder");
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < TRAIN + TEST; i++) {
      // The largest are decoded at a part of their size.
      int height = random.nextInt(15, i % 6 == 0 ? 400 : 60);
      int width = random.nextInt(15, i % 6 == 0 ? 400 : 60);
      boolean grey = i % 4 == 0;
      BufferedImage image =
          new BufferedImage(
              width, height, grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      for (int square = 0; square < 20; square++) {
        graphics.setColor(new Color(random.nextInt(1 << 24)));
        graphics.fillRect(
            random.nextInt(width), random.nextInt(height), width / 4 + 1, height / 4 + 1);
      }
      graphics.dispose();
      String format = i % 3 == 0 ? "png" : "jpg";
      Path file =
          folder.resolve(
              String.format("%s/%s/%d.%s", i < TRAIN ? "train" : "test", i % 2, i, format));
      Files.createDirectories(file.getParent());
      ImageIO.write(image, format, file.toFile());
    }
    Vocabeam.run(
        List.of(
            "ingest",
            "--input=" + folder,
            "--output=" + directory.resolve("store"),
            "--runner=DirectRunner"));
    images = directory.resolve("store/images");
    run = pretrain("run", "--imageSize=20");
  }

  private static Path pretrain(String name, String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("--batchSize=8", "--words=16", "--set=/backbone/width=8"));
    arguments.addAll(List.of(options));
    return rounds("pretrain", name, arguments);
  }

  private static Path rounds(String command, String name, List<String> options) {
    List<String> arguments = new ArrayList<>(List.of("--rounds=1", "--stepsPerRound=5"));
    arguments.addAll(options);
    return command(command, name, arguments);
  }

  private static Path command(String command, String name, List<String> options) {
    Path output = directory.resolve(name);
    List<String> arguments =
        new ArrayList<>(
            List.of(command, "--images=" + images, "--output=" + output, "--runner=DirectRunner"));
    arguments.addAll(options);
    Vocabeam.run(arguments);
    return output;
  }

  private static Checkpoint checkpoint(Path of) {
    return Checkpoint.open(RunDirectory.checkpointOf(of.toString()));
  }

  @Test
  void theRecipeHasTheSizeThatWasAskedFor() {
    assertEquals(new ImageShape(20, 20, 3), checkpoint(run).recipe().images());
  }

  @ParameterizedTest
  @CsvSource({"small, 64", "small/resnet18, 64", "resnet18, 224"})
  void withoutASizeThePresetsSettingsDecide(String preset, int side) {
    PretrainRequest request =
        PretrainRequest.of(
            images.toString(),
            "anywhere",
            RecipeChoice.of("obow").withPreset(preset),
            RoundPlan.alone(1, 1));
    assertEquals(new ImageShape(side, side, 3), request.recipe(request.open()).images());
  }

  /** Photos are larger as they are stored than as a network sees them. */
  @Test
  void aWindowHoldsTheImagesAsTheyAreStored() {
    TrainingImages training = TrainingImages.open(images.toString(), TrainingImages.TRAIN);
    RecipeChoice choice = RecipeChoice.of("rotation").withImageSize(16);
    Recipe recipe = choice.recipe(training.task(choice.settings(), 1, 1));
    long seen = Math.max(recipe.images().bytes(), ViewSource.STORED.bytes(recipe));
    assertTrue(training.bytesPerImage() > seen, training.bytesPerImage() + " of " + seen);
    EpochPlan plan = Pretraining.plan(recipe, training, new RoundPlan(1, 1, 1, 1));
    assertTrue(plan.windowRows() > 0);
    assertTrue(plan.windowRows() * training.bytesPerImage() <= 1 << 20);
  }

  @Test
  void storedViewsGiveTheSameCheckpoint() {
    Path views =
        command(
            "augment",
            "views",
            List.of(
                "--epochs=0-1",
                "--imageSize=20",
                "--batchSize=8",
                "--words=16",
                "--set=/backbone/width=8"));
    Path fromViews = pretrain("from-views", "--imageSize=20", "--views=" + views);
    Map<String, float[]> expected = checkpoint(run).state();
    Map<String, float[]> actual = checkpoint(fromViews).state();
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), name));
  }

  @Test
  void everyImageIsEmbedded() {
    Path output = command("embed", "embeddings", List.of("--checkpoint=" + run));
    List<EmbeddingRecord> rows = StoreReader.open(EmbeddingRecord.TYPE, output.toString()).rows();
    assertEquals(TRAIN + TEST, rows.size());
    rows.forEach(row -> assertFalse(Float.isNaN(row.embedding()[0])));
  }

  /** A run from other weights shows images as the run of the weights did. */
  @Test
  void fineTuningKeepsTheSize() {
    Path tuned = rounds("finetune", "tuned", List.of("--checkpoint=" + run, "--batchSize=8"));
    assertEquals(new ImageShape(20, 20, 3), checkpoint(tuned).recipe().images());
  }

  /** Descriptors and words of every image, by way of all stages. */
  @Test
  void aTeachersWordsAreOfTheSameImages() {
    Path students =
        rounds(
            "pretrain",
            "bownet",
            List.of(
                "--method=bownet",
                "--imageSize=20",
                "--generations=1",
                "--batchSize=8",
                "--words=16",
                "--set=/backbone/width=8"));
    Checkpoint teacher = checkpoint(students.resolve("generation-0/run"));
    assertEquals(new ImageShape(20, 20, 3), teacher.recipe().images());
    assertEquals(new ImageShape(20, 20, 3), checkpoint(students).recipe().images());
  }
}
