package org.vocabeam.models.labels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.labels.Distillation.Distance;
import org.vocabeam.models.labels.Distillation.Objective;
import org.vocabeam.models.labels.Distillation.Origin;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Encoder;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Pooling;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.training.Trainer;
import org.vocabeam.models.views.Normalisation;
import org.vocabeam.models.views.Orientation;
import org.vocabeam.models.views.Raster;
import org.vocabeam.models.views.ViewSpec;
import org.vocabeam.models.views.WholeImage;

class DistillationTest {
  private static final int BATCH = 4;
  private static final int SIDE = 20;
  private static final int TEACHER_SIZE = 32;
  private static final Normalisation NORMALISATION =
      new Normalisation(new float[] {0.5f, 0.4f, 0.3f}, new float[] {0.3f, 0.3f, 0.3f});
  private static final Backbone STUDENT =
      new ResNet(ResNet.Block.BASIC, List.of(1, 1), 4, ResNet.Stem.SMALL_STRIDED);
  private static final Backbone TEACHER =
      new ResNet(ResNet.Block.BASIC, List.of(1, 1), 6, ResNet.Stem.SMALL);

  private static Distillation method(
      Objective objective, Distance distance, Origin origin, int studentSize) {
    ViewSpec whole =
        new ViewSpec("shown", TEACHER_SIZE, 1, new WholeImage(), Orientation.UPRIGHT, List.of());
    return new Distillation(
        TEACHER,
        List.of(),
        objective,
        /* temperature= */ 2,
        whole,
        distance,
        TEACHER_SIZE,
        studentSize,
        origin);
  }

  private static Recipe recipe(Distillation method) {
    Task task = new Task(new ImageShape(SIDE, SIDE, 3), NORMALISATION, 100, 100, 3);
    return new Recipe(
        method,
        STUDENT,
        task.images(),
        NORMALISATION,
        BATCH,
        Distillation.recipe(STUDENT, task, TEACHER, List.of(), Objective.FEATURES, 1).optimizer(),
        Distillation.recipe(STUDENT, task, TEACHER, List.of(), Objective.FEATURES, 1).schedule(),
        100,
        3,
        0,
        1,
        org.vocabeam.models.graph.Precision.FLOAT32);
  }

  /** A stored teacher that has seen what the step shows gives the loss of the one in the step. */
  @ParameterizedTest
  @EnumSource
  void aStoredTeacherIsTheOneInTheStep(Objective objective) {
    Recipe inStep = recipe(method(objective, Distance.SMOOTH_L1, Origin.STEP, SIDE));
    Recipe stored = recipe(method(objective, Distance.SMOOTH_L1, Origin.STORE, SIDE));
    SplittableRandom random = new SplittableRandom(1);
    List<Raster> images = new ArrayList<>();
    List<byte[]> shown = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      byte[] pixels = new byte[TEACHER_SIZE * TEACHER_SIZE * 3];
      random.nextBytes(pixels);
      images.add(new Raster(pixels, TEACHER_SIZE, TEACHER_SIZE, 3));
      shown.add(pixels);
    }
    String[] ids = {"a", "b", "c", "d"};
    try (Trainer expected = Trainer.of(inStep);
        Trainer actual = Trainer.of(stored)) {
      Map<String, float[]> state = expected.initialState();
      Map<String, float[]> teacher = new LinkedHashMap<>();
      state.forEach(
          (name, values) -> {
            if (name.startsWith(Distillation.TEACHER)) {
              teacher.put(Method.STUDENT + name.substring(Distillation.TEACHER.length()), values);
            }
          });
      Recipe shownLarge =
          recipe(method(objective, Distance.COSINE, Origin.STEP, SIDE))
              .withImages(new ImageShape(TEACHER_SIZE, TEACHER_SIZE, 3));
      Recipe ofTeacher =
          new Recipe(
              shownLarge.method(),
              TEACHER,
              shownLarge.images(),
              NORMALISATION,
              BATCH,
              shownLarge.optimizer(),
              shownLarge.schedule(),
              100,
              3,
              0,
              1,
              shownLarge.precision());
      Pooling pooling =
          objective == Objective.PATCHES ? Pooling.cells(ofTeacher, "") : Pooling.GLOBAL;
      float[] targets;
      try (Encoder encoder = Encoder.of(ofTeacher, teacher, pooling, BATCH)) {
        targets = encoder.embed(shown);
      }
      assertEquals(BATCH * stored.method().targetWords(), targets.length);
      float[] one =
          expected.step(0, Trainer.Batch.of(inStep, images, ids, new long[BATCH], new float[0]));
      float[] other =
          actual.step(0, Trainer.Batch.of(stored, images, ids, new long[BATCH], targets));
      assertEquals(one[0], other[0], 1e-5f * one[0]);
    }
  }

  /** The loss, computed from the student's features and the linear layer in double precision. */
  @ParameterizedTest
  @EnumSource
  void distancesAreTheirEquations(Distance distance) {
    Distillation method = method(Objective.FEATURES, distance, Origin.STORE, TEACHER_SIZE);
    int width = method.targetWords();
    try (Sandbox sandbox = new Sandbox()) {
      SplittableRandom random = new SplittableRandom(2);
      float[] pixels = new float[BATCH * TEACHER_SIZE * TEACHER_SIZE * 3];
      float[] targets = new float[BATCH * width];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (float) random.nextDouble();
      }
      for (int i = 0; i < targets.length; i++) {
        targets[i] = (float) (5 + 3 * random.nextDouble());
      }
      Operand<TFloat32> images = sandbox.floats(pixels, BATCH, TEACHER_SIZE, TEACHER_SIZE, 3);
      Operand<TFloat32> stored = sandbox.floats(targets, BATCH, width);
      Loss loss =
          method.loss(
              sandbox.tf(),
              sandbox.variables(),
              STUDENT,
              new Method.Inputs(
                  Map.of("shown", images), Map.of(), Map.of(), stored, NORMALISATION));
      sandbox.initialize(4);
      float[] features = sandbox.run(loss.features());
      float[] weight = sandbox.read("head.fc.weight");
      float[] bias = sandbox.read("head.fc.bias");
      double sum = 0;
      for (int b = 0; b < BATCH; b++) {
        double[] predicted = new double[width];
        double[] target = new double[width];
        for (int c = 0; c < width; c++) {
          predicted[c] = bias[c];
          target[c] = targets[b * width + c];
          for (int d = 0; d < STUDENT.embeddingWidth(); d++) {
            predicted[c] +=
                (double) features[b * STUDENT.embeddingWidth() + d] * weight[d * width + c];
          }
        }
        sum += distance == Distance.COSINE ? cosine(predicted, target) : huber(predicted, target);
      }
      assertEquals(sum / BATCH, sandbox.run(loss.total())[0], 1e-5 * sum / BATCH);
    }
  }

  private static double cosine(double[] a, double[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
    return 2 - 2 * ab / Math.sqrt(aa * bb);
  }

  private static double huber(double[] predicted, double[] target) {
    double mean = 0;
    for (double value : target) {
      mean += value / target.length;
    }
    double variance = 0;
    for (double value : target) {
      variance += (value - mean) * (value - mean) / target.length;
    }
    double sum = 0;
    for (int i = 0; i < target.length; i++) {
      double x = Math.abs(predicted[i] - (target[i] - mean) / Math.sqrt(variance + 1e-6));
      sum += x < 1 ? x * x / 2 : x - 0.5;
    }
    return sum / target.length;
  }

  /** The larger of the two sizes is rendered, so that neither network sees blown-up pixels. */
  @ParameterizedTest
  @CsvSource({"56, STEP, 56", "16, STEP, 32", "56, STORE, 56", "16, STORE, 16", ", STEP, 32"})
  void aViewIsRenderedForTheLarger(Integer teacherImageSize, Origin origin, int rendered) {
    Task task = new Task(new ImageShape(32, 32, 3), NORMALISATION, 100, 100, 3);
    Recipe recipe =
        Distillation.recipe(
            STUDENT,
            task,
            TEACHER,
            List.of(),
            Objective.PATCHES,
            1,
            Distance.COSINE,
            teacherImageSize,
            origin);
    Distillation method = (Distillation) recipe.method();
    assertEquals(rendered, method.view().size());
    assertEquals(32, method.studentSize());
    assertEquals(teacherImageSize == null ? 32 : teacherImageSize, method.teacherImageSize());
    assertEquals(recipe, Methods.recipe(Methods.toJson(recipe)));
  }

  /** Recipes of earlier versions have four constants less. */
  @Test
  void distillationsOfEarlierVersionsAreByCosineInTheStep() {
    ViewSpec view = ViewSpec.bowNet(32, 0.2);
    Distillation before = new Distillation(TEACHER, List.of(), Objective.FEATURES, 4, view);
    assertEquals(Distance.COSINE, before.distance());
    assertEquals(Origin.STEP, before.origin());
    assertEquals(32, before.teacherImageSize());
    assertEquals(32, before.studentSize());
    UserError error =
        assertThrows(
            UserError.class,
            () ->
                new Distillation(
                    TEACHER, List.of(), Objective.FEATURES, 4, view, null, 0, null, null));
    assertEquals("teacherImageSize is 0, must be positive", error.getMessage());
  }
}
