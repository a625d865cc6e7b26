package org.vocabeam.pipelines.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.statistics.ImageTally;
import org.vocabeam.transforms.store.WriteStore;

/** Batches, words and rounds beyond the images, or beyond memory. */
@Tag("slow")
class BatchCasesTest {
  @TempDir private static Path directory;
  private static Path images;

  /** 24 images to train on. */
  @BeforeAll
  static void ingest() throws IOException {
    images = SmallStore.of(directory, 24, 6);
  }

  private static Printed train(String command, Path output, String... options) {
    List<String> arguments =
        new ArrayList<>(
            List.of(command, "--runner=DirectRunner", "--images=" + images, "--output=" + output));
    arguments.addAll(List.of(options));
    return Printed.by(arguments);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rotation | --batchSize=1000       | batchSize is 1000, must be at most 24, the images of split train: a larger batch holds an image several times; take a smaller one, or ingest more images",
        "simclr   | --batchSize=25         | batchSize is 25, must be at most 24, the images of split train",
        "rotation | --batchSize=1000000000 | batchSize is 1000000000, must be at most 24",
        "bownet   | --batchSize=32         | batchSize is 32, must be at most 24",
        "rotation | --batchSize=1          | batchSize is 1, must be at least 2",
        "rotation | --batchSize=9 --accumulate=2 | accumulate is 2, must be a divisor of batchSize, which is 9",
        "rotation | --replicas=1000        | replicas is 1000, must be 1 to",
        "obow     | --words=100000 --batchSize=8 | words is 100000, must be at most",
        "bownet   | --set=/method/words=97 --batchSize=8 | words is 97, must be at most 96, 4 local features of each of 24 images",
        "rotation | --stepsPerRound=0      | --stepsPerRound is 0, must be positive",
        "rotation | --stepsPerRound=1000000000000 --batchSize=8 | stepsPerRound is 1000000000000, must be at most 3000000, with which a round reads the 24 images 1000000 times",
      })
  void isRefusedAtOnce(String method, String options, String line) {
    Path output = directory.resolve("refused");
    List<String> all = new ArrayList<>(List.of("--method=" + method));
    all.addAll(List.of(options.split(" ")));
    Printed printed = train("pretrain", output, all.toArray(String[]::new));
    printed.assertRefusedWith(line);
    assertEquals(1, printed.err().lines().count(), printed.err());
    assertFalse(Files.exists(output), "before anything is done");
  }

  @Test
  void aBatchOfAllImagesIsTaken() {
    Path output = directory.resolve("all");
    train(
            "pretrain",
            output,
            "--method=rotation",
            "--batchSize=24",
            "--rounds=1",
            "--stepsPerRound=1")
        .assertDone();
    train(
            "distill",
            directory.resolve("distilled"),
            "--teacher=" + output,
            "--student=small",
            "--batchSize=25")
        .assertRefusedWith("batchSize is 25, must be at most 24");
    assertFalse(Files.exists(directory.resolve("distilled")));
  }

  @Test
  void aPresetsBatchIsHalvedUntilItFits() throws IOException {
    for (String method : List.of("rotation", "obow", "simclr", "gan", "dino")) {
      Printed printed =
          train("pretrain", directory.resolve("recipe"), "--method=" + method, "--printRecipe")
              .assertDone();
      JsonNode recipe = new ObjectMapper().readTree(printed.out());
      assertEquals(16, recipe.get("batchSize").asInt(), method);
    }
  }

  /** A share of the labels may be fewer images than a batch, which is said. */
  @Test
  void labelledImagesMayBeFewerThanABatch() {
    Printed printed =
        train(
                "finetune",
                directory.resolve("tuned"),
                "--labelShare=0.1",
                "--rounds=1",
                "--stepsPerRound=1")
            .assertDone();
    printed.assertSaid(
        "Batches:     a step has 64 images, and the run has only 3: each is in a batch 21.3 times");
    Path output = directory.resolve("tuned-with");
    train("finetune", output, "--auxiliary=rotation", "--batchSize=32")
        .assertRefusedWith("batchSize is 32, must be at most 24");
  }

  @Test
  void aBatchBeyondMemoryIsRefusedAtOnce() {
    Path output = directory.resolve("memory");
    train("finetune", output, "--batchSize=1000000000")
        .assertRefusedWith(
            "batchSize is 1000000000, must be at most 5368709: the views of a batch have 400.0 GB,"
                + " and one block of memory at most 2.1");
    Printed printed = train("finetune", output, "--batchSize=5300000");
    printed.assertRefusedWith("batchSize is 5300000, must be at most about ");
    assertTrue(printed.err().contains(" GB at least, and this machine has "), printed.err());
  }

  /** empty-store-pretrain. */
  @Test
  void aStoreWithoutImages() throws IOException {
    Path empty = directory.resolve("empty");
    WriteStore<ImageRecord> write = WriteStore.to(ImageRecord.TYPE, empty.toString());
    write.prepare(false);
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs("--runner=DirectRunner").create());
    pipeline.apply(Create.empty(ImageRecord.TYPE.coder())).apply(write);
    pipeline.run().waitUntilFinish();
    write.commit();
    new ObjectMapper()
        .writeValue(empty.resolve(ImageStatistics.FILE).toFile(), ImageTally.empty().statistics());
    for (String command : List.of("pretrain", "finetune", "compare")) {
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  command,
                  "--images=" + empty,
                  "--output=" + directory.resolve("nothing"),
                  "--runner=DirectRunner"));
      if (command.equals("compare")) {
        arguments.add("--steps=2");
      }
      Printed.by(arguments).assertFailedWith("there is no image in " + empty);
      assertFalse(Files.exists(directory.resolve("nothing")));
    }
  }
}
