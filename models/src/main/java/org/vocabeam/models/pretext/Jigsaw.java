package org.vocabeam.models.pretext;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
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
 * Jigsaw puzzles (Noroozi and Favaro 2016, "Unsupervised Learning of Visual Representations by
 * Solving Jigsaw Puzzles"): the nine tiles of an image are shuffled by one of P permutations, which
 * the network predicts.
 *
 * @param permutations P, the number of permutations; those that differ most ({@link Permutations})
 * @param tileWidth width of a tile's code
 * @param hidden width of the layer after the nine codes
 * @param tiles kind of view, nine of every image
 */
@JsonTypeName("jigsaw")
public record Jigsaw(int permutations, int tileWidth, int hidden, ViewSpec tiles)
    implements Method {
  private static final String PERMUTATION = "permutation";

  public Jigsaw {
    require(permutations > 1, "permutations", permutations, "at least 2");
    require(tileWidth > 0, "tileWidth", tileWidth, "positive");
    require(hidden > 0, "hidden", hidden, "positive");
    Tiles.check(tiles);
  }

  private static void require(boolean valid, String what, int actual, String allowed) {
    if (!valid) {
      throw new UserError(what + " is " + actual + ", must be " + allowed);
    }
  }

  @Override
  public List<ViewSpec> views() {
    return List.of(tiles);
  }

  @Override
  public List<Draw> draws(Backbone backbone) {
    return List.of(new Draw(PERMUTATION, permutations));
  }

  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    // [9 B, S, S, C]; the tile at place i is tile permutation[i] of the image.
    Operand<TInt32> drawn = inputs.draws().get(PERMUTATION);
    int batch = (int) drawn.shape().get(0);
    Operand<TInt32> order =
        tf.gather(
            tf.constant(Permutations.farthest(Tiles.COUNT, permutations, 0)),
            drawn,
            tf.constant(0));
    Operand<TFloat32> shuffled =
        Tiles.standardized(tf, Tiles.take(tf, inputs.views().get(tiles.name()), order));

    // Every tile alone: [9 B, D] -> [9 B, T]; all together: [B, 9 T] -> [B, H] -> [B, P]
    Layers student = new Layers(tf, variables.scope(STUDENT), Mode.TRAINING);
    Operand<TFloat32> features = backbone.embed(student, shuffled);
    Layers head = new Layers(tf, variables.scope("head."), Mode.TRAINING);
    Operand<TFloat32> codes = head.relu(head.linear(features, "tile", tileWidth, true));
    Operand<TFloat32> together =
        tf.reshape(codes, tf.constant(new int[] {batch, Tiles.COUNT * tileWidth}));
    Operand<TFloat32> h = head.relu(head.linear(together, "fc1", hidden, true));
    Operand<TFloat32> logits = head.linear(h, "fc2", permutations, true);

    Operand<TFloat32> classes =
        tf.oneHot(drawn, tf.constant(permutations), tf.constant(1f), tf.constant(0f));
    return Classification.loss(tf, logits, classes, features);
  }

  /**
   * The paper's settings: section 3.2, 100 permutations, tiles of 64 of cells of 75 pixels, a code
   * of 512 for each, 4,096 behind them; grey for 30 % of the images (section 3.3).
   */
  public static Recipe paper(Backbone backbone, Task task) {
    return task.recipe(
        new Jigsaw(/* permutations= */ 100, /* tileWidth= */ 512, /* hidden= */ 4096, tiles(task)),
        backbone,
        /* batchSize= */ 256,
        sgd(),
        new RateSchedule.Drops(/* learningRate= */ 0.01, /* factor= */ 0.1, List.of(0.5, 0.8)));
  }

  /** Settings for 28 to 64 pixels and minutes on a processor. */
  public static Recipe small(Backbone backbone, Task task) {
    return task.recipe(
        new Jigsaw(/* permutations= */ 30, /* tileWidth= */ 64, /* hidden= */ 256, tiles(task)),
        backbone,
        /* batchSize= */ 32,
        sgd(),
        new RateSchedule.Cosine(
            /* learningRate= */ 0.05, /* endLearningRate= */ 0, /* warmupSteps= */ 0));
  }

  private static Sgd sgd() {
    return new Sgd(/* momentum= */ 0.9, /* weightDecay= */ 5e-4, /* nesterov= */ true);
  }

  /** Returns tiles, enlarged for small images, so that a map of more than a cell is left. */
  private static ViewSpec tiles(Task task) {
    return Tiles.of(
        "tiles",
        /* baseSize= */ task.isSmall() ? 2 * task.side() : 225,
        /* greyProbability= */ 0.3);
  }
}
