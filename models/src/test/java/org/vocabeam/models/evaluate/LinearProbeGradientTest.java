package org.vocabeam.models.evaluate;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.GradientCheck;
import org.vocabeam.models.Sandbox;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.training.TrainingStep;

/** Checks the gradient of the probe's loss against finite differences of its definition. */
class LinearProbeGradientTest {
  private static final int ROWS = 7;
  private static final int WIDTH = 5;
  private static final int CLASSES = 3;
  private static final int[] LABELS = {0, 2, 1, 1, 0, 2, 2};
  private static final float[] FEATURES = features();

  private static float[] features() {
    SplittableRandom random = Seeds.random(4, "features");
    float[] values = new float[ROWS * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (3 * random.nextDouble() + i % WIDTH);
    }
    return values;
  }

  /**
   * Returns the loss by its definition: features standardised by the batch, linear, -ln softmax of
   * the label, averaged over rows.
   */
  private static double definition(Map<String, float[]> at) {
    double[] standard = new double[ROWS * WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      double mean = 0;
      double variance = 0;
      for (int row = 0; row < ROWS; row++) {
        mean += FEATURES[row * WIDTH + i] / (double) ROWS;
      }
      for (int row = 0; row < ROWS; row++) {
        variance += Math.pow(FEATURES[row * WIDTH + i] - mean, 2) / ROWS;
      }
      for (int row = 0; row < ROWS; row++) {
        standard[row * WIDTH + i] =
            (FEATURES[row * WIDTH + i] - mean) / Math.sqrt(variance + Layers.EPSILON);
      }
    }
    double loss = 0;
    for (int row = 0; row < ROWS; row++) {
      double sum = 0;
      double own = 0;
      for (int c = 0; c < CLASSES; c++) {
        double logit = at.get(LinearProbe.BIAS)[c];
        for (int i = 0; i < WIDTH; i++) {
          logit += standard[row * WIDTH + i] * at.get(LinearProbe.WEIGHT)[i * CLASSES + c];
        }
        sum += Math.exp(logit);
        own = c == LABELS[row] ? logit : own;
      }
      loss += (Math.log(sum) - own) / ROWS;
    }
    return loss;
  }

  /** Checks the gradient of {@code factor} x loss. */
  private static void check(int[] labels, float factor) {
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Operand<TFloat32> loss =
          LinearProbe.loss(
              tf,
              sandbox.variables(),
              sandbox.floats(FEATURES, ROWS, WIDTH),
              sandbox.ints(labels, ROWS),
              CLASSES);
      List<VariableSpec> trained = sandbox.variables().specs(Role.TRAINED);
      List<Operand<TFloat32>> gradients =
          TrainingStep.gradients(
              sandbox.graph(),
              sandbox.variables(),
              tf.math.mul(loss, tf.constant(factor)),
              trained);
      sandbox.initialize(1);
      Map<String, float[]> at = new LinkedHashMap<>();
      Map<String, float[]> gradient = new LinkedHashMap<>();
      List<float[]> values = sandbox.run(gradients);
      for (int i = 0; i < trained.size(); i++) {
        at.put(trained.get(i).name(), sandbox.read(trained.get(i).name()));
        gradient.put(trained.get(i).name(), values.get(i));
      }
      GradientCheck.assertGradient(at, gradient, LinearProbeGradientTest::definition);
    }
  }

  @Test
  void isTheGradientOfTheDefinition() {
    check(LABELS, 1);
  }

  @Test
  void rejectsASumOverRowsAndLabelsOfOtherRows() {
    assertThrows(AssertionFailedError.class, () -> check(LABELS, ROWS));
    assertThrows(AssertionFailedError.class, () -> check(new int[] {2, 1, 1, 0, 2, 2, 0}, 1));
  }
}
