package org.vocabeam.models.obow;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
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
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.TrainingStep;
import org.vocabeam.models.views.GaussianBlur;
import org.vocabeam.models.views.RandomResizedCrop;
import org.vocabeam.models.views.ViewSpec;

/**
 * The gradient of a whole step against finite differences of its loss, the teacher where the step
 * has moved it to and held there.
 */
class ObowGradientTest {
  private static final Backbone BACKBONE =
      new ResNet(ResNet.Block.BASIC, List.of(1, 1), 3, ResNet.Stem.SMALL);
  private static final int IMAGES = 2;
  private static final int SIDE = 8;
  private static final float STUDENT_SHARE = 0.5f;

  /** Mistakes in a step. */
  private enum Mistake {
    NONE,
    /** The loss as a function of the student also by way of the teacher that follows it. */
    GRADIENT_THROUGH_TEACHER,
    /** Targets from the teacher's weights of before the step. */
    TEACHER_MOVES_AFTER_THE_STEP,
    MEAN_OVER_KINDS_OF_CROPS
  }

  private static Obow obow() {
    ViewSpec teacher = ViewSpec.obowTeacher(SIDE, SIDE);
    RandomResizedCrop area = new RandomResizedCrop(0.08, 0.6);
    return new Obow(
        BACKBONE.levels(),
        4 * IMAGES,
        2.0,
        5,
        1,
        VisualWords.Reduction.MAX,
        Vocabulary.Update.NO_AVERAGING,
        0.99,
        0.99,
        teacher,
        List.of(
            ViewSpec.obowCrops(6, 2, area, GaussianBlur.NONE),
            ViewSpec.obowCrops(5, 1, area, GaussianBlur.NONE)));
  }

  private static float[] random(int size, String name) {
    SplittableRandom random = Seeds.random(2, name);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextDouble() - 0.5);
    }
    return values;
  }

  private static void check(Mistake mistake) {
    Obow obow = obow();
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Map<String, Operand<TFloat32>> views = new LinkedHashMap<>();
      for (ViewSpec view : obow.views()) {
        int rows = IMAGES * view.count();
        float[] pixels = random(rows * view.size() * view.size(), view.name());
        views.put(view.name(), sandbox.floats(pixels, rows, view.size(), view.size(), 1));
      }
      Map<String, Operand<TInt32>> draws = new LinkedHashMap<>();
      for (Method.Draw draw : obow.draws(BACKBONE)) {
        draws.put(draw.name(), sandbox.ints(new int[IMAGES], draw.shape(IMAGES)));
      }
      Operand<TFloat32> share = sandbox.floats(new float[] {STUDENT_SHARE});
      Loss loss =
          obow.loss(
              tf,
              sandbox.variables(),
              BACKBONE,
              new Method.Inputs(views, draws, Map.of("studentShare", share), null, null));
      Operand<TFloat32> total =
          mistake == Mistake.MEAN_OVER_KINDS_OF_CROPS
              ? tf.math.div(loss.total(), tf.constant((float) obow.crops().size()))
              : loss.total();
      List<VariableSpec> trained = sandbox.variables().specs(Role.TRAINED);
      List<Operand<TFloat32>> gradients =
          TrainingStep.gradients(sandbox.graph(), sandbox.variables(), total, trained);

      Map<String, float[]> before = stateBefore(sandbox);
      sandbox.write(before);
      List<float[]> values = sandbox.run(gradients);
      Map<String, float[]> at = new LinkedHashMap<>();
      Map<String, float[]> gradient = new LinkedHashMap<>();
      for (int i = 0; i < trained.size(); i++) {
        at.put(trained.get(i).name(), before.get(trained.get(i).name()));
        gradient.put(trained.get(i).name(), values.get(i));
      }

      Map<String, float[]> held = new HashMap<>(before);
      if (mistake != Mistake.GRADIENT_THROUGH_TEACHER) {
        sandbox.set(share, new float[] {0});
        if (mistake != Mistake.TEACHER_MOVES_AFTER_THE_STEP) {
          held.putAll(movedTeacher(sandbox, before));
        }
      }
      List<Operand<TFloat32>> ofCrops = new ArrayList<>();
      obow.crops().forEach(crop -> ofCrops.add(loss.metrics().get("loss/" + crop.name())));
      GradientCheck.assertGradient(
          at,
          gradient,
          moved -> {
            Map<String, float[]> state = new HashMap<>(held);
            state.putAll(moved);
            sandbox.write(state);
            return sandbox.run(ofCrops).stream().mapToDouble(crop -> crop[0]).sum();
          });
    }
  }

  /** A teacher that is not its student. */
  private static Map<String, float[]> stateBefore(Sandbox sandbox) {
    Map<String, float[]> state = new LinkedHashMap<>();
    for (VariableSpec spec : sandbox.variables().specs()) {
      state.put(spec.name(), spec.initialValues(spec.role() == Role.AVERAGE ? 8 : 7));
    }
    return state;
  }

  private static Map<String, float[]> movedTeacher(Sandbox sandbox, Map<String, float[]> before) {
    Map<String, float[]> moved = new HashMap<>();
    for (VariableSpec spec : sandbox.variables().specs(Role.AVERAGE)) {
      float[] student = before.get(Method.STUDENT + spec.unscoped());
      float[] teacher = before.get(spec.name()).clone();
      for (int i = 0; i < teacher.length; i++) {
        teacher[i] += STUDENT_SHARE * (student[i] - teacher[i]);
      }
      moved.put(spec.name(), teacher);
    }
    return moved;
  }

  @Test
  void isTheGradientWithTheTeacherHeld() {
    check(Mistake.NONE);
  }

  @Test
  void rejectsAGradientThroughTheTeacher() {
    assertThrows(AssertionFailedError.class, () -> check(Mistake.GRADIENT_THROUGH_TEACHER));
  }

  @Test
  void rejectsATeacherThatMovesAfterTheStep() {
    assertThrows(AssertionFailedError.class, () -> check(Mistake.TEACHER_MOVES_AFTER_THE_STEP));
  }

  @Test
  void rejectsAMeanOverKindsOfCrops() {
    assertThrows(AssertionFailedError.class, () -> check(Mistake.MEAN_OVER_KINDS_OF_CROPS));
  }
}
