package org.vocabeam.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.SavedModel;
import org.vocabeam.models.weights.WeightFile;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.store.StoreManifest;

/** Every path of the commands may be in an object store, with the bytes of a local run. */
@Tag("slow")
class ObjectStoreTest {
  /** Each of these is a pattern to Beam, or must be encoded in a request. */
  private static final String PHOTOS = "photos [2020] a+b é";

  private static final String S3 = "s3://" + S3Server.BUCKET;

  private static final String PART = "images/part-00000-of-00001.parquet";

  /** Files that are compared with the local run. */
  private static final String WHOLE = "whole";

  @TempDir static Path directory;
  private static S3Server server;
  private static Path local;

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.start(directory);
    local = Files.createDirectory(directory.resolve("local"));
    SmallStore.of(directory, 60, 30);
    Files.move(directory.resolve("folder"), local.resolve(PHOTOS));
    server.upload(local.resolve(PHOTOS), WHOLE + "/" + PHOTOS);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static void command(List<String> options, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(options);
    Vocabeam.run(all);
  }

  private static void everyCommand(String root, List<String> options, String runner)
      throws IOException {
    String images = "--images=" + root + "/stores/images";
    command(
        options,
        "ingest",
        "--input=" + root + "/" + PHOTOS,
        "--output=" + root + "/stores",
        "--shards=2",
        "--rowGroupBytes=4096",
        "--runner=DirectRunner");
    String[] train = {
      "pretrain",
      "--method=bownet",
      "--generations=1",
      images,
      "--output=" + root + "/run",
      "--rounds=2",
      "--stepsPerRound=2",
      "--batchSize=8",
      "--words=16",
      "--set=/method/codebookIterations=2",
      "--runner=DirectRunner"
    };
    command(options, train);
    Path files = root.startsWith(S3) ? server.bucket().resolve(WHOLE) : Path.of(root);
    // As a kill before the end of the last round leaves it.
    Files.delete(files.resolve("run/generation-1/run/checkpoints/step-000000004/_SUCCESS"));
    command(options, train);
    try (Stream<Path> events = Files.list(files.resolve("run/generation-1/run/tensorboard"))) {
      assertEquals(2, events.count(), "one event file for every round");
    }
    String checkpoint = "--checkpoint=" + root + "/run";
    command(
        options,
        "evaluate",
        images,
        checkpoint,
        "--output=" + root + "/evaluation",
        "--runner=DirectRunner");
    command(options, "embed", images, checkpoint, "--output=" + root + "/embeddings", runner);
    command(
        options,
        "export",
        checkpoint,
        "--metrics=" + root + "/evaluation/metrics",
        "--output=" + root + "/encoder");
    command(options, "inspect", root + "/stores/images", "--sheet=" + root + "/sheet.png");
    assertTrue(ImageIO.read(files.resolve("sheet.png").toFile()).getWidth() > 300);
    Files.delete(files.resolve("sheet.png")); // its title has the path
  }

  @Test
  void everyCommandMakesTheBytesOfALocalRun() throws Exception {
    everyCommand(local.toString(), List.of(), "--runner=DirectRunner");
    everyCommand(S3 + "/" + WHOLE, server.options(), "--runner=FlinkRunner");
    assertTrue(
        refused(
                server.options(),
                "export",
                "--checkpoint=" + S3 + "/whole/run",
                "--output=" + S3 + "/whole/encoder")
            .contains("encoder exists; choose another output"));
    Path whole = server.bucket().resolve(WHOLE);
    // TensorFlow writes the entries of maps in any order.
    assertEquals(takeModel(local), takeModel(whole));
    FileTree.assertSame(local, whole);
  }

  private static SavedModel takeModel(Path root) throws IOException {
    Path file = root.resolve("encoder/saved_model.pb");
    SavedModel model = SavedModel.parseFrom(Files.readAllBytes(file));
    Files.delete(file);
    return model;
  }

  private static String refused(List<String> options, String... arguments) {
    return assertTimeout(
        Duration.ofMinutes(1),
        () -> Failure.of(assertThrows(Throwable.class, () -> command(options, arguments))).line());
  }

  @Test
  void aKilledCommandLeavesNoStoreAndIsTakenAgain() throws Exception {
    List<String> ingest = new ArrayList<>(server.options());
    ingest.addAll(
        0,
        List.of(
            "ingest",
            "--input=" + S3 + "/" + WHOLE + "/" + PHOTOS,
            "--output=" + S3 + "/killed",
            "--shards=40",
            "--runner=DirectRunner"));
    Path store = server.bucket().resolve("killed/images");
    try (OwnJvm jvm = new OwnJvm(directory.resolve("log"))) {
      jvm.kill(ingest, () -> has(store, ".parquet"), 0);
    }
    assertFalse(Files.exists(store.resolve(StoreManifest.FILE)));
    Vocabeam.run(ingest);
    assertFalse(has(store, ".tmp"));
    assertTrue(StoreManifest.find(S3 + "/killed/images").isPresent());
  }

  private static boolean has(Path folder, String end) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(file -> file.toString().endsWith(end));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Checks that a table of URIs and an archive in the object store are read as local ones are. */
  @Test
  void tablesAndArchivesOfTheObjectStore() throws Exception {
    Path odd = Files.createDirectory(directory.resolve("odd"));
    List<Path> files;
    try (Stream<Path> all = Files.walk(local.resolve(PHOTOS))) {
      files = all.filter(Files::isRegularFile).sorted().limit(5).toList();
    }
    List<String> rows = new ArrayList<>(List.of("uri,label,split"));
    try (ZipOutputStream zip =
        new ZipOutputStream(Files.newOutputStream(odd.resolve("images.zip")))) {
      for (int i = 0; i < files.size(); i++) {
        Path relative = local.resolve(PHOTOS).relativize(files.get(i));
        String uri =
            i == 4
                ? files.get(i).toUri().toString()
                : S3 + "/" + WHOLE + "/" + PHOTOS + "/" + relative;
        rows.add(String.format("%s,class%d,%s", uri, i % 2, i < 3 ? "train" : "val"));
        zip.putNextEntry(new ZipEntry("photos/" + i + ".png"));
        Files.copy(files.get(i), zip);
        zip.closeEntry();
      }
      zip.putNextEntry(new ZipEntry("photos/metadata.csv"));
      zip.write("file_name,label\n0.png,cat\n1.png,dog\n9.png,dog\n".getBytes(UTF_8));
      zip.closeEntry();
    }
    rows.add(S3 + "/" + WHOLE + "/none.png,class0,val");
    Files.write(odd.resolve("table.csv"), rows);
    server.upload(odd, "odd");
    for (String name : List.of("table.csv", "images.zip")) {
      for (String root : List.of(odd.toString(), S3 + "/odd")) {
        Path output = directory.resolve((root.equals(odd.toString()) ? "here-" : "there-") + name);
        command(
            server.options(),
            "ingest",
            "--input=" + root + "/" + name,
            "--output=" + output,
            "--runner=DirectRunner");
        ImageStatistics images = ImageStatistics.read(output + "/images");
        assertEquals(5, images.images(), output.toString());
        assertEquals(
            name.equals("table.csv") ? List.of("class0", "class1") : List.of("cat", "dog"),
            images.classes());
        assertEquals(
            name.equals("table.csv") ? Set.of("train", "val") : Set.of(ImageRecord.NO_SPLIT),
            images.splits().keySet());
      }
      assertArrayEquals(
          Files.readAllBytes(directory.resolve("here-" + name).resolve(PART)),
          Files.readAllBytes(directory.resolve("there-" + name).resolve(PART)));
    }
  }

  /** Weights in one file, and in two with their index, from the bucket and into it. */
  @Test
  void weightsAreImportedAsFromADisk() throws Exception {
    Path weights = Files.createDirectory(directory.resolve("weights"));
    Path whole =
        Path.of(
            Objects.requireNonNull(getClass().getResource("/weights/resnet18-tiny.safetensors"))
                .toURI());
    Files.copy(whole, weights.resolve("whole.safetensors"));
    Files.copy(whole, weights.resolve("part-1.safetensors"));
    StringBuilder map = new StringBuilder();
    try (WeightFile file = WeightFile.open(whole)) {
      file.tensors()
          .forEach(
              tensor ->
                  map.append(map.isEmpty() ? "" : ",")
                      .append("\"" + tensor.name() + "\":\"part-1.safetensors\""));
    }
    Files.writeString(
        weights.resolve("model.safetensors.index.json"), "{\"weight_map\":{" + map + "}}");
    server.upload(weights, "weights");
    for (String name : List.of("whole.safetensors", "model.safetensors.index.json")) {
      Path here = directory.resolve("imported/" + name);
      command(List.of(), "import", weights.resolve(name).toString(), "--output=" + here);
      command(
          server.options(),
          "import",
          S3 + "/weights/" + name,
          "--output=" + S3 + "/imported/" + name);
      FileTree.assertSame(here, server.bucket().resolve("imported/" + name));
    }
    assertEquals(
        S3 + "/weights/other.pth is not there",
        refused(server.options(), "import", S3 + "/weights/other.pth"));
    Files.delete(server.bucket().resolve("weights/part-1.safetensors"));
    assertEquals(
        S3 + "/weights/part-1.safetensors is not there",
        refused(server.options(), "import", S3 + "/weights/model.safetensors.index.json"));
    assertTrue(
        refused(server.optionsOfAnother(), "import", S3 + "/weights/whole.safetensors")
            .contains("AWS_SECRET_ACCESS_KEY"));
  }

  @Test
  void whatIsWrongIsOneLine() {
    String[] embed = {
      "embed", "--images=s3://nowhere/images", "--checkpoint=run", "--output=embeddings"
    };
    assertEquals(
        "the bucket of s3://nowhere/images/ is not there; make it, or correct its name",
        refused(server.options(), embed));
    String[] ingest = {
      "ingest", "--input=" + local.resolve(PHOTOS), "--output=s3://nowhere/at/all"
    };
    assertEquals(
        "the bucket of s3://nowhere/at/all/ is not there; make it, or correct its name",
        refused(server.options(), ingest));
    String[] inspect = {"inspect", S3 + "/images"};
    String another = refused(server.optionsOfAnother(), inspect);
    assertTrue(
        another.startsWith("access to s3://bucket/images/_SUCCESS is refused")
            && another.contains("AWS_SECRET_ACCESS_KEY"),
        another);
    String nobody = refused(server.optionsOfNobody(), inspect);
    assertTrue(
        nobody.startsWith("cannot reach s3://bucket/images/_SUCCESS: ")
            && nobody.contains("check the endpoint"),
        nobody);
    assertEquals(
        "s3:///images/_SUCCESS is no path (Invalid S3 URI: [s3:///images/_SUCCESS]); give a local"
            + " one, or s3://BUCKET/PREFIX",
        refused(server.options(), "inspect", "s3:///images"));
  }
}
