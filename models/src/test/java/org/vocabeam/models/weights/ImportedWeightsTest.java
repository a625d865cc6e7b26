package org.vocabeam.models.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vocabeam.models.Golden.assertClose;
import static org.vocabeam.models.Golden.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Golden;
import org.vocabeam.models.Golden.Tensor;
import org.vocabeam.models.Golden.Tolerance;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbones;
import org.vocabeam.models.backbone.Features;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.backbone.ResNet.Block;
import org.vocabeam.models.backbone.ResNet.Stem;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.weights.ImportedWeights.Choice;

/** Networks of weight files: features, what is taken, and what is refused. */
class ImportedWeightsTest {
  private static final JsonNode RESNETS = Golden.load("resnet_torchvision");

  @TempDir private Path folder;

  private static ImportedWeights imported(Path file, Choice choice) {
    try (WeightFile weights = WeightFile.open(file)) {
      return ImportedWeights.of(weights, choice);
    }
  }

  /** Compares all stages of a network with those that torchvision computes. */
  private static void checkFeatures(Path file, String golden, String what) {
    JsonNode expected = RESNETS.get("expected").get(golden).get("by_image_size").get(0);
    Tensor images = tensor(RESNETS.get("inputs").get(golden).get("images").get(0)).channelsLast();
    try (WeightFile weights = WeightFile.open(file);
        Sandbox sandbox = new Sandbox()) {
      ImportedWeights found = ImportedWeights.of(weights, Choice.USUAL);
      Map<String, Operand<TFloat32>> maps =
          found
              .backbone()
              .maps(
                  new Layers(
                      sandbox.tf(), sandbox.variables().scope(Method.STUDENT), Mode.INFERENCE),
                  sandbox.floats(images));
      sandbox.initialize(0);
      sandbox.write(found.state());
      for (String level : found.backbone().levels()) {
        assertClose(
            what + " " + level,
            tensor(expected.get(level)).channelsLast().values(),
            sandbox.run(maps.get(level)),
            Golden.FLOAT32);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet18-tiny.pth",
        "resnet18-tiny-wrapped.pth.tar",
        "resnet18-tiny-legacy.pth",
        "resnet18-tiny.safetensors",
        "obow-feature-extractor.pth.tar"
      })
  void filesOfOneNetworkGiveItsFeatures(String name) {
    checkFeatures(WeightsGoldenTest.folder().resolve(name), "resnet18", name);
  }

  /** Writes the state of a golden network under names with a prefix. */
  private Path written(String golden, String prefix) throws IOException {
    JsonNode state = RESNETS.get("inputs").get(golden).get("state");
    return written(golden, state, name -> prefix + name);
  }

  private Path written(String file, JsonNode state, UnaryOperator<String> renamed)
      throws IOException {
    Path path = folder.resolve(file + ".safetensors");
    SafetensorsWriter.write(path, Map.of("format", "pt"), tensors(state, renamed));
    return path;
  }

  private static Map<String, SafetensorsWriter.Tensor> tensors(
      JsonNode state, UnaryOperator<String> renamed) {
    Map<String, SafetensorsWriter.Tensor> tensors = new TreeMap<>();
    for (String name : Golden.names(state)) {
      Tensor value = tensor(state.get(name));
      List<Long> shape = Arrays.stream(value.shape()).boxed().toList();
      tensors.put(renamed.apply(name), new SafetensorsWriter.Tensor(shape, value.floats()));
    }
    return tensors;
  }

  @Test
  void bottlenecksGiveTheirFeatures() throws IOException {
    checkFeatures(written("resnet50", ""), "resnet50", "no prefix");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "module.",
        "backbone.",
        "module.encoder_q.",
        "encoder.",
        "student.",
        "module.backbone."
      })
  void prefixesAreTakenOff(String prefix) throws IOException {
    Path file = written("resnet18", prefix);
    checkFeatures(file, "resnet18", prefix);
    assertEquals(prefix, imported(file, Choice.USUAL).part());
  }

  @Test
  void whatIsTakenAndLeftOverIsListed() {
    ImportedWeights found =
        imported(WeightsGoldenTest.folder().resolve("resnet18-tiny.pth"), Choice.USUAL);
    assertEquals(NameTable.RESNET, found.names());
    assertEquals(
        new ResNet(Block.BASIC, List.of(2, 2, 2, 2), /* width= */ 2, Stem.IMAGENET),
        found.backbone());
    assertEquals(new ImageShape(224, 224, 3), found.images());
    assertEquals(ImportedWeights.IMAGENET, found.normalisation());
    assertEquals(100, found.taken().size());
    assertEquals(List.of(), found.missing());
    assertEquals(
        List.of("fc.weight float32 [5, 16]", "fc.bias float32 [5]"),
        found.leftOver().stream()
            .filter(tensor -> !tensor.name().endsWith("num_batches_tracked"))
            .map(WeightTensor::toString)
            .toList());
    assertEquals(22, found.leftOver().size());
    // The recipe of the checkpoint is read again.
    assertEquals(found.recipe(), Methods.recipe(Methods.toJson(found.recipe())));
  }

  @Test
  void anIncompleteFileIsRefusedUnlessStated() {
    Path file = WeightsGoldenTest.folder().resolve("resnet18-tiny-float16.pth");
    UserError refusal = assertThrows(UserError.class, () -> imported(file, Choice.USUAL));
    assertTrue(refusal.getMessage().contains("lacks layer4"), refusal.getMessage());
    ResNet whole = new ResNet(Block.BASIC, List.of(2, 2, 2, 2), /* width= */ 2, Stem.IMAGENET);
    try (WeightFile weights = WeightFile.open(file)) {
      ImportedWeights found =
          ImportedWeights.of(weights, new Choice(null, side -> whole, null, null, null, true));
      assertEquals(25, found.missing().size());
      assertEquals(100, found.state().size());
    }
  }

  @Test
  void aWrongShapeIsOneLine() {
    Path file = WeightsGoldenTest.folder().resolve("resnet18-tiny.pth");
    UserError refusal =
        assertThrows(
            UserError.class,
            () ->
                imported(
                    file,
                    new Choice(
                        null, side -> Backbones.named("resnet18", side), null, null, null, false)));
    assertTrue(
        refusal.getMessage().contains("conv1.weight is [2, 3, 7, 7], must be [64, 3, 7, 7]"),
        refusal.getMessage());
    assertEquals(1, refusal.getMessage().lines().count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-tensors.pth", "no-tensors.safetensors", "layouts.pth", "nan.pth"})
  void filesWithoutANetworkAreRefused(String name) {
    Path file = WeightsGoldenTest.folder().resolve(name);
    UserError refusal = assertThrows(UserError.class, () -> imported(file, Choice.USUAL));
    assertTrue(refusal.getMessage().startsWith(file.toString()), refusal.getMessage());
  }

  @Test
  void valuesThatAreNotFiniteAreRefusedByName() throws IOException {
    Map<String, SafetensorsWriter.Tensor> tensors = new LinkedHashMap<>();
    try (WeightFile file =
        WeightFile.open(WeightsGoldenTest.folder().resolve("resnet18-tiny.pth"))) {
      for (WeightTensor tensor : file.tensors()) {
        tensors.put(tensor.name(), new SafetensorsWriter.Tensor(tensor.shape(), tensor.floats()));
      }
    }
    tensors.get("layer2.0.bn1.bias").values()[1] = Float.NaN;
    Path damaged = folder.resolve("damaged.safetensors");
    SafetensorsWriter.write(damaged, Map.of(), tensors);
    try (WeightFile file = WeightFile.open(damaged)) {
      ImportedWeights found = ImportedWeights.of(file, Choice.USUAL);
      UserError refusal = assertThrows(UserError.class, found::state);
      assertTrue(refusal.getMessage().contains("layer2.0.bn1.bias"), refusal.getMessage());
    }
  }

  @Test
  void widthsOfWideBottlenecksAreTorchvisions() {
    // wide_resnet50_2: stem 64, 3x3 convolutions of 128, outputs of 256 (torchvision 0.14).
    Map<String, List<Long>> shapes = new TreeMap<>();
    ResNet wide =
        new ResNet(Block.WIDE_BOTTLENECK, List.of(3, 4, 6, 3), /* width= */ 128, Stem.IMAGENET);
    for (VariableSpec variable : WeightLayout.variables(wide, new ImageShape(64, 64, 3))) {
      shapes.put(variable.unscoped(), WeightLayout.torchShape(variable));
    }
    assertEquals(List.of(64L, 3L, 7L, 7L), shapes.get("conv1.weight"));
    assertEquals(List.of(128L, 64L, 1L, 1L), shapes.get("layer1.0.conv1.weight"));
    assertEquals(List.of(256L, 128L, 1L, 1L), shapes.get("layer1.0.conv3.weight"));
    assertEquals(List.of(1024L, 1024L, 3L, 3L), shapes.get("layer4.0.conv2.weight"));
    assertEquals(List.of(2048L, 1024L, 1L, 1L), shapes.get("layer4.0.downsample.0.weight"));
  }

  /** Three heads: the small transformers of the golden files are 12 channels wide. */
  private static final Choice THREE_HEADS = new Choice(null, null, null, null, 3, false);

  /** Compares as the golden files say: absolutely in units of the largest value above 1. */
  private static void checkScaled(String what, double[] expected, float[] actual) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    assertClose(
        what,
        expected,
        actual,
        new Tolerance(Golden.FLOAT32.relative(), Golden.FLOAT32.absolute() * Math.max(1, largest)));
  }

  /** Compares the last class token and the last patch tokens of a transformer. */
  private static void checkTokens(
      Path file, JsonNode images, JsonNode classToken, JsonNode patches, String what) {
    try (WeightFile weights = WeightFile.open(file);
        Sandbox sandbox = new Sandbox()) {
      ImportedWeights found = ImportedWeights.of(weights, THREE_HEADS);
      Features features =
          found
              .backbone()
              .features(
                  new Layers(
                      sandbox.tf(), sandbox.variables().scope(Method.STUDENT), Mode.INFERENCE),
                  sandbox.floats(tensor(images).channelsLast()))
              .get(found.backbone().lastLevel());
      sandbox.initialize(0);
      sandbox.write(found.state());
      checkScaled(what, tensor(classToken).values(), sandbox.run(features.image()));
      checkScaled(what, tensor(patches).values(), sandbox.run(features.map()));
    }
  }

  @Test
  void transformersOfDinoGiveTheirTokens() {
    JsonNode golden = Golden.load("vit");
    checkTokens(
        WeightsGoldenTest.folder().resolve("vit-tiny.safetensors"),
        golden.get("inputs").get("images"),
        golden.get("expected").get("after_norm").get("cls"),
        golden.get("expected").get("after_norm").get("patches"),
        "vit");
  }

  @Test
  void ofDinosCheckpointTheTeacherIsTaken() {
    Path checkpoint = WeightsGoldenTest.folder().resolve("dino-checkpoint.pth");
    Path backbone = WeightsGoldenTest.folder().resolve("dino-backbone.pth");
    try (WeightFile whole = WeightFile.open(checkpoint);
        WeightFile published = WeightFile.open(backbone)) {
      ImportedWeights teacher = ImportedWeights.of(whole, THREE_HEADS);
      assertEquals("teacher/backbone.", teacher.part());
      Map<String, float[]> expected = ImportedWeights.of(published, THREE_HEADS).state();
      teacher
          .state()
          .forEach((name, values) -> assertArrayEquals(expected.get(name), values, 0, name));
      ImportedWeights student =
          ImportedWeights.of(whole, new Choice("student", null, null, null, 3, false));
      assertEquals("student/module.backbone.", student.part());
      assertEquals(new ImageShape(16, 16, 3), student.images());
    }
    UserError refusal = assertThrows(UserError.class, () -> imported(backbone, Choice.USUAL));
    assertTrue(refusal.getMessage().contains("give the number of heads"), refusal.getMessage());
  }

  @Test
  void transformersOfTorchvisionGiveTheirTokens() throws IOException {
    JsonNode golden = Golden.load("vit_torchvision");
    Path file =
        written("vit_torchvision", golden.get("inputs").get("state"), UnaryOperator.identity());
    checkTokens(
        file,
        golden.get("inputs").get("images"),
        golden.get("expected").get("after_norm").get("cls"),
        golden.get("expected").get("after_norm").get("patches"),
        "torchvision");
  }

  /** Names of DINOv2 as its files, its training checkpoints and timm have them. */
  @ParameterizedTest
  @CsvSource({
    "mlp_registers, plain",
    "mlp_registers, chunked",
    "swiglu, plain",
    "swiglu, chunked",
    "swiglu, timm"
  })
  void transformersOfDinoV2GiveTheirTokens(String form, String names) throws IOException {
    JsonNode golden = Golden.load("vit_dinov2");
    ObjectNode state = golden.get("inputs").get(form).get("parameters").deepCopy();
    state.setAll((ObjectNode) golden.get("inputs").get("patch_embed"));
    UnaryOperator<String> renamed =
        switch (names) {
          case "chunked" -> name -> name.replaceFirst("blocks\\.(\\d)", "blocks.$1.$1");
          case "timm" -> name -> name.replace("w12", "fc1").replace("w3", "fc2");
          default -> UnaryOperator.identity();
        };
    JsonNode expected = golden.get("expected").get(form).get("native");
    checkTokens(
        written(form + names, state, renamed),
        golden.get("inputs").get("images"),
        expected.get("x_norm_clstoken"),
        expected.get("x_norm_patchtokens"),
        form + " " + names);
  }

  /** In timm's form the class token holds its position, and the positions are the grid's. */
  @Test
  void registersOfTimmGiveTheirTokens() throws IOException {
    JsonNode golden = Golden.load("vit_dinov2");
    ObjectNode state = golden.get("inputs").get("mlp_registers").get("parameters").deepCopy();
    state.setAll((ObjectNode) golden.get("inputs").get("patch_embed"));
    Map<String, SafetensorsWriter.Tensor> tensors = tensors(state, UnaryOperator.identity());
    float[] positions = tensors.remove("pos_embed").values();
    float[] classToken = tensors.remove("cls_token").values().clone();
    for (int i = 0; i < classToken.length; i++) {
      classToken[i] += positions[i];
    }
    tensors.put("cls_token", new SafetensorsWriter.Tensor(List.of(1L, 1L, 12L), classToken));
    tensors.put(
        "pos_embed",
        new SafetensorsWriter.Tensor(
            List.of(1L, 9L, 12L), Arrays.copyOfRange(positions, 12, positions.length)));
    tensors.put("reg_token", tensors.remove("register_tokens"));
    tensors.remove("mask_token");
    Path file = folder.resolve("timm.safetensors");
    SafetensorsWriter.write(file, Map.of(), tensors);
    JsonNode expected = golden.get("expected").get("mlp_registers").get("native");
    checkTokens(
        file,
        golden.get("inputs").get("images"),
        expected.get("x_norm_clstoken"),
        expected.get("x_norm_patchtokens"),
        "timm");
  }

  @Test
  void partsOfOtherNetworksAreNotPassedOver() throws IOException {
    Map<String, SafetensorsWriter.Tensor> tensors =
        tensors(RESNETS.get("inputs").get("resnet18").get("state"), UnaryOperator.identity());
    tensors.put("layer1.0.se.fc1.weight", new SafetensorsWriter.Tensor(List.of(2L), new float[2]));
    Path file = folder.resolve("se.safetensors");
    SafetensorsWriter.write(file, Map.of(), tensors);
    UserError refusal = assertThrows(UserError.class, () -> imported(file, Choice.USUAL));
    assertTrue(refusal.getMessage().contains("layer1.0.se.fc1.weight"), refusal.getMessage());
  }
}
