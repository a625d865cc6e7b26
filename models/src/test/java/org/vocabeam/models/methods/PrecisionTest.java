package org.vocabeam.models.methods;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Operand;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.backbone.SmallTransformers;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.labels.Distillation;
import org.vocabeam.models.labels.Supervised;
import org.vocabeam.models.optimize.Optimizer;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Settings;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.training.TrainingStep;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.ViewSpec;

/** Steps of every method in every precision. */
class PrecisionTest {
  private static final int SIDE = 20;
  private static final int BATCH = 4;
  private static final int STEPS = 2;
  private static final List<String> CLASSES = List.of("a", "b", "c");

  private static final Backbone RESNET =
      new ResNet(ResNet.Block.BASIC, List.of(1, 1), 8, ResNet.Stem.SMALL_STRIDED);

  private static Backbone backbone(String method) {
    return method.equals("moca") ? SmallTransformers.PLAIN : RESNET;
  }

  /** Operations of losses, assignments, statistics and updates. */
  private static final List<String> FLOAT32_ALONE =
      List.of(
          "LogSoftmax",
          "Softmax",
          "Softplus",
          "Rsqrt",
          "Log",
          "Exp",
          "Mean",
          "ArgMax",
          "ResourceApplyMomentum",
          "AssignVariableOp");

  private static Task task() {
    float[] half = {0.5f, 0.5f, 0.5f};
    return new Task(new ImageShape(SIDE, SIDE, 3), new Normalisation(half, half), 100, 100, 5);
  }

  static Stream<String> methods() {
    return Stream.concat(Methods.names().stream(), Stream.of("supervised", "distillation"));
  }

  private static Recipe small(String method) {
    return switch (method) {
      case "supervised" ->
          Supervised.recipe(RESNET, task(), CLASSES, Supervised.Trained.ALL, null, 0);
      case "distillation" ->
          Distillation.recipe(
              RESNET, task(), RESNET, List.of(), Distillation.Objective.FEATURES, 1);
      default -> Methods.recipe(method, Settings.SMALL, backbone(method), task());
    };
  }

  private static Recipe recipe(String method, Precision precision) {
    ObjectNode tree = (ObjectNode) Methods.toTree(small(method));
    tree.putPOJO("precision", precision);
    tree.put("batchSize", BATCH);
    ObjectNode of = (ObjectNode) tree.get("method");
    if (of.has("words")) {
      of.put("words", 2 * BATCH);
    }
    if (of.has("newWords")) {
      of.put("newWords", BATCH);
    }
    if (of.has("level")) {
      of.put("level", "layer1");
    }
    for (String width : List.of("generatorWidth", "discriminatorWidth")) {
      if (of.has(width)) {
        of.put(width, 4);
      }
    }
    if (of.has("levels")) {
      of.putArray("levels").add("layer1");
    }
    return Methods.recipe(tree.toString());
  }

  private static float[] random(String name, long size, float from) {
    float[] values = new float[(int) size];
    SplittableRandom random = Seeds.random(1, name);
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble() + from;
    }
    return values;
  }

  private static Method.Inputs inputs(Sandbox sandbox, Method method, Backbone backbone) {
    Map<String, Operand<TFloat32>> views = new LinkedHashMap<>();
    for (ViewSpec view : method.views()) {
      long[] shape = {(long) BATCH * view.count(), view.size(), view.size(), 3};
      long size = shape[0] * shape[1] * shape[2] * shape[3];
      views.put(view.name(), sandbox.floats(random(view.name(), size, -0.5f), shape));
    }
    Map<String, Operand<TInt32>> draws = new LinkedHashMap<>();
    for (Method.Draw draw : method.draws(backbone)) {
      SplittableRandom random = Seeds.random(1, draw.name());
      IntStream drawn = IntStream.range(0, BATCH).flatMap(i -> Arrays.stream(draw.drawn(random)));
      draws.put(draw.name(), sandbox.ints(drawn.toArray(), draw.shape(BATCH)));
    }
    Map<String, Operand<TFloat32>> scalars = new LinkedHashMap<>();
    method
        .scalars()
        .forEach(
            (name, schedule) ->
                scalars.put(name, sandbox.floats(new float[] {(float) schedule.value(5, 10)})));
    int words = method.targetWords();
    float[] targets = new float[BATCH * words];
    for (int i = 0; words > 0 && i < BATCH; i++) {
      targets[i * words + i % words] = 1;
    }
    return new Method.Inputs(
        views, draws, scalars, sandbox.floats(targets, BATCH, words), task().normalisation());
  }

  /**
   * Some steps of a method.
   *
   * @param losses of the steps
   */
  private record Steps(List<NodeDef> graph, List<Float> losses) {
    static Steps of(String method, Precision precision) {
      Recipe recipe = recipe(method, precision);
      try (Sandbox sandbox = new Sandbox(precision)) {
        // AdamW moves every parameter by the rate: a transformer's 64 weights, by less than the
        // rest.
        Operand<TFloat32> rate = sandbox.tf().constant(method.equals("moca") ? 0.001f : 0.01f);
        Operand<TFloat32> number = sandbox.tf().constant(1f);
        TrainingStep step =
            TrainingStep.author(
                sandbox.graph(),
                sandbox.tf(),
                sandbox.variables(),
                recipe
                    .method()
                    .loss(
                        sandbox.tf(),
                        sandbox.variables(),
                        recipe.backbone(),
                        inputs(sandbox, recipe.method(), recipe.backbone())),
                recipe.optimizer(),
                parameter -> new Optimizer.Schedule(rate, number));
        sandbox.initialize(1);
        if (precision == Precision.FLOAT16) {
          // With the first scale OBoW's gradients for four random images overflow.
          sandbox.write(Map.of("loss_scale", new float[] {64}));
        }
        List<Float> losses = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
          losses.add(sandbox.run(step.values())[0]);
        }
        return new Steps(sandbox.graph().toGraphDef().getNodeList(), losses);
      }
    }
  }

  private static boolean has(NodeDef node, DataType type) {
    return node.getAttrMap().values().stream().anyMatch(attribute -> attribute.getType() == type);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void convolutionsAreReducedAndTheRestIsNot(String method) {
    Steps float32 = Steps.of(method, Precision.FLOAT32);
    for (NodeDef node : float32.graph()) {
      assertFalse(has(node, DataType.DT_BFLOAT16) || has(node, DataType.DT_HALF), node.toString());
    }
    check(float32, Steps.of(method, Precision.BFLOAT16), DataType.DT_BFLOAT16, 0.03);
    check(float32, Steps.of(method, Precision.FLOAT16), DataType.DT_HALF, 0.004);
  }

  /**
   * @param tolerance relative, and for a loss near 0, which is a mean of numbers near 1, absolute
   */
  private static void check(Steps float32, Steps reduced, DataType type, double tolerance) {
    // GELU is a layer, and its gradient an exponential.
    boolean hasGelu = reduced.graph().stream().anyMatch(node -> node.getOp().equals("Erf"));
    for (NodeDef node : reduced.graph()) {
      boolean isReduced = has(node, type);
      assertTrue(isReduced || !node.getOp().startsWith("Conv2D"), node.toString());
      boolean ofGelu = hasGelu && node.getName().startsWith("gradients/Exp");
      assertFalse(isReduced && !ofGelu && FLOAT32_ALONE.contains(node.getOp()), node.toString());
    }
    assertNotEquals(float32.losses().get(0), reduced.losses().get(0), "equal to float32");
    for (int i = 0; i < STEPS; i++) {
      float expected = float32.losses().get(i);
      double absolute = tolerance * Math.max(1, Math.abs(expected));
      assertEquals(expected, reduced.losses().get(i), absolute, type + ", step " + i);
    }
  }
}
