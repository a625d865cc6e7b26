package org.vocabeam.models.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.djl.Model;
import ai.djl.tensorflow.engine.TfSymbolBlock;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.backbone.SmallTransformers;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.graph.TensorFlowNative;
import org.vocabeam.models.labels.Distillation;
import org.vocabeam.models.labels.Supervised;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.program.DeviceChoice;
import org.vocabeam.models.program.Program;
import org.vocabeam.models.program.ProgramWriter;
import org.vocabeam.models.views.Normalisation;

/**
 * Every operation of every program that may run on a GPU has a kernel there, and one that can be
 * deterministic. It needs no GPU: the kernels are recorded.
 */
final class GpuKernelsTest {
  private static final GpuKernels KERNELS = GpuKernels.recorded();
  private static final List<String> CLASSES = List.of("a", "b", "c");
  private static final Backbone RESNET =
      new ResNet(ResNet.Block.BOTTLENECK, List.of(1, 1, 1, 1), 8, ResNet.Stem.IMAGENET);

  /**
   * Operations whose kernels for GPUs end with an error when TensorFlow has to be deterministic:
   * those that native TensorFlow 2.18 names in its texts of such errors.
   */
  private static final Set<String> NEVER_DETERMINISTIC =
      Set.of(
          "AdjustContrast",
          "AdjustContrastv2",
          "Bincount",
          "CropAndResizeGradBoxes",
          "CropAndResizeGradImage",
          "DebugNumericSummaryV2",
          "DenseBincount",
          "Dilation2DBackpropFilter",
          "Dilation2DBackpropInput",
          "FakeQuantWithMinMaxVarsGradient",
          "FakeQuantWithMinMaxVarsPerChannelGradient",
          "MaxPoolGradWithArgmax",
          "ResizeNearestNeighborGrad",
          "ScatterAdd",
          "ScatterDiv",
          "ScatterMax",
          "ScatterMin",
          "ScatterMul",
          "ScatterSub",
          "ScatterUpdate",
          "SoftmaxCrossEntropyWithLogits",
          "SparseSoftmaxCrossEntropyWithLogits",
          "SparseTensorDenseMatMul",
          "Svd",
          "Timestamp");

  private static Task task(int side) {
    float[] half = {0.5f, 0.5f, 0.5f};
    return new Task(new ImageShape(side, side, 3), new Normalisation(half, half), 1000, 100, 5);
  }

  static Stream<String> methods() {
    return Stream.concat(
        Methods.names().stream(),
        Stream.of(
            "supervised",
            "continued",
            "distillation",
            "distillation/patches",
            "distillation/logits"));
  }

  private static Recipe small(String method) {
    return switch (method) {
      case "supervised" ->
          Supervised.recipe(RESNET, task(32), CLASSES, Supervised.Trained.ALL, null, 0);
      case "distillation" ->
          Distillation.recipe(
              RESNET, task(32), RESNET, List.of(), Distillation.Objective.FEATURES, 1);
      case "continued" -> small("byol").withContinuation(new Continuation(5, 0.75));
      case "distillation/patches" ->
          Distillation.recipe(
              RESNET,
              task(32),
              RESNET,
              List.of(),
              Distillation.Objective.PATCHES,
              1,
              Distillation.Distance.SMOOTH_L1,
              48,
              Distillation.Origin.STEP);
      case "distillation/logits" ->
          Distillation.recipe(RESNET, task(32), RESNET, CLASSES, Distillation.Objective.LOGITS, 2);
      default -> Methods.recipe(method, Methods.preset(method, "small"), task(32));
    };
  }

  private static Recipe with(Recipe recipe, Precision precision) {
    ObjectNode tree = (ObjectNode) Methods.toTree(recipe);
    tree.putPOJO("precision", precision);
    return Methods.recipe(tree.put("batchSize", 4).toString());
  }

  @ParameterizedTest
  @MethodSource("methods")
  void everyNodeOfAStepRunsOnAGpu(String method, @TempDir Path directory) throws IOException {
    TensorFlowNative.load();
    for (Precision precision : Precision.values()) {
      check(step(with(small(method), precision), directory));
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void everyNodeOfATransformersStepRunsOnAGpu(String method, @TempDir Path directory)
      throws IOException {
    TensorFlowNative.load();
    Recipe recipe =
        Methods.names().contains(method)
            ? Methods.recipe(method, new Preset("vit-ti16", Settings.SMALL), task(32))
            : small(method);
    check(transformersStep(recipe, SmallTransformers.FULL, Precision.FLOAT32, directory));
    if (List.of("dino", "moca").contains(method)) {
      for (Precision precision : Precision.values()) {
        check(transformersStep(recipe, SmallTransformers.FULL, precision, directory));
        check(transformersStep(recipe, SmallTransformers.PLAIN, precision, directory));
      }
    }
  }

  private static GraphDef transformersStep(
      Recipe recipe, VisionTransformer transformer, Precision precision, Path directory)
      throws IOException {
    ObjectNode tree = (ObjectNode) Methods.toTree(with(recipe, precision));
    tree.putPOJO("backbone", transformer);
    // The settings' levels are among twelve blocks, these networks have two.
    return step(Methods.recipe(tree.toString().replaceAll("block1[0-2]", "block2")), directory);
  }

  /** The paper's settings at full size, whose geometry and layers are others. */
  @ParameterizedTest
  @MethodSource("methods")
  void everyNodeOfAStepOfLargeImagesRunsOnAGpu(String method, @TempDir Path directory)
      throws IOException {
    TensorFlowNative.load();
    Recipe recipe =
        Methods.names().contains(method)
            ? Methods.recipe(
                method,
                method.equals("moca") ? Preset.named("vit-ti16") : Preset.RESNET18,
                task(224))
            : small(method);
    check(step(with(recipe, Precision.FLOAT32), directory));
  }

  private static GraphDef step(Recipe recipe, Path directory) throws IOException {
    try (ProgramWriter writer = new ProgramWriter(recipe.precision())) {
      TrainingProgram.author(recipe, writer);
      return saved(writer, directory);
    }
  }

  private static GraphDef saved(ProgramWriter writer, Path directory) throws IOException {
    writer.save(directory);
    try (var in = Files.newInputStream(directory.resolve("saved_model.pb"))) {
      return SavedModel.parseFrom(in).getMetaGraphs(0).getGraphDef();
    }
  }

  @Test
  void everyNodeOfAnEncoderRunsOnAGpu() throws ReflectiveOperationException {
    Recipe recipe = Methods.recipe("obow", Preset.SMALL, task(32));
    String level = recipe.backbone().levels().get(0);
    for (Pooling pooling : List.of(Pooling.GLOBAL, Pooling.cells(recipe, level))) {
      try (Encoder encoder = Encoder.of(recipe, null, pooling, 4)) {
        check(loaded(encoder));
      }
    }
    try (Encoder classifier = Encoder.classifier(small("supervised"), null, 4, DeviceChoice.CPU)) {
      check(loaded(classifier));
    }
  }

  private static GraphDef loaded(Encoder encoder) throws ReflectiveOperationException {
    Model model = (Model) field(Program.class, "model", field(Encoder.class, "program", encoder));
    return ((TfSymbolBlock) model.getBlock()).getSavedModelBundle().getMetaGraphDef().getGraphDef();
  }

  private static Object field(Class<?> type, String name, Object owner)
      throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field.get(owner);
  }

  /** The test notices nodes without a kernel, and kernels that cannot be deterministic. */
  @Test
  void nodesThatWouldNotDoAreFound() {
    assertEquals(Set.of("no kernel: Mod T=float"), faults(node("Mod", "T", DataType.DT_FLOAT)));
    assertEquals(
        Set.of("no kernel: CropAndResize T=uint8"),
        faults(node("CropAndResize", "T", DataType.DT_UINT8)));
    assertEquals(
        Set.of("not deterministic: ScatterUpdate"),
        faults(node("ScatterUpdate", "T", DataType.DT_FLOAT)));
    assertEquals(Set.of(), faults(node("FloorMod", "T", DataType.DT_FLOAT)));
  }

  private static NodeDef node(String operation, String attribute, DataType type) {
    return NodeDef.newBuilder()
        .setOp(operation)
        .setName(operation)
        .putAttr(attribute, AttrValue.newBuilder().setType(type).build())
        .build();
  }

  private static void check(GraphDef graph) {
    List<NodeDef> nodes = new ArrayList<>(graph.getNodeList());
    for (FunctionDef function : graph.getLibrary().getFunctionList()) {
      nodes.addAll(function.getNodeDefList());
    }
    assertFalse(nodes.isEmpty());
    Set<String> faults = new TreeSet<>();
    nodes.forEach(node -> faults.addAll(faults(node)));
    assertEquals(Set.of(), faults);
  }

  private static Set<String> faults(NodeDef node) {
    if (!KERNELS.has(node)) {
      StringBuilder fault = new StringBuilder("no kernel: " + node.getOp());
      new TreeMap<>(node.getAttrMap())
          .forEach(
              (name, value) -> {
                if (value.getValueCase() == AttrValue.ValueCase.TYPE) {
                  String type = value.getType().name().substring("DT_".length());
                  fault.append(' ').append(name).append('=');
                  fault.append(type.toLowerCase(Locale.ROOT));
                }
              });
      return Set.of(fault.toString());
    }
    boolean frozenNorm =
        node.getOp().startsWith("FusedBatchNormGrad") && !node.getAttrOrThrow("is_training").getB();
    return frozenNorm || NEVER_DETERMINISTIC.contains(node.getOp())
        ? Set.of("not deterministic: " + node.getOp())
        : Set.of();
  }
}
