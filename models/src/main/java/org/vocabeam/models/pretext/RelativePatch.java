package org.vocabeam.models.pretext;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.vocabeam.models.UserError;
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
 * Relative patch location (Doersch et al. 2015, "Unsupervised Visual Representation Learning by
 * Context Prediction"): the network sees the middle one of nine patches of an image and one of its
 * neighbours, and predicts the neighbour's place. All eight pairs are used, for which a patch is
 * computed once (section 3: "as many as 8 separate pairings").
 *
 * @param hidden width of the layer after both patches
 * @param patches kind of view, nine of every image
 */
@JsonTypeName("relative-patch")
public record RelativePatch(int hidden, ViewSpec patches) implements Method {
  /** Numbers of the patches around the middle one. */
  private static final int[] AROUND = {0, 1, 2, 3, 5, 6, 7, 8};

  private static final int[] MIDDLES = {4, 4, 4, 4, 4, 4, 4, 4};

  public RelativePatch {
    if (hidden < 1) {
      throw new UserError("hidden is " + hidden + ", must be positive");
    }
    Tiles.check(patches);
  }

  @Override
  public List<ViewSpec> views() {
    return List.of(patches);
  }

  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    // [9 B, S, S, C] -> [9 B, D] -> [B, 9, D]
    Operand<TFloat32> tiles = inputs.views().get(patches.name());
    Layers student = new Layers(tf, variables.scope(STUDENT), Mode.TRAINING);
    Operand<TFloat32> features = backbone.embed(student, tiles);
    int images = (int) (features.shape().get(0) / Tiles.COUNT);
    int width = backbone.embeddingWidth();
    Operand<TFloat32> byImage =
        tf.reshape(features, tf.constant(new int[] {images, Tiles.COUNT, width}));

    // The middle patch with each of its neighbours: [B, 8, 2 D] -> [8 B, H] -> [8 B, 8]
    int pairs = AROUND.length;
    Operand<TFloat32> middle = tf.gather(byImage, tf.constant(MIDDLES), tf.constant(1));
    Operand<TFloat32> around = tf.gather(byImage, tf.constant(AROUND), tf.constant(1));
    Operand<TFloat32> together =
        tf.reshape(
            tf.concat(List.of(middle, around), tf.constant(2)),
            tf.constant(new int[] {images * pairs, 2 * width}));
    Layers head = new Layers(tf, variables.scope("head."), Mode.TRAINING);
    Operand<TFloat32> h = head.relu(head.linear(together, "fc1", hidden, true));
    Operand<TFloat32> logits = head.linear(h, "fc2", pairs, true);

    int[] places = IntStream.range(0, images * pairs).map(pair -> pair % pairs).toArray();
    Operand<TFloat32> classes =
        tf.oneHot(tf.constant(places), tf.constant(pairs), tf.constant(1f), tf.constant(0f));
    return Classification.loss(tf, logits, classes, features);
  }

  /**
   * The paper's settings: section 3, gaps and jitter between the patches, a hidden layer of 4,096;
   * the colours are dropped for 66 % of the images against chromatic aberration.
   */
  public static Recipe paper(Backbone backbone, Task task) {
    return task.recipe(
        new RelativePatch(/* hidden= */ 4096, patches(task)),
        backbone,
        /* batchSize= */ 256,
        sgd(),
        new RateSchedule.Drops(/* learningRate= */ 0.01, /* factor= */ 0.1, List.of(0.5, 0.8)));
  }

  /** Settings for 28 to 64 pixels and minutes on a processor. */
  public static Recipe small(Backbone backbone, Task task) {
    return task.recipe(
        new RelativePatch(/* hidden= */ 256, patches(task)),
        backbone,
        /* batchSize= */ 64,
        sgd(),
        new RateSchedule.Cosine(
            /* learningRate= */ 0.05, /* endLearningRate= */ 0, /* warmupSteps= */ 0));
  }

  private static Sgd sgd() {
    return new Sgd(/* momentum= */ 0.9, /* weightDecay= */ 5e-4, /* nesterov= */ true);
  }

  /** Returns patches, enlarged for small images, so that a map of more than a cell is left. */
  private static ViewSpec patches(Task task) {
    return Tiles.of(
        "patches",
        /* baseSize= */ task.isSmall() ? 2 * task.side() : 288,
        /* greyProbability= */ 0.66);
  }
}
