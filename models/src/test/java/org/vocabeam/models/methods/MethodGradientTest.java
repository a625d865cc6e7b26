package org.vocabeam.models.methods;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.AssertionFailedError;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.GradientCheck;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.bownet.BagTarget;
import org.vocabeam.models.bownet.BowNet;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.labels.Distillation;
import org.vocabeam.models.labels.Distillation.Distance;
import org.vocabeam.models.labels.Distillation.Objective;
import org.vocabeam.models.labels.Distillation.Origin;
import org.vocabeam.models.labels.Supervised;
import org.vocabeam.models.pretext.Rotation;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Method.TargetSource;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.training.TrainingStep;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.ViewSpec;

/** Gradients of whole losses, for methods whose targets do not depend on the student. */
final class MethodGradientTest {
  private static final int IMAGES = 4;
  private static final int WORDS = 6;
  private static final List<String> CLASSES = List.of("a", "b", "c", "d", "e", "f");
  private static final Backbone BACKBONE =
      new ResNet(ResNet.Block.BASIC, List.of(1, 1), 4, ResNet.Stem.SMALL);

  /**
   * Methods with seeds of inputs that bring no unit of the network near the kink of its ReLU: the
   * difference is less than half of the tolerance, so another processor's rounding does not matter.
   */
  private static final Map<String, Case> CASES =
      Map.ofEntries(
          entry("rotation", new Case(new Rotation(ViewSpec.rotNet(6)), 1, 4)),
          entry(
              "bownet",
              new Case(
                  new BowNet(
                      "layer1",
                      WORDS,
                      BagTarget.Kind.BINARY,
                      1,
                      1,
                      3,
                      0.5,
                      ViewSpec.bowNet(6, 0.5)),
                  1,
                  6)),
          entry("relative-patch", new Case(method("relative-patch", Map.of("hidden", 5)), 1, 11)),
          entry("jigsaw", new Case(method("jigsaw", Map.of("hidden", 5)), 1, 3)),
          entry("colorization", new Case(method("colorization", Map.of("width", 3)), 3, 1)),
          entry("autoencoder", new Case(method("autoencoder", Map.of("decoderWidth", 3)), 1, 1)),
          entry("simclr", new Case(method("simclr", Map.of("outputs", 5)), 1, 10)),
          entry(
              "lejepa",
              new Case(
                  method(
                      "lejepa",
                      Map.of("hidden", 5, "outputs", 4, "directions", 6, "regularisation", 0.5)),
                  1,
                  1)),
          entry(
              "lejepa, crop by crop",
              new Case(
                  method(
                      "lejepa",
                      Map.of(
                          "hidden",
                          5,
                          "outputs",
                          4,
                          "directions",
                          6,
                          "regularisation",
                          0.5,
                          "form",
                          "per-crop")),
                  1,
                  3)),
          entry("labels", new Case(supervised(Supervised.Trained.ALL, null), 1, 6)),
          entry(
              "labels, the linear layer",
              new Case(supervised(Supervised.Trained.HEAD, null), 1, 1)),
          entry(
              "labels beside rotation",
              new Case(supervised(Supervised.Trained.ALL, new Rotation(ViewSpec.rotNet(6))), 1, 4)),
          entry(
              "labels beside simclr",
              new Case(
                  supervised(Supervised.Trained.ALL, method("simclr", Map.of("outputs", 5))),
                  1,
                  10)),
          entry("distillation", new Case(distillation(List.of(), Objective.FEATURES), 1, 7)),
          entry(
              "distillation of logits", new Case(distillation(List.of(), Objective.LOGITS), 1, 1)),
          entry(
              "distillation of a larger teacher's patches",
              new Case(stepOrStore(Objective.PATCHES, Distance.COSINE, 12, Origin.STEP), 1, 1)),
          entry(
              "distillation of stored patches",
              new Case(stepOrStore(Objective.PATCHES, Distance.SMOOTH_L1, 4, Origin.STORE), 1, 1)),
          entry(
              "distillation of stored features",
              new Case(stepOrStore(Objective.FEATURES, Distance.SMOOTH_L1, 6, Origin.STORE), 1, 7)),
          entry(
              "distillation of a classifier",
              new Case(distillation(CLASSES, Objective.LOGITS), 1, 1)));

  private static Method supervised(Supervised.Trained trained, Method auxiliary) {
    return new Supervised(CLASSES, trained, auxiliary, 0.5, ViewSpec.bowNet(6, 0.5));
  }

  private static Method distillation(List<String> classes, Objective objective) {
    return new Distillation(BACKBONE, classes, objective, 2, ViewSpec.bowNet(6, 0.5));
  }

  private static Method stepOrStore(
      Objective objective, Distance distance, int teacherImageSize, Origin origin) {
    return new Distillation(
        BACKBONE,
        List.of(),
        objective,
        /* temperature= */ 1,
        ViewSpec.bowNet(6, 0.5),
        distance,
        teacherImageSize,
        /* studentSize= */ 6,
        origin);
  }

  /**
   * @param channels of the images
   * @param seed of all inputs
   */
  private record Case(Method method, int channels, long seed) {}

  /** Returns the small settings for tiny images with some values replaced. */
  private static Method method(String name, Map<String, Object> values) {
    int channels = name.equals("colorization") ? 3 : 1;
    float[] half = new float[channels];
    Arrays.fill(half, 0.5f);
    Task task = new Task(new ImageShape(8, 8, channels), new Normalisation(half, half), 100, 10, 1);
    ObjectNode tree = (ObjectNode) Methods.toTree(Methods.recipe(name, Preset.SMALL, task));
    values.forEach(((ObjectNode) tree.get("method"))::putPOJO);
    return Methods.recipe(tree.toString()).method();
  }

  private static float[] random(long seed, int size, String name) {
    float[] values = new float[size];
    var random = Seeds.random(seed, name);
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextDouble() - 0.5);
    }
    return values;
  }

  /** Returns rows of positive numbers with a sum of 1, zeros for a first image without target. */
  private static float[] bags(long seed, boolean forEveryImage) {
    float[] bags = random(seed, IMAGES * WORDS, "bags");
    for (int image = 0; image < IMAGES; image++) {
      double sum = 0;
      for (int k = image * WORDS; k < (image + 1) * WORDS; k++) {
        bags[k] += 0.5f;
        sum += bags[k];
      }
      for (int k = image * WORDS; k < (image + 1) * WORDS; k++) {
        bags[k] /= (float) sum;
      }
    }
    if (!forEveryImage) {
      Arrays.fill(bags, 0, WORDS, 0);
    }
    return bags;
  }

  private static Method.Inputs inputs(Sandbox sandbox, Case example) {
    Method method = example.method();
    long seed = example.seed();
    Map<String, Operand<TFloat32>> views = new LinkedHashMap<>();
    for (ViewSpec view : method.views()) {
      int rows = IMAGES * view.count();
      float[] pixels =
          random(seed, rows * view.size() * view.size() * example.channels(), view.name());
      views.put(
          view.name(), sandbox.floats(pixels, rows, view.size(), view.size(), example.channels()));
    }
    Map<String, Operand<TInt32>> draws = new LinkedHashMap<>();
    for (Method.Draw draw : method.draws(BACKBONE)) {
      int[] drawn = Seeds.random(seed, draw.name()).ints(IMAGES, 0, draw.bound()).toArray();
      draws.put(draw.name(), sandbox.ints(drawn, IMAGES));
    }
    Operand<TFloat32> targets =
        method.targetWords() == 0
            ? null
            : method instanceof Distillation
                ? sandbox.floats(
                    random(seed, IMAGES * method.targetWords(), "targets"),
                    IMAGES,
                    method.targetWords())
                : sandbox.floats(
                    bags(seed, method.targetSource() == TargetSource.TEACHER_WORDS), IMAGES, WORDS);
    float[] half = new float[example.channels()];
    Arrays.fill(half, 0.5f);
    Map<String, Operand<TFloat32>> scalars = new LinkedHashMap<>();
    method
        .scalars()
        .forEach(
            (name, schedule) ->
                scalars.put(name, sandbox.floats(new float[] {(float) schedule.value(5, 10)})));
    return new Method.Inputs(views, draws, scalars, targets, new Normalisation(half, half));
  }

  /**
   * @param scale factor of the loss; a wrong one stands for a sum instead of a mean
   */
  private static void check(String name, float scale) {
    Case example = CASES.get(name);
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Loss loss =
          example.method().loss(tf, sandbox.variables(), BACKBONE, inputs(sandbox, example));
      List<VariableSpec> trained = sandbox.variables().specs(Role.TRAINED);
      List<Operand<TFloat32>> gradients =
          TrainingStep.gradients(
              sandbox.graph(),
              sandbox.variables(),
              tf.math.mul(loss.total(), tf.constant(scale)),
              trained);
      sandbox.initialize(3);
      List<float[]> values = sandbox.run(gradients);
      Map<String, float[]> at = new LinkedHashMap<>();
      Map<String, float[]> gradient = new LinkedHashMap<>();
      for (int i = 0; i < trained.size(); i++) {
        at.put(trained.get(i).name(), sandbox.read(trained.get(i).name()));
        gradient.put(trained.get(i).name(), values.get(i));
      }
      GradientCheck.assertGradient(
          at,
          gradient,
          moved -> {
            sandbox.write(moved);
            return sandbox.run(loss.total())[0];
          });
    }
  }

  static Stream<String> cases() {
    return CASES.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isThatOfFiniteDifferences(String name) {
    check(name, 1);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void rejectsASumOverTheBatch(String name) {
    assertThrows(AssertionFailedError.class, () -> check(name, IMAGES));
  }
}
