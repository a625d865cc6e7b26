package org.vocabeam.models.obow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
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
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.ResNet;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.training.TrainingStep;

/**
 * The gradient of the loss, through the generated classifier and a backbone, against finite
 * differences of KL(y || softmax(logits)) computed here, y held fixed.
 */
class BagLossGradientTest {
  private static final Backbone BACKBONE =
      new ResNet(ResNet.Block.BASIC, List.of(1, 1), 3, ResNet.Stem.SMALL);
  private static final int IMAGES = 3;
  private static final int CROPS = 2;
  private static final int ROWS = IMAGES * CROPS;
  private static final int SIDE = 6;
  private static final int WORDS = 8;
  private static final int WORD_CHANNELS = 4;

  /** Mistakes in a loss. */
  private enum Mistake {
    NONE,
    SUM_OVER_ROWS,
    TARGETS_CROP_MAJOR,
    TARGETS_HAVE_A_GRADIENT
  }

  private static float[] random(int size, String name) {
    SplittableRandom random = Seeds.random(2, name);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble();
    }
    return values;
  }

  /** Targets that are made of the student itself: the worst case for a missing stop-gradient. */
  private static Operand<TFloat32> targets(Ops tf, Operand<TFloat32> features) {
    Operand<TFloat32> perImage =
        tf.reshape(features, tf.constant(new long[] {IMAGES, CROPS, BACKBONE.embeddingWidth()}));
    Operand<TFloat32> projection =
        tf.reshape(
            tf.constant(random(BACKBONE.embeddingWidth() * WORDS, "projection")),
            tf.constant(new long[] {BACKBONE.embeddingWidth(), WORDS}));
    return tf.nn.softmax(
        tf.linalg.matMul(
            tf.math.mul(tf.math.mean(perImage, tf.constant(1)), tf.constant(5f)), projection));
  }

  private static Operand<TFloat32> loss(
      Ops tf, Operand<TFloat32> logits, Operand<TFloat32> targets, Mistake mistake) {
    return switch (mistake) {
      case NONE -> BagLoss.divergence(tf, logits, targets);
      case SUM_OVER_ROWS ->
          tf.math.mul(BagLoss.divergence(tf, logits, targets), tf.constant((float) ROWS));
      case TARGETS_CROP_MAJOR ->
          BagLoss.divergence(tf, logits, tf.tile(targets, tf.constant(new int[] {CROPS, 1})));
      case TARGETS_HAVE_A_GRADIENT ->
          Layers.meanOfAll(
              tf,
              tf.nn
                  .softmaxCrossEntropyWithLogits(
                      logits,
                      tf.reshape(
                          tf.tile(targets, tf.constant(new int[] {1, CROPS})),
                          tf.constant(new int[] {ROWS, WORDS})))
                  .loss());
    };
  }

  private static void check(Mistake mistake) {
    try (Sandbox sandbox = new Sandbox()) {
      Ops tf = sandbox.tf();
      Layers student = new Layers(tf, sandbox.variables().scope("student."), Mode.TRAINING);
      Operand<TFloat32> pixels =
          sandbox.floats(random(ROWS * SIDE * SIDE, "pixels"), ROWS, SIDE, SIDE, 1);
      Operand<TFloat32> features =
          student.globalAveragePool(BACKBONE.maps(student, pixels).get(BACKBONE.lastLevel()));
      Operand<TFloat32> words =
          sandbox.floats(random(WORDS * WORD_CHANNELS, "words"), WORDS, WORD_CHANNELS);
      Layers generator = new Layers(tf, sandbox.variables().scope("generator."), Mode.TRAINING);
      Operand<TFloat32> logits =
          WordToWeight.logits(
              generator,
              features,
              WordToWeight.generate(generator, words, BACKBONE.embeddingWidth()),
              5);
      Operand<TFloat32> targets = targets(tf, features);
      Operand<TFloat32> loss = loss(tf, logits, targets, mistake);
      List<VariableSpec> trained = sandbox.variables().specs(Role.TRAINED);
      List<Operand<TFloat32>> gradients =
          TrainingStep.gradients(sandbox.graph(), sandbox.variables(), loss, trained);

      sandbox.initialize(3);
      Map<String, float[]> at = new LinkedHashMap<>();
      Map<String, float[]> gradient = new LinkedHashMap<>();
      List<float[]> values = sandbox.run(gradients);
      for (int i = 0; i < trained.size(); i++) {
        at.put(trained.get(i).name(), sandbox.read(trained.get(i).name()));
        gradient.put(trained.get(i).name(), values.get(i));
      }
      float[] fixed = sandbox.run(targets);
      if (mistake == Mistake.NONE) {
        assertEquals(divergence(sandbox.run(logits), fixed), sandbox.run(loss)[0], 1e-5);
      }
      GradientCheck.assertGradient(
          at,
          gradient,
          moved -> {
            sandbox.write(moved);
            return divergence(sandbox.run(logits), fixed);
          });
    }
  }

  /** KL(y || softmax(logits)), averaged over rows; the crops of an image follow each other. */
  private static double divergence(float[] logits, float[] targets) {
    double sum = 0;
    for (int row = 0; row < ROWS; row++) {
      float[] rowLogits = Arrays.copyOfRange(logits, row * WORDS, (row + 1) * WORDS);
      double exponentials = 0;
      for (float logit : rowLogits) {
        exponentials += Math.exp(logit);
      }
      for (int word = 0; word < WORDS; word++) {
        double y = targets[row / CROPS * WORDS + word];
        sum += y * (Math.log(y) - rowLogits[word] + Math.log(exponentials));
      }
    }
    return sum / ROWS;
  }

  @Test
  void isTheGradientOfTheDefinition() {
    check(Mistake.NONE);
  }

  @Test
  void rejectsASumOverRows() {
    assertThrows(AssertionFailedError.class, () -> check(Mistake.SUM_OVER_ROWS));
  }

  @Test
  void rejectsTargetsOfOtherImages() {
    assertThrows(AssertionFailedError.class, () -> check(Mistake.TARGETS_CROP_MAJOR));
  }

  @Test
  void rejectsAGradientThroughTheTargets() {
    assertThrows(AssertionFailedError.class, () -> check(Mistake.TARGETS_HAVE_A_GRADIENT));
  }
}
