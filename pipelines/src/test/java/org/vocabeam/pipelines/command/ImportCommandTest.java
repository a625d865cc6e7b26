package org.vocabeam.pipelines.command;

import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtSession;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vocabeam.models.labels.Distillation;
import org.vocabeam.models.training.Encoder;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Pooling;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.weights.ImportedWeights;
import org.vocabeam.models.weights.WeightFile;
import org.vocabeam.models.weights.WeightTensor;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.store.StoreReader;

/** Weights of other libraries, and the commands that take a checkpoint of them. */
class ImportCommandTest {
  /** Width of the embedding of a ResNet-18 whose first stage has 2 channels. */
  private static final int WIDTH = 16;

  @TempDir static Path directory;
  private static Path images;
  private static Path checkpoint;

  @BeforeAll
  static void importWeights() throws IOException {
    images = SmallStore.of(directory, 30, 15, BufferedImage.TYPE_INT_RGB);
    checkpoint = directory.resolve("imported");
    command(
        "import",
        file("resnet18-tiny.pth").toString(),
        "--output=" + checkpoint,
        "--imageSize=32",
        "--licence=BSD 3-Clause");
  }

  private static Path file(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(ImportCommandTest.class.getResource("/weights/" + name)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void command(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--runner=DirectRunner");
    Vocabeam.run(all);
  }

  private static String refused(String... arguments) {
    return Failure.of(assertThrows(Throwable.class, () -> command(arguments))).line();
  }

  private static String printed(String... arguments) {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      command(arguments);
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  private static Map<String, float[]> state(Path runOrCheckpoint) {
    return Checkpoint.open(RunDirectory.checkpointOf(runOrCheckpoint.toString())).state();
  }

  @Test
  void theCheckpointTellsWhereItIsFrom() {
    Checkpoint opened = Checkpoint.open(checkpoint.toString());
    assertEquals("imported", opened.recipe().method().name());
    assertEquals(ImportedWeights.IMAGENET, opened.recipe().normalisation());
    assertEquals("resnet18-tiny.pth", opened.provenance().get("file"));
    assertEquals("BSD 3-Clause", opened.provenance().get("licence"));
    assertEquals(64, opened.provenance().get("sha256").length());
    assertEquals(100, opened.state().size());
    // 0.703125 and 0.75 are the first values of bn1.weight in the golden file.
    assertArrayEquals(new float[] {0.703125f, 0.75f}, opened.state().get("student.bn1.weight"));
  }

  @Test
  void twoFormatsGiveOneState() {
    Path other = directory.resolve("from-safetensors");
    command("import", file("resnet18-tiny.safetensors").toString(), "--output=" + other);
    Map<String, float[]> expected = state(checkpoint);
    state(other).forEach((name, values) -> assertArrayEquals(expected.get(name), values, 0, name));
  }

  @Test
  void whatIsTakenIsPrinted() throws IOException {
    String report = printed("import", file("resnet18-tiny.pth").toString());
    assertTrue(
        report.contains("conv1.weight float32 [2, 3, 7, 7]  -> student.conv1.weight"), report);
    assertTrue(report.contains("fc.weight float32 [5, 16]  (left over)"), report);
    assertTrue(report.contains("Taken:       100 tensors"), report);
    assertTrue(report.contains("Missing:     none"), report);
    assertTrue(report.contains("Left over:   fc.weight, fc.bias\n"), report);
    assertTrue(report.contains("depths=[2, 2, 2, 2], width=2"), report);
    Path text = directory.resolve("notes.pth");
    Files.writeString(text, "no weights");
    assertTrue(refused("import", text.toString()).contains("is neither safetensors nor"));
  }

  /** Two networks with the same shapes may have other heads, so a guess is named. */
  @Test
  void guessedHeadsAreSaid() throws IOException {
    String weights = transformer(/* width= */ 128).toString();
    assertTrue(
        printed("import", weights)
            .contains(
                "Heads:       2, one for 64 channels; no weight tells them: give --heads=N if there"
                    + " are others\n"));
    String told = printed("import", weights, "--heads=4");
    assertFalse(told.contains("Heads:"), told);
    assertTrue(told.contains("heads=4"), told);
  }

  /** Writes zeros for a transformer of one block, with four patches of 4 pixels. */
  private static Path transformer(int width) throws IOException {
    Map<String, List<Integer>> shapes = new LinkedHashMap<>();
    shapes.put("cls_token", List.of(1, 1, width));
    shapes.put("pos_embed", List.of(1, 5, width));
    shapes.put("patch_embed.proj.weight", List.of(width, 3, 4, 4));
    shapes.put("patch_embed.proj.bias", List.of(width));
    for (String norm : List.of("blocks.0.norm1", "blocks.0.norm2", "norm")) {
      shapes.put(norm + ".weight", List.of(width));
      shapes.put(norm + ".bias", List.of(width));
    }
    Map<String, List<Integer>> layers =
        Map.of(
            "attn.qkv", List.of(3 * width, width),
            "attn.proj", List.of(width, width),
            "mlp.fc1", List.of(4 * width, width),
            "mlp.fc2", List.of(width, 4 * width));
    layers.forEach(
        (layer, shape) -> {
          shapes.put("blocks.0." + layer + ".weight", shape);
          shapes.put("blocks.0." + layer + ".bias", shape.subList(0, 1));
        });
    int end = 0;
    List<String> entries = new ArrayList<>();
    for (Map.Entry<String, List<Integer>> tensor : shapes.entrySet()) {
      int begin = end;
      end += Float.BYTES * tensor.getValue().stream().reduce(1, Math::multiplyExact);
      entries.add(
          "\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
              .formatted(tensor.getKey(), tensor.getValue(), begin, end));
    }
    byte[] header = ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES + header.length + end).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header);
    return Files.write(directory.resolve("transformer.safetensors"), bytes.array());
  }

  @Test
  void theSameCommandAgainFindsItsCheckpoint() {
    String weights = file("resnet18-tiny.pth").toString();
    String again = "--output=" + checkpoint;
    command("import", weights, again, "--imageSize=32", "--licence=BSD 3-Clause");
    assertTrue(
        refused("import", weights, again, "--imageSize=32", "--licence=MIT")
            .contains("was made with licence BSD 3-Clause instead of MIT"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed", "evaluate", "extract", "export", "finetune"})
  void aFileGivenForACheckpointIsAnsweredByImport(String command) {
    Path weights = file("resnet18-tiny.pth");
    String line =
        command.equals("export")
            ? refused(command, "--checkpoint=" + weights, "--output=" + directory.resolve("x"))
            : refused(
                command,
                "--images=" + images,
                "--checkpoint=" + weights,
                command.equals("extract") ? "--level=layer1" : "--verbose",
                "--output=" + directory.resolve("x"));
    assertTrue(line.contains("./vocabeam import " + weights + " --output=DIR"), line);
  }

  @Test
  void imagesAreEmbedded() {
    Path output = directory.resolve("embeddings");
    command("embed", "--images=" + images, "--checkpoint=" + checkpoint, "--output=" + output);
    List<EmbeddingRecord> rows = StoreReader.open(EmbeddingRecord.TYPE, output.toString()).rows();
    assertEquals(45, rows.size());
    assertEquals(WIDTH, rows.get(0).embedding().length);
    assertFalse(Arrays.equals(rows.get(0).embedding(), rows.get(1).embedding()));
  }

  @Test
  void theEncoderIsEvaluatedAndItsCellsAreExtracted() {
    command(
        "evaluate",
        "--images=" + images,
        "--checkpoint=" + checkpoint,
        "--output=" + directory.resolve("evaluation"));
    command(
        "extract",
        "--images=" + images,
        "--checkpoint=" + checkpoint,
        "--level=layer2",
        "--output=" + directory.resolve("descriptors"));
    command("export", "--checkpoint=" + checkpoint, "--output=" + directory.resolve("model"));
    assertTrue(Files.exists(directory.resolve("model/saved_model.pb")));
  }

  /** Exports the weights to safetensors, which are those of the file, and imports them again. */
  @Test
  void weightsGoOutAsTheyCameIn() throws IOException {
    Path exported = directory.resolve("exported");
    command("export", "--checkpoint=" + checkpoint, "--output=" + exported, "--format=safetensors");
    Path out = exported.resolve("encoder.safetensors");
    try (WeightFile in = WeightFile.open(file("resnet18-tiny.pth"));
        WeightFile written = WeightFile.open(out)) {
      Map<String, WeightTensor> before =
          in.tensors().stream().collect(toMap(WeightTensor::name, tensor -> tensor));
      assertEquals(100, written.tensors().size());
      for (WeightTensor tensor : written.tensors()) {
        assertEquals(before.get(tensor.name()).shape(), tensor.shape());
        assertArrayEquals(before.get(tensor.name()).floats(), tensor.floats(), 0, tensor.name());
      }
      assertEquals("pt", written.notes().get("format"));
      assertEquals("BSD 3-Clause", written.notes().get("licence"));
    }
    Path again = directory.resolve("again");
    command("import", out.toString(), "--output=" + again);
    assertEquals(
        Checkpoint.open(checkpoint.toString()).recipe(),
        Checkpoint.open(again.toString()).recipe());
    Map<String, float[]> expected = state(checkpoint);
    state(again).forEach((name, values) -> assertArrayEquals(expected.get(name), values, 0, name));
    String card = Files.readString(exported.resolve("model-card.md"));
    assertTrue(card.contains("Weights of resnet18-tiny.pth"), card);
    assertTrue(card.contains("model.load_state_dict(safetensors.torch.load_file("), card);
    assertFalse(card.contains("null"), card);
    assertFalse(Files.exists(exported.resolve("saved_model.pb")));
  }

  /** Compiles and runs the lines of Java as the model card has them. */
  @Test
  void theLinesOfTheModelCardRun() throws Exception {
    Path exported = directory.resolve("lines");
    command("export", "--checkpoint=" + checkpoint, "--output=" + exported, "--format=onnx");
    assertFalse(Files.exists(exported.resolve("saved_model.pb")));
    String card = Files.readString(exported.resolve("model-card.md"));
    String lines = card.replaceAll("(?s).*```java\n(.*?)```.*", "$1");
    assertEquals(3, lines.lines().count(), lines);
    Path source = Files.createDirectory(directory.resolve("source")).resolve("Lines.java");
    Files.writeString(
        source,
        """
        import ai.onnxruntime.*;
        import java.util.Map;
        public class Lines {
          public static float[][] run(java.nio.ByteBuffer pixels, int n, int h, int w)
              throws OrtException {
            %s
            return embedding;
          }
        }
        """
            .formatted(lines.replace("encoder.onnx", exported.resolve("encoder.onnx").toString())));
    String classPath =
        Path.of(OrtSession.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toString();
    String[] options = {"-proc:none", "-cp", classPath, source.toString()};
    assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, options));
    Recipe recipe = Checkpoint.open(checkpoint.toString()).recipe();
    byte[] pixels = new byte[recipe.images().bytes()];
    new SplittableRandom(1).nextBytes(pixels);
    ByteBuffer twice = ByteBuffer.allocateDirect(2 * pixels.length).put(pixels).put(pixels).flip();
    try (URLClassLoader classes =
            new URLClassLoader(new URL[] {source.getParent().toUri().toURL()});
        Encoder encoder = Encoder.of(recipe, state(checkpoint), Pooling.GLOBAL, 1)) {
      float[][] embedding =
          (float[][])
              classes
                  .loadClass("Lines")
                  .getMethod("run", ByteBuffer.class, int.class, int.class, int.class)
                  .invoke(null, twice, 2, recipe.images().height(), recipe.images().width());
      float[] expected = encoder.embed(List.of(pixels));
      assertArrayEquals(expected, embedding[0], 1e-4f);
      assertArrayEquals(expected, embedding[1], 1e-4f);
    }
  }

  /** Takes out and in the encoder of a run and its classifier, whose stem no shape tells. */
  @Test
  void ourOwnEncoderIsKnownAgain() throws IOException {
    Path run = directory.resolve("own");
    command(
        "finetune",
        "--images=" + images,
        "--output=" + run,
        "--rounds=1",
        "--stepsPerRound=1",
        "--batchSize=8");
    Path exported = directory.resolve("own-exported");
    command(
        "export", "--checkpoint=" + run, "--output=" + exported, "--format=savedmodel,safetensors");
    assertTrue(Files.exists(exported.resolve("saved_model.pb")));
    Path again = directory.resolve("own-again");
    command("import", exported.resolve("encoder.safetensors").toString(), "--output=" + again);
    Checkpoint before = Checkpoint.open(RunDirectory.checkpointOf(run.toString()));
    Checkpoint after = Checkpoint.open(again.toString());
    assertEquals(before.recipe().backbone(), after.recipe().backbone());
    assertEquals(before.recipe().normalisation(), after.recipe().normalisation());
    assertEquals(before.recipe().images(), after.recipe().images());
    Map<String, float[]> expected = before.state();
    after.state().forEach((name, values) -> assertArrayEquals(expected.get(name), values, 0, name));
    try (WeightFile written = WeightFile.open(exported.resolve("encoder.safetensors"))) {
      assertTrue(
          written.tensors().stream()
              .anyMatch(tensor -> tensor.toString().equals("fc.weight float32 [3, 128]")));
    }
  }

  @Test
  void anyMethodGoesOnFromTheEncoder() {
    Path run = directory.resolve("goes-on");
    command(
        "pretrain",
        "--images=" + images,
        "--initial=" + checkpoint,
        "--method=simclr",
        "--output=" + run,
        "--rounds=1",
        "--stepsPerRound=1",
        "--batchSize=8",
        "--learningRate=1e-30");
    Map<String, float[]> expected = state(checkpoint);
    Map<String, float[]> trained = state(run);
    int same = 0;
    for (String name : expected.keySet()) {
      if (name.endsWith("weight")) {
        assertArrayEquals(expected.get(name), trained.get(name), 1e-6f, name);
        same++;
      }
    }
    assertEquals(40, same);
    assertTrue(trained.keySet().stream().anyMatch(name -> !name.startsWith(Method.STUDENT)));
    String line =
        refused(
            "pretrain",
            "--images=" + images,
            "--initial=" + checkpoint,
            "--preset=small/resnet18",
            "--output=" + directory.resolve("other"));
    assertTrue(line.contains("holds the network ResNet[block=BASIC"), line);
  }

  @Test
  void theEncoderIsFineTunedAndTeaches() {
    Path classifier = directory.resolve("classifier");
    command(
        "finetune",
        "--images=" + images,
        "--checkpoint=" + checkpoint,
        "--output=" + classifier,
        "--rounds=1",
        "--stepsPerRound=1",
        "--batchSize=8");
    assertEquals(3 * WIDTH, state(classifier).get("classifier.fc.weight").length);
    Path student = directory.resolve("student");
    command(
        "distill",
        "--images=" + images,
        "--teacher=" + checkpoint,
        "--student=small",
        "--output=" + student,
        "--rounds=1",
        "--stepsPerRound=1",
        "--batchSize=8");
    Map<String, float[]> learned = state(student);
    state(checkpoint)
        .forEach(
            (name, values) -> {
              String frozen = Distillation.TEACHER + name.substring(Method.STUDENT.length());
              assertTrue(Arrays.equals(values, learned.get(frozen)), frozen);
            });
  }
}
