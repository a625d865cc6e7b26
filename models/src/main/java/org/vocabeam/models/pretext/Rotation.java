package org.vocabeam.models.pretext;

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
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.ViewSpec;

/**
 * RotNet (Gidaris et al. 2018, "Unsupervised Representation Learning by Predicting Image
 * Rotations"): every image of a batch is turned by 0, 90, 180 and 270 degrees, and the network says
 * by how much.
 *
 * @param view what is turned; one of every image
 */
public record Rotation(ViewSpec view) implements Method {
  private static final int TURNS = 4;

  public Rotation {
    view.checkSingle();
  }

  /**
   * The settings of a preset. Those of the paper's section 4.1 for CIFAR-10: SGD with Nesterov's
   * momentum, the rate times 0.2 at 60, 120 and 160 of 200 epochs. The small preset keeps them but
   * for the cosine, which a run of minutes profits from.
   */
  public static Recipe recipe(Preset preset, Task task) {
    RateSchedule paper = new RateSchedule.Drops(0.1, 0.2, List.of(0.3, 0.6, 0.8));
    boolean small = preset == Preset.SMALL;
    return task.recipe(
        new Rotation(ViewSpec.rotNet(task.isSmall() ? task.side() : 224)),
        preset.backbone(task),
        small ? 32 : 128,
        new Sgd(0.9, 5e-4, true),
        small ? new RateSchedule.Cosine(0.1, 0, 0) : paper);
  }

  @Override
  public String name() {
    return "rotation";
  }

  @Override
  public List<ViewSpec> views() {
    return List.of(view);
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
   * The batch four times, turned counter-clockwise by 0, 1, 2 and 3 quarters like {@code
   * torch.rot90}.
   *
   * @param images {@code [B, S, S, C]}
   * @return {@code [4 B, S, S, C]}, turn by turn
   */
  public static Operand<TFloat32> allTurns(Ops tf, Operand<TFloat32> images) {
    return tf.concat(
        List.of(images, turned(tf, images, 1), turned(tf, images, 2), turned(tf, images, 3)),
        tf.constant(0));
  }

  /** {@code [B, H, W, C]} by so many quarters; 1 and 3 give {@code [B, W, H, C]}. */
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

  /** Which turn every row of {@link #allTurns} is, {@code [4 B, 4]}. */
  static float[][] oneHot(int batch) {
    float[][] rows = new float[TURNS * batch][TURNS];
    for (int row = 0; row < rows.length; row++) {
      rows[row][row / batch] = 1;
    }
    return rows;
  }
}
