package org.vocabeam.models.pretext;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.optimize.Sgd;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.ViewSpec;

/**
 * RotNet (Gidaris et al. 2018, "Unsupervised Representation Learning by Predicting Image
 * Rotations"): every image of a batch is turned by 0, 90, 180 and 270 degrees, and the network
 * predicts the angle.
 *
 * @param view kind of view that is turned, one of every image
 */
@JsonTypeName("rotation")
public record Rotation(ViewSpec view) implements Method {
  private static final int TURNS = 4;

  public Rotation {
    view.checkSingle();
  }

  @Override
  public List<ViewSpec> views() {
    return List.of(view);
  }

  /** Authors all four turns, which train the classifier too (Zhai et al. 2019, section 4.1). */
  @Override
  public Operand<TFloat32> classified(Ops tf, Operand<TFloat32> images) {
    return allTurns(tf, images);
  }

  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    Operand<TFloat32> images = inputs.views().get(view.name());
    int batch = (int) images.shape().get(0);

    // [4 B, S, S, C] -> [4 B, D] -> [4 B, 4]
    Layers student = new Layers(tf, variables.scope(STUDENT), Mode.TRAINING);
    Operand<TFloat32> features = backbone.embed(student, allTurns(tf, images));
    Layers head = new Layers(tf, variables.scope("head."), Mode.TRAINING);
    Operand<TFloat32> logits = head.linear(features, "fc", TURNS, true);

    Operand<TFloat32> turns = tf.constant(oneHot(batch));
    return Classification.loss(tf, logits, turns, features);
  }

  /**
   * Authors the batch four times, turned counter-clockwise by 0, 1, 2 and 3 quarters like {@code
   * torch.rot90}.
   *
   * @param images {@code [B, S, S, C]}
   * @return {@code [4 B, S, S, C]}, turn by turn
   */
  static Operand<TFloat32> allTurns(Ops tf, Operand<TFloat32> images) {
    return tf.concat(
        List.of(images, turned(tf, images, 1), turned(tf, images, 2), turned(tf, images, 3)),
        tf.constant(0));
  }

  /**
   * Authors images turned by quarters; 1 and 3 turn {@code [B, H, W, C]} to {@code [B, W, H, C]}.
   */
  static Operand<TFloat32> turned(Ops tf, Operand<TFloat32> images, int quarters) {
    Operand<TFloat32> h = images;
    return switch (quarters) {
      case 1 -> transposed(tf, mirrored(tf, h, 2));
      case 2 -> mirrored(tf, mirrored(tf, h, 1), 2);
      case 3 -> mirrored(tf, transposed(tf, h), 2);
      default -> h;
    };
  }

  private static Operand<TFloat32> mirrored(Ops tf, Operand<TFloat32> images, int axis) {
    return tf.reverse(images, tf.constant(new int[] {axis}));
  }

  private static Operand<TFloat32> transposed(Ops tf, Operand<TFloat32> images) {
    return tf.linalg.transpose(images, tf.constant(new int[] {0, 2, 1, 3}));
  }

  /** Returns the turn of every row of {@link #allTurns}, one-hot {@code [4 B, 4]}. */
  static float[][] oneHot(int batch) {
    float[][] rows = new float[TURNS * batch][TURNS];
    for (int row = 0; row < rows.length; row++) {
      rows[row][row / batch] = 1;
    }
    return rows;
  }

  /**
   * The paper's settings for CIFAR-10 (section 4.1): SGD with Nesterov's momentum, the rate times
   * 0.2 at 60, 120 and 160 of 200 epochs.
   */
  public static Recipe paper(Backbone backbone, Task task) {
    return recipe(
        backbone,
        task,
        /* batchSize= */ 128,
        new RateSchedule.Drops(/* learningRate= */ 0.1, /* factor= */ 0.2, List.of(0.3, 0.6, 0.8)));
  }

  /** The paper's settings with a smaller batch and a cosine, which helps runs of minutes. */
  public static Recipe small(Backbone backbone, Task task) {
    return recipe(
        backbone,
        task,
        /* batchSize= */ 32,
        new RateSchedule.Cosine(
            /* learningRate= */ 0.1, /* endLearningRate= */ 0, /* warmupSteps= */ 0));
  }

  private static Recipe recipe(Backbone backbone, Task task, int batchSize, RateSchedule schedule) {
    return task.recipe(
        new Rotation(ViewSpec.rotNet(/* size= */ task.isSmall() ? task.side() : 224)),
        backbone,
        batchSize,
        new Sgd(/* momentum= */ 0.9, /* weightDecay= */ 5e-4, /* nesterov= */ true),
        schedule);
  }
}
