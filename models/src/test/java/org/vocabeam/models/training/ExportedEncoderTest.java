package org.vocabeam.models.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.Backbones;
import org.vocabeam.models.backbone.Positions;
import org.vocabeam.models.backbone.SmallTransformers;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.labels.Supervised;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.models.program.ProgramWriter;
import org.vocabeam.models.views.Cut;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.Raster;
import org.vocabeam.models.views.Resampler;
import org.vocabeam.models.views.ViewSpec;
import org.vocabeam.models.weights.Imported;

/** Exported encoders in ONNX Runtime, beside our own. */
class ExportedEncoderTest {
  private static final float TOLERANCE = 1e-4f;
  private static final List<String> CLASSES = List.of("bar", "disc", "square");
  private static final Normalisation NORMALISATION =
      new Normalisation(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});

  @TempDir Path directory;

  /** A network for a number of pixels. */
  record Case(String name, Backbone backbone, int height, int width) {
    @Override
    public String toString() {
      return name + " " + height + " x " + width;
    }
  }

  /** Every network of the registry for small images, transformers with two of their blocks. */
  static Stream<Case> networks() {
    Stream<Case> small =
        Backbones.names().stream()
            .map(name -> new Case(name, shallow(Backbones.named(name, 32)), 16, 16));
    Stream<Case> large =
        Stream.of("resnet18", "resnet50", "vit-ti16", "vit-s14-reg")
            .map(name -> new Case(name, shallow(Backbones.named(name, 224)), 64, 64));
    Stream<Case> forms =
        Stream.concat(SmallTransformers.ALL.stream(), Stream.of(rotary()))
            .flatMap(
                net -> Stream.of(new Case("form", net, 32, 32), new Case("form", net, 26, 41)));
    return Stream.of(small, large, forms).flatMap(cases -> cases);
  }

  /** A transformer in the form of DINOv3. */
  private static VisionTransformer rotary() {
    return new VisionTransformer(
        /* patch= */ 4,
        /* width= */ 16,
        /* depth= */ 2,
        /* heads= */ 2,
        /* grid= */ 8,
        Positions.ROTARY,
        VisionTransformer.FeedForward.MLP,
        /* registers= */ 2,
        /* layerScale= */ 0.5,
        VisionTransformer.Feature.CLASS_TOKEN,
        /* dropPath= */ 0);
  }

  private static Backbone shallow(Backbone backbone) {
    return backbone instanceof VisionTransformer net
        ? new VisionTransformer(
            net.patch(),
            net.width(),
            /* depth= */ 2,
            net.heads(),
            net.grid(),
            net.positions(),
            net.feedForward(),
            net.registers(),
            net.layerScale(),
            net.feature(),
            net.dropPath())
        : backbone;
  }

  private static Recipe recipe(Backbone backbone, int height, int width, List<String> classes) {
    return new Recipe(
        classes.isEmpty()
            ? new Imported("test")
            : new Supervised(
                classes, Supervised.Trained.ALL, null, 0, ViewSpec.bowNet(height, 0.2)),
        backbone,
        new ImageShape(height, width, 3),
        NORMALISATION,
        /* batchSize= */ 2,
        new Sgd(0.9, 0, false),
        new RateSchedule.Cosine(0.1, 0, 0),
        /* steps= */ 1,
        /* seed= */ 1,
        /* collapseThreshold= */ 0,
        /* microBatches= */ 1,
        Precision.FLOAT32);
  }

  /** First weights, with statistics, scales and offsets of their own. */
  private static Map<String, float[]> state(Recipe recipe) {
    TensorFlowNative.load();
    List<VariableSpec> variables;
    try (ProgramWriter writer = new ProgramWriter()) {
      ImageShape images = recipe.images();
      recipe
          .backbone()
          .maps(
              new Layers(
                  writer.ops(), writer.variables().scope(Method.STUDENT), Layers.Mode.INFERENCE),
              writer.input("images", TFloat32.class, 1, images.height(), images.width(), 3));
      variables = writer.variables().specs();
    }
    SplittableRandom random = new SplittableRandom(7);
    Map<String, float[]> state = new HashMap<>();
    for (VariableSpec variable : variables) {
      float[] values = variable.initialValues(recipe.seed()).clone();
      if (variable.shape().length == 1) {
        for (int i = 0; i < values.length; i++) {
          values[i] = 0.6f * values[i] + (float) random.nextDouble(-0.2, 0.2);
        }
      }
      state.put(variable.name(), values);
    }
    int classes = recipe.method().classes().size();
    int width = recipe.backbone().embeddingWidth();
    state.put(Method.CLASSIFIER + "fc.weight", drawn(random, width * classes));
    state.put(Method.CLASSIFIER + "fc.bias", drawn(random, classes));
    return state;
  }

  private static float[] drawn(SplittableRandom random, int count) {
    float[] drawn = new float[count];
    IntStream.range(0, count).forEach(i -> drawn[i] = (float) random.nextDouble(-0.1, 0.1));
    return drawn;
  }

  private static List<byte[]> images(int count, int height, int width) {
    SplittableRandom random = new SplittableRandom(3);
    List<byte[]> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] image = new byte[height * width * 3];
      random.nextBytes(image);
      images.add(image);
    }
    return images;
  }

  private static float[] ours(
      Recipe recipe, Map<String, float[]> state, Pooling pooling, List<byte[]> images) {
    try (Encoder encoder = Encoder.of(recipe, state, pooling, images.size())) {
      return encoder.embed(images);
    }
  }

  private static void assertNear(float[] expected, float[] actual, String message) {
    float largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertTrue(largest > 0.01 && largest < 30, message + " has values up to " + largest);
    assertArrayEquals(expected, actual, TOLERANCE, message);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void onnxRuntimeComputesTheSame(Case network) throws Exception {
    Backbone backbone = network.backbone();
    Recipe recipe = recipe(backbone, network.height(), network.width(), CLASSES);
    Map<String, float[]> state = state(recipe);
    String first = backbone.levels().get(0);
    Path file = directory.resolve("encoder.onnx");
    new ExportedEncoder(recipe, state, Pooling.GLOBAL, List.of(first)).saveOnnx(file, Map.of());
    try (OnnxSession session = new OnnxSession(file)) {
      for (int count : new int[] {5, 1}) {
        List<byte[]> images = images(count, network.height(), network.width());
        Map<String, float[]> outputs = session.run(images, network.height(), network.width(), 3);
        assertEquals(
            Set.of("embedding", "map", "map_" + first, "logits", "probabilities"),
            outputs.keySet());
        assertNear(
            ours(recipe, state, Pooling.GLOBAL, images),
            outputs.get("embedding"),
            network + " embedding");
        try (Encoder classifier = Encoder.classifier(recipe, state, count, DeviceChoice.CPU)) {
          assertNear(classifier.embed(images), outputs.get("logits"), network + " logits");
        }
        if (network.height() == network.width()) {
          for (String level : List.of(first, backbone.lastLevel())) {
            assertNear(
                ours(recipe, state, Pooling.cells(recipe, level), images),
                outputs.get(level.equals(first) ? "map_" + level : "map"),
                network + " " + level);
          }
        }
      }
    }
  }

  private static Recipe small() {
    return recipe(SmallTransformers.FULL, 32, 32, CLASSES);
  }

  /** Images of another size, which the model itself scales and cuts. */
  @Test
  void imagesOfAnotherSizeAreShownAsOthersAreShown() throws Exception {
    Recipe recipe = small();
    Map<String, float[]> state = state(recipe);
    Path file = directory.resolve("encoder.onnx");
    new ExportedEncoder(recipe, state, Pooling.GLOBAL, List.of()).saveOnnx(file, Map.of());
    try (OnnxSession session = new OnnxSession(file)) {
      for (int[] size : new int[][] {{64, 64}, {70, 41}, {41, 70}, {9, 50}, {33, 32}}) {
        List<byte[]> images = images(5, size[0], size[1]);
        Cut cut = Cut.whole(size[0], size[1], 32, 32);
        List<byte[]> cuts = images.stream().map(i -> cut(cut, i, size)).toList();
        assertArrayEquals(
            ours(recipe, state, Pooling.GLOBAL, cuts),
            session.run(images, size[0], size[1], 3).get("embedding"),
            5e-3f, // a pixel may be rounded to the other side
            Arrays.toString(size));
      }
    }
  }

  private static byte[] cut(Cut cut, byte[] image, int[] size) {
    byte[] pixels = new byte[cut.bytes(3)];
    new Resampler().render(cut, new Raster(image, size[0], size[1], 3), ByteBuffer.wrap(pixels), 0);
    return pixels;
  }

  /** A mean that is off by one of 255 steps is not within the tolerance. */
  @Test
  void anotherPreprocessingIsSeen() throws Exception {
    Recipe recipe = small();
    Map<String, float[]> state = state(recipe);
    float[] shifted = NORMALISATION.mean().clone();
    shifted[1] += 1 / 255f;
    Recipe broken =
        new Recipe(
            recipe.method(),
            recipe.backbone(),
            recipe.images(),
            new Normalisation(shifted, NORMALISATION.std()),
            2,
            recipe.optimizer(),
            recipe.schedule(),
            1,
            1,
            0,
            1,
            Precision.FLOAT32);
    List<byte[]> images = images(5, 32, 32);
    float[] expected = ours(recipe, state, Pooling.GLOBAL, images);
    for (Recipe exported : List.of(recipe, broken)) {
      Path file = directory.resolve("encoder.onnx");
      new ExportedEncoder(exported, state, Pooling.GLOBAL, List.of()).saveOnnx(file, Map.of());
      try (OnnxSession session = new OnnxSession(file)) {
        float[] actual = session.run(images, 32, 32, 3).get("embedding");
        float apart = 0;
        for (int i = 0; i < actual.length; i++) {
          apart = Math.max(apart, Math.abs(actual[i] - expected[i]));
        }
        assertEquals(exported.equals(recipe), apart < TOLERANCE, "apart by " + apart);
      }
    }
  }

  @Test
  void equalEncodersGiveEqualBytesWithTheirNotes() throws Exception {
    Recipe recipe = small();
    Map<String, float[]> state = state(recipe);
    Map<String, String> notes = Map.of("version", "1", "labels", "[]", "checkpoint", "abc");
    List<Path> files = List.of(directory.resolve("a.onnx"), directory.resolve("b.onnx"));
    for (Path file : files) {
      new ExportedEncoder(recipe, new TreeMap<>(state), new Pooling("block1", 2), List.of())
          .saveOnnx(file, notes);
    }
    assertArrayEquals(Files.readAllBytes(files.get(0)), Files.readAllBytes(files.get(1)));
    try (OnnxSession session = new OnnxSession(files.get(0))) {
      assertEquals(notes, session.metadata());
      assertNear(
          ours(recipe, state, new Pooling("block1", 2), images(5, 32, 32)),
          session.run(images(5, 32, 32), 32, 32, 3).get("embedding"),
          "four cells");
    }
  }

  @Test
  void nodesHaveTheNamesOfTheirLayers() throws Exception {
    Path file = directory.resolve("encoder.onnx");
    Recipe recipe = recipe(Backbones.named("resnet8", 32), 16, 16, CLASSES);
    new ExportedEncoder(recipe, state(recipe), Pooling.GLOBAL, List.of()).saveOnnx(file, Map.of());
    ModelProto model = ModelProto.parseFrom(Files.readAllBytes(file));
    assertEquals(17, model.getOpsetImport(0).getVersion());
    List<String> nodes = model.getGraph().getNodeList().stream().map(NodeProto::getName).toList();
    List<String> weights =
        model.getGraph().getInitializerList().stream().map(TensorProto::getName).toList();
    for (String name :
        List.of("conv1/Conv", "layer1.0.bn1/Relu", "layer2.0.downsample.0/Conv", "fc/MatMul")) {
      assertTrue(nodes.contains(name), name + " is not in " + nodes);
    }
    assertTrue(weights.contains("layer3.0.conv2.weight"), weights.toString());
    // Before the first convolution and, for the map, behind the last.
    assertEquals(
        2,
        model.getGraph().getNodeList().stream()
            .filter(node -> node.getOpType().equals("Transpose"))
            .filter(node -> node.getAttribute(0).getIntsCount() == 4)
            .count());
  }

  @Test
  void aLevelThatIsNotThereIsRefused() {
    Recipe recipe = small();
    assertEquals(
        "maps is layer1, must be one or several of [block1, block2]",
        assertThrows(
                UserError.class,
                () -> new ExportedEncoder(recipe, Map.of(), Pooling.GLOBAL, List.of("layer1")))
            .getMessage());
  }

  /** As many values as one array stands for again and again. */
  @Test
  void aNetworkOfTwoGigabytesIsRefused() {
    float[] values = new float[1 << 20];
    Map<String, float[]> state = new HashMap<>();
    for (int i = 0; i < 512; i++) {
      state.put(Method.STUDENT + i, values);
    }
    ExportedEncoder encoder = new ExportedEncoder(small(), state, Pooling.GLOBAL, List.of());
    for (Executable save :
        List.<Executable>of(
            () -> encoder.saveModel(directory),
            () -> encoder.saveOnnx(directory.resolve("large.onnx"), Map.of()))) {
      assertEquals(
          "the encoder's weights are 2,147,483,648 bytes, must be less than 2,147,483,647 for a"
              + " SavedModel or ONNX; export them as safetensors",
          assertThrows(UserError.class, save).getMessage());
    }
  }
}
