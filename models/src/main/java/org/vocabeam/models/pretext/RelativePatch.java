package org.vocabeam.models.pretext;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.vocabeam.models.UserError;
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
 * Relative patch location (Doersch et al. 2015, "Unsupervised Visual Representation Learning by
 * Context Prediction"): of the nine patches of an image the network sees the one in the middle and
 * one of its neighbours, and says which neighbour it is.
 *
 * @param hidden width of the layer behind both patches
 * @param patches nine of every image
 */
public record RelativePatch(int hidden, ViewSpec patches) implements Method {
  private static final String NEIGHBOUR = "neighbour";
  private static final int MIDDLE = 4;

  /** The patch numbers around the middle one. */
  private static final int[] AROUND = {0, 1, 2, 3, 5, 6, 7, 8};

  public RelativePatch {
    if (hidden < 1) {
      throw new UserError("hidden is " + hidden + ", must be positive");
    }
    Tiles.check(patches);
  }

  /**
   * The settings of a preset. Section 3: gaps and jitter between the patches, a hidden layer of
   * 4,096; the colours are dropped for 66 % of the images against chromatic aberration.
   */
  public static Recipe recipe(Preset preset, Task task) {
    boolean small = preset == Preset.SMALL;
    // Patches of small images are enlarged, so that a map is left of them.
    int base = task.isSmall() ? 2 * task.side() : 288;
    return task.recipe(
        new RelativePatch(small ? 256 : 4096, Tiles.of("patches", base, 0.66)),
        preset.backbone(task),
        small ? 64 : 256,
        new Sgd(0.9, 5e-4, true),
        small
            ? new RateSchedule.Cosine(0.05, 0, 0)
            : new RateSchedule.Drops(0.01, 0.1, List.of(0.5, 0.8)));
  }

  @Override
  public String name() {
    return "relative-patch";
  }

  @Override
  public List<ViewSpec> views() {
    return List.of(patches);
  }

  @Override
  public List<Draw> draws(Backbone backbone) {
    return List.of(new Draw(NEIGHBOUR, AROUND.length));
  }

  @Override
  public void check(Backbone backbone, int batchSize) {}

  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    // The middle patch and its neighbour, [2 B, S, S, C], image-major.
    Operand<TInt32> drawn = inputs.draws().get(NEIGHBOUR);
    int batch = (int) drawn.shape().get(0);
    Operand<TInt32> neighbour = tf.gather(tf.constant(AROUND), drawn, tf.constant(0));
    Operand<TInt32> middle = tf.fill(tf.constant(new int[] {batch}), tf.constant(MIDDLE));
    Operand<TInt32> both = tf.stack(List.of(middle, neighbour), Stack.axis(1L));
    Operand<TFloat32> pair =
        Tiles.standardized(tf, Tiles.take(tf, inputs.views().get(patches.name()), both));

    // [2 B, D] -> [B, 2 D] -> [B, H] -> [B, 8]
    Layers student = new Layers(tf, variables.scope(STUDENT), Mode.TRAINING);
    Operand<TFloat32> features = backbone.embed(student, pair);
    Operand<TFloat32> together =
        tf.reshape(features, tf.constant(new int[] {batch, 2 * backbone.embeddingWidth()}));
    Layers head = new Layers(tf, variables.scope("head."), Mode.TRAINING);
    Operand<TFloat32> h = head.relu(head.linear(together, "fc1", hidden, true));
    Operand<TFloat32> logits = head.linear(h, "fc2", AROUND.length, true);

    Operand<TFloat32> classes =
        tf.oneHot(drawn, tf.constant(AROUND.length), tf.constant(1f), tf.constant(0f));
    return Classification.loss(tf, logits, classes, features);
  }
}
