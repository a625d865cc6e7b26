package org.vocabeam.pipelines.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.vocabeam.models.UserError;
import org.vocabeam.models.evaluate.LabelShare;
import org.vocabeam.models.labels.Distillation;
import org.vocabeam.pipelines.FileTree;
import org.vocabeam.pipelines.SmallStore;
import org.vocabeam.pipelines.Vocabeam;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.features.MapRecord;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.parquet.RowReader;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.targets.TargetRecord;
import picocli.CommandLine.ExecutionException;

/** Checks the commands that need labels or a teacher: finetune and distill. */
@Tag("slow")
class FinetuneCommandTest {
  private static final int TRAIN = 60;
  private static final int TEST = 30;
  private static final List<String> CLASSES = List.of("bar", "disc", "square");

  @TempDir static Path directory;
  private static Path images;
  private static Path encoder;
  private static Path classifier;

  @BeforeAll
  static void train() throws IOException {
    images = SmallStore.of(directory, TRAIN, TEST);
    encoder = run("pretrain", "encoder", "--stepsPerRound=3", "--batchSize=8", "--words=16");
    classifier = finetune("classifier", "--checkpoint=" + encoder, "--stepsPerRound=12");
  }

  private static Path run(String command, String name, String... options) {
    Path output = directory.resolve(name);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                command,
                "--images=" + images,
                "--output=" + output,
                "--rounds=1",
                "--runner=DirectRunner"));
    arguments.addAll(List.of(options));
    Vocabeam.run(arguments);
    return output;
  }

  private static Path finetune(String name, String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("--batchSize=12");
    return run("finetune", name, all.toArray(String[]::new));
  }

  private static Map<String, float[]> state(Path run) {
    return Checkpoint.open(RunDirectory.checkpointOf(run.toString())).state();
  }

  private static <T> List<T> rows(RecordType<T> type, Path store) throws IOException {
    StoreReader<T> reader = StoreReader.open(type, store.toString());
    List<T> all = new ArrayList<>();
    for (RowGroup group : reader.rowGroups()) {
      try (RowReader<T> rows = reader.read(group)) {
        rows.forEachRemaining(all::add);
      }
    }
    return all;
  }

  private static void assertSameWeights(
      Map<String, float[]> expected, String of, Map<String, float[]> actual, String scope) {
    int compared = 0;
    for (String name : expected.keySet()) {
      if (name.startsWith(of) && !name.contains("momentum") && !name.contains("running")) {
        String moved = scope + name.substring(of.length());
        assertArrayEquals(expected.get(name), actual.get(moved), moved);
        compared++;
      }
    }
    assertTrue(compared > 10, "compared " + compared);
  }

  @Test
  void startsFromTheEncoderAndItsCopiesToo() {
    Path still =
        finetune(
            "still",
            "--checkpoint=" + encoder,
            "--learningRate=1e-30",
            "--stepsPerRound=1",
            "--auxiliary=byol");
    assertSameWeights(state(encoder), "student.", state(still), "student.");
    assertSameWeights(state(encoder), "student.", state(still), "target.student.");
    Path other = finetune("random", "--learningRate=1e-30", "--stepsPerRound=1");
    String weight = "student.conv1.weight";
    assertFalse(Arrays.equals(state(encoder).get(weight), state(other).get(weight)));
  }

  @Test
  void theHeadAloneLeavesTheEncoderAsItIs() {
    Path head = finetune("head", "--checkpoint=" + encoder, "--trained=head", "--stepsPerRound=3");
    Map<String, float[]> before = state(encoder);
    Map<String, float[]> after = state(head);
    for (Map.Entry<String, float[]> variable : after.entrySet()) {
      if (variable.getKey().startsWith("student.")) {
        assertArrayEquals(before.get(variable.getKey()), variable.getValue(), variable.getKey());
      }
    }
    assertTrue(after.keySet().stream().anyMatch(name -> name.startsWith("student.")));
    float[] weights = after.get("classifier.fc.weight");
    assertEquals(128 * CLASSES.size(), weights.length);
    Map<String, float[]> all = state(classifier);
    assertFalse(Arrays.equals(before.get("student.conv1.weight"), all.get("student.conv1.weight")));
  }

  /** The labelled images are those of the linear probes with the same seed. */
  @Test
  void aShareOfTheLabelsOfEveryClassIsSeen() throws IOException {
    List<ImageRecord> train =
        rows(ImageRecord.TYPE, images).stream().filter(i -> i.split().equals("train")).toList();
    List<String> ids = train.stream().map(ImageRecord::id).toList();
    int[] labels = train.stream().mapToInt(i -> CLASSES.indexOf(i.label())).toArray();
    Map<String, List<Integer>> expected = new TreeMap<>();
    for (int row : new LabelShare(0.12, 5).rows(ids, labels)) {
      expected.put(ids.get(row), List.of(labels[row]));
    }
    assertEquals(9, expected.size(), "3 of 20 in every class");

    Path alone = finetune("share", "--labelShare=0.12", "--seed=5", "--stepsPerRound=1");
    Map<String, List<Integer>> seen = new TreeMap<>();
    rows(TargetRecord.TYPE, alone.resolve("labels")).forEach(t -> seen.put(t.id(), t.words()));
    assertEquals(expected, seen);
    TreeSet<String> stored = new TreeSet<>();
    rows(ImageRecord.TYPE, alone.resolve("labelled")).forEach(i -> stored.add(i.id()));
    assertEquals(expected.keySet(), stored);

    Path beside =
        finetune(
            "beside",
            "--labelShare=0.12",
            "--seed=5",
            "--auxiliary=rotation",
            "--stepsPerRound=2",
            "--replicas=2");
    List<TargetRecord> all = rows(TargetRecord.TYPE, beside.resolve("labels"));
    assertEquals(TRAIN, all.size());
    Map<String, List<Integer>> labelled = new TreeMap<>();
    all.stream().filter(t -> !t.words().isEmpty()).forEach(t -> labelled.put(t.id(), t.words()));
    assertEquals(expected, labelled);
    assertFalse(Files.exists(beside.resolve("labelled")), "all images are read where they are");
    assertEquals(
        "fine-tune+rotation", rows(MetricRecord.TYPE, beside.resolve("metrics")).get(0).metric());
  }

  /** Counted with the exported classifier, in a session of its own, and in ONNX Runtime. */
  @Test
  void theAccuracyIsThatOfTheExportedClassifier() throws IOException {
    Path model = directory.resolve("model");
    Vocabeam.run(
        List.of(
            "export",
            "--checkpoint=" + classifier,
            "--output=" + model,
            "--format=savedmodel,onnx",
            "--maps=layer1,layer2",
            "--runner=DirectRunner"));
    String card = Files.readString(model.resolve("model-card.md"));
    for (String line :
        List.of(
            "- in: `images`, uint8 `[N, h, w, 1]`, any N, h and w",
            "- out: `embedding`, float32 `[N, 128]`",
            "- out: `map`, float32 `[N, 3, 3, 128]`, the map of layer3",
            "- out: `map_layer1`, float32 `[N, 10, 10, 32]`, the map of layer1",
            "- out: `logits` and `probabilities`, float32 `[N, 3]`, of the classes `bar`, `disc`,")) {
      assertTrue(card.contains(line), line + " is not in " + card);
    }
    List<ImageRecord> test =
        rows(ImageRecord.TYPE, images).stream().filter(i -> i.split().equals("test")).toList();
    assertEquals(TEST, test.size());
    int right = 0;
    try (SavedModelBundle bundle = SavedModelBundle.load(model.toString(), "serve");
        OrtSession session =
            OrtEnvironment.getEnvironment()
                .createSession(model.resolve("encoder.onnx").toString())) {
      for (ImageRecord image : test) {
        float[] probabilities = probabilities(bundle, image);
        String said = CLASSES.get(largest(probabilities));
        right += said.equals(image.label()) ? 1 : 0;
        assertArrayEquals(probabilities, probabilities(session, image), 1e-4f);
      }
      Map<String, String> metadata = session.getMetadata().getCustomMetadata();
      assertEquals("[\"bar\",\"disc\",\"square\"]", metadata.get("labels"));
      assertTrue(card.contains("- checkpoint: " + metadata.get("checkpoint")), card);
      assertEquals(
          Set.of("checkpoint", "labels", "level", "method", "preprocessing", "version"),
          metadata.keySet());
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
    List<MetricRecord> metrics = rows(MetricRecord.TYPE, classifier.resolve("metrics"));
    assertEquals(
        List.of(new MetricRecord("trained", "fine-tune", 1, (double) right / TEST, 0)), metrics);
  }

  private static float[] probabilities(OrtSession session, ImageRecord image) throws OrtException {
    long[] shape = {1, image.height(), image.width(), image.channels()};
    ByteBuffer pixels = ByteBuffer.wrap(Pixels.of(image).values());
    try (OnnxTensor input =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), pixels, shape, OnnxJavaType.UINT8);
        OrtSession.Result result = session.run(Map.of("images", input))) {
      return ((float[][]) result.get("probabilities").orElseThrow().getValue())[0];
    }
  }

  private static float[] probabilities(SavedModelBundle model, ImageRecord image) {
    byte[] pixels = Pixels.of(image).values();
    ByteBuffer buffer = ByteBuffer.wrap(pixels);
    Shape shape = Shape.of(1, image.height(), image.width(), image.channels());
    try (TUint8 input = TUint8.tensorOf(shape, DataBuffers.of(buffer.array()));
        Result result = model.function("serving_default").call(Map.of("images", input))) {
      TFloat32 probabilities = (TFloat32) result.get("probabilities").orElseThrow();
      float[] values = new float[CLASSES.size()];
      probabilities.copyTo(DataBuffers.of(values));
      assertEquals(1, values[0] + values[1] + values[2], 1e-5);
      return values;
    }
  }

  private static int largest(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  @Test
  void goesOnAfterAKill() throws IOException {
    String[] options = {"--checkpoint=" + encoder, "--stepsPerRound=2", "--labelShare=0.5"};
    Path whole = finetune("whole", options);
    Path killed = finetune("killed", options);
    FileTree.assertSame(whole, killed);
    for (String store : List.of("labels", "checkpoints/step-000000002", "metrics")) {
      Files.delete(killed.resolve(store).resolve("_SUCCESS"));
    }
    finetune("killed", options);
    FileTree.assertSame(whole, killed);
  }

  @Test
  void aStudentSaysWhatItsTeacherSays() {
    Path features =
        run(
            "distill",
            "features",
            "--teacher=" + encoder,
            "--student=small",
            "--imageSize=40",
            "--stepsPerRound=2",
            "--batchSize=8");
    assertSameWeights(state(encoder), "student.", state(features), "teacher.");
    Distillation method =
        (Distillation)
            Checkpoint.open(RunDirectory.checkpointOf(features.toString())).recipe().method();
    assertEquals(40, method.studentSize());
    assertEquals(SmallStore.SIDE, method.teacherImageSize(), "what the teacher was trained for");
    assertEquals(List.of(), recipe(features));
    Path logits =
        run(
            "distill",
            "logits",
            "--teacher=" + classifier,
            "--student=small",
            "--stepsPerRound=2",
            "--batchSize=8");
    assertSameWeights(state(classifier), "student.", state(logits), "teacher.");
    assertArrayEquals(
        state(classifier).get("classifier.fc.weight"),
        state(logits).get("teacher.classifier.fc.weight"));
    assertEquals(CLASSES, recipe(logits));
  }

  private static Path distilled(String name, String... options) {
    List<String> all =
        new ArrayList<>(List.of("--student=small", "--stepsPerRound=2", "--batchSize=8"));
    all.addAll(List.of(options));
    return run("distill", name, all.toArray(String[]::new));
  }

  /** The teacher computes its store once; a student of it has none in its own checkpoint. */
  @Test
  void aStudentLearnsFromWhatItsTeacherHasSaidBefore() throws IOException {
    Path maps = directory.resolve("teacher-maps");
    String[] options = {
      "--teacher=" + encoder,
      "--objective=patches",
      "--distance=smooth-l1",
      "--teacherImageSize=40",
      "--teacherFeatures=" + maps
    };
    Path first = distilled("first", options);
    List<MapRecord> rows = rows(MapRecord.TYPE, maps);
    assertEquals(TRAIN + TEST, rows.size());
    assertEquals(5, rows.get(0).rows()); // 40 pixels at the stride of 8
    assertTrue(state(first).keySet().stream().noneMatch(name -> name.startsWith("teacher.")));
    FileTime written = Files.getLastModifiedTime(maps.resolve("_SUCCESS"));
    assertSame(state(first), state(distilled("second", options)));
    assertEquals(written, Files.getLastModifiedTime(maps.resolve("_SUCCESS")));
    assertRefused("teacher", "third", "--teacher=" + classifier, options);
    assertRefused("recipe.images.height", "third", "--teacherImageSize=32", options);

    Path embeddings = directory.resolve("teacher-embeddings");
    Path features =
        distilled("features-before", "--teacher=" + encoder, "--teacherFeatures=" + embeddings);
    assertEquals(List.of(), recipe(features));
    assertEquals(TRAIN + TEST, rows(EmbeddingRecord.TYPE, embeddings).size());
    Path logits =
        distilled(
            "logits-before",
            "--teacher=" + classifier,
            "--teacherFeatures=" + directory.resolve("teacher-logits"));
    assertEquals(CLASSES, recipe(logits));
  }

  /** The maps that embed writes at the teacher's size are those that distill would. */
  @Test
  void mapsOfEmbedServeAsATeacher() throws IOException {
    Path maps = directory.resolve("embedded-maps");
    Vocabeam.run(
        List.of(
            "embed",
            "--images=" + images,
            "--checkpoint=" + encoder,
            "--output=" + maps,
            "--patches",
            "--imageSize=40",
            "--runner=DirectRunner"));
    FileTime written = Files.getLastModifiedTime(maps.resolve("_SUCCESS"));
    distilled(
        "of-embed",
        "--teacher=" + encoder,
        "--objective=patches",
        "--teacherImageSize=40",
        "--teacherFeatures=" + maps);
    assertEquals(written, Files.getLastModifiedTime(maps.resolve("_SUCCESS")));
  }

  private static void assertSame(Map<String, float[]> expected, Map<String, float[]> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), name));
  }

  private static void assertRefused(String what, String name, String changed, String[] options) {
    String option = changed.substring(0, changed.indexOf('=') + 1);
    String[] others =
        Arrays.stream(options)
            .map(given -> given.startsWith(option) ? changed : given)
            .toArray(String[]::new);
    Throwable error =
        assertThrows(ExecutionException.class, () -> distilled(name, others)).getCause();
    assertInstanceOf(UserError.class, error);
    assertTrue(error.getMessage().contains(what), error.getMessage());
  }

  @Test
  void anUnknownStudentIsNamed() {
    Throwable error =
        assertThrows(
                ExecutionException.class,
                () -> run("distill", "unknown", "--teacher=" + encoder, "--student=large"))
            .getCause();
    assertTrue(
        error.getMessage().startsWith("--student is large, must be small"), error.getMessage());
  }

  /** The encoder stays while the linear layer learns, and then moves too. */
  @Test
  void headsAreWarmedUpFirst() {
    Path warmed = directory.resolve("warmed");
    Vocabeam.run(
        List.of(
            "finetune",
            "--images=" + images,
            "--output=" + warmed,
            "--checkpoint=" + encoder,
            "--rounds=2",
            "--stepsPerRound=3",
            "--batchSize=12",
            "--headWarmupSteps=3",
            "--layerDecay=0.5",
            "--runner=DirectRunner"));
    Map<String, float[]> still =
        Checkpoint.open(new RunDirectory(warmed.toString()).checkpoint(3)).state();
    Map<String, float[]> before = state(encoder);
    Map<String, float[]> after = state(warmed);
    before.forEach(
        (name, values) -> {
          if (name.startsWith("student.")) {
            assertArrayEquals(values, still.get(name), name); // running statistics too
            assertFalse(Arrays.equals(values, after.get(name)), name);
          }
        });
    assertFalse(
        Arrays.equals(still.get("classifier.fc.weight"), after.get("classifier.fc.weight")));
  }

  private static List<String> recipe(Path run) {
    return Checkpoint.open(RunDirectory.checkpointOf(run.toString())).recipe().method().classes();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--labelShare=0        | --labelShare is 0.0, must be in (0, 1]",
        "--preset=small        | --preset is small, but the network is the checkpoint's; leave it out",
        "--auxiliaryWeight=2   | --auxiliaryWeight is 2.0, but there is no --auxiliary; leave it out",
        "--auxiliary=bownet    | auxiliary is bownet, must be a method without targets of its own",
        "--testSplit=none      | --testSplit",
        "--trained=head,--layerDecay=0.5 | --trained is head, but --headWarmupSteps and --layerDecay",
        "--layerDecay=1.5      | layerDecay is 1.5, must be above 0 and at most 1",
        "--headWarmupSteps=1   | headWarmupSteps is 1, must be below the steps of the run"
      })
  void refusesInOneLine(String option, String message) {
    Throwable error =
        assertThrows(
                ExecutionException.class,
                () ->
                    finetune(
                        "refused",
                        Stream.concat(
                                Stream.of("--checkpoint=" + encoder, "--stepsPerRound=1"),
                                Arrays.stream(option.split(",", -1)))
                            .toArray(String[]::new)))
            .getCause();
    assertInstanceOf(UserError.class, error);
    assertTrue(error.getMessage().contains(message), error.getMessage());
    assertFalse(Files.exists(directory.resolve("refused")));
  }
}
