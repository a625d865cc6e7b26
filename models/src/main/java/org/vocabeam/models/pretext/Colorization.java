package org.vocabeam.models.pretext;

import static com.google.common.base.Preconditions.checkArgument;
import static org.vocabeam.models.graph.Layers.crossEntropy;
import static org.vocabeam.models.graph.Layers.meanOfAll;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Initializer;
import org.vocabeam.models.graph.Layers;
import org.vocabeam.models.graph.Layers.Mode;
import org.vocabeam.models.graph.VariableSpec.Role;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.optimize.AdamW;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.models.views.ViewSpec;

/**
 * Colorization (Zhang et al. 2016, "Colorful Image Colorization"): from the lightness of an image
 * the network predicts the colours of its parts, among the colours of a grid.
 *
 * @param gridStep side of a grid cell, in units of a and b of CIE Lab
 * @param rebalancing lambda, in (0, 1]: 1 gives all colours the same weight, less gives rare
 *     colours more
 * @param priorDecay of the running share of every colour
 * @param doublings of the last map before the prediction
 * @param width channels of the maps after the backbone
 * @param view kind of view that is coloured, one of every image
 */
@JsonTypeName("colorization")
public record Colorization(
    double gridStep, double rebalancing, double priorDecay, int doublings, int width, ViewSpec view)
    implements Method {
  private static final String PRIOR = "colours";

  public Colorization {
    checkArgument(
        gridStep >= 5 && gridStep <= 100, "gridStep is %s, must be in [5, 100]", gridStep);
    checkArgument(
        rebalancing > 0 && rebalancing <= 1, "rebalancing is %s, must be in (0, 1]", rebalancing);
    checkArgument(
        priorDecay >= 0 && priorDecay < 1, "priorDecay is %s, must be in [0, 1)", priorDecay);
    checkArgument(doublings >= 0 && doublings <= 4, "doublings is %s, must be 0 to 4", doublings);
    checkArgument(width > 0, "width is %s, must be positive", width);
    view.checkSingle();
  }

  @Override
  public List<ViewSpec> views() {
    return List.of(view);
  }

  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    ColourGrid grid = ColourGrid.of(gridStep);
    Operand<TFloat32> rgb = inputs.normalisation().invert(tf, inputs.views().get(view.name()));
    List<Operand<TFloat32>> lab = ColourGrid.lab(tf, rgb);

    // The lightness alone, as grey: [B, S, S, 3] -> [B, h, w, D] -> [B, H, W, Q]
    Operand<TFloat32> grey =
        inputs.normalisation().applyToShares(tf, ColourGrid.grey(tf, lab.get(0)));
    Layers student = new Layers(tf, variables.scope(STUDENT), Mode.TRAINING);
    Operand<TFloat32> map = backbone.maps(student, grey).get(backbone.lastLevel());
    Layers head = new Layers(tf, variables.scope("head."), Mode.TRAINING);
    Operand<? extends TFloating> h = doubled(head, head.reduced(map));
    int side = (int) h.shape().get(1);
    long cells = h.shape().get(0) * side * side;
    Operand<TFloat32> logits =
        tf.reshape(
            head.cells(h, "colour", grid.colours()),
            tf.constant(new long[] {cells, grid.colours()}));

    // Targets [B H W, Q] and their weights (eq. 4): rare colours more, 1 on average.
    Operand<TFloat32> colours = grid.nearest(tf, lab.get(1), lab.get(2), side);
    Operand<TFloat32> before =
        variables.variable(
            "", PRIOR, Role.STATISTIC, Initializer.constant(1f / grid.colours()), grid.colours());
    Operand<TFloat32> weights = weights(tf, before, rebalancing);
    Operand<TFloat32> weight = tf.sum(tf.math.mul(colours, weights), tf.constant(1));
    Operand<TFloat32> loss = meanOfAll(tf, tf.math.mul(crossEntropy(tf, logits, colours), weight));
    Operand<TFloat32> prior =
        tf.math.add(
            tf.math.mul(before, tf.constant((float) priorDecay)),
            tf.math.mul(
                tf.math.mean(colours, tf.constant(0)), tf.constant((float) (1 - priorDecay))));
    variables.assign(PRIOR, prior);
    return Loss.of(loss, student.globalAveragePool(map));
  }

  private <T extends TFloating> Operand<T> doubled(Layers head, Operand<T> map) {
    Operand<T> h = map;
    for (int i = 0; i < doublings; i++) {
      Layers in = head.in("up" + i);
      h = in.relu(in.batchNorm(in.conv(in.upsample(h), "conv", width, 3, 1), "bn"));
    }
    return h;
  }

  /** Authors {@code w ~ 1 / ((1 - lambda) p + lambda / Q)} with {@code sum p w = 1} (eq. 4). */
  static Operand<TFloat32> weights(Ops tf, Operand<TFloat32> prior, double lambda) {
    float uniform = (float) (lambda / prior.shape().get(0));
    Operand<TFloat32> mixed =
        tf.math.add(tf.math.mul(prior, tf.constant((float) (1 - lambda))), tf.constant(uniform));
    Operand<TFloat32> rare = tf.math.reciprocal(mixed);
    return tf.math.div(rare, tf.sum(tf.math.mul(prior, rare), tf.constant(0)));
  }

  /**
   * The paper's settings: section 2, a grid of 10 and lambda 0.5, at a quarter of the resolution;
   * Adam with decay 1e-3.
   *
   * <p>{@code Deviation:} the colours are the cells that contain a colour of sRGB, 261 for a grid
   * of 10, where the paper counts 313; the target is the nearest colour, not a soft mixture of
   * five; the prior is a running mean of the batches, not a smoothed one of the data set.
   */
  public static Recipe paper(Backbone backbone, Task task) {
    checkColours(task);
    return task.recipe(
        new Colorization(
            /* gridStep= */ 10,
            /* rebalancing= */ 0.5,
            /* priorDecay= */ 0.99,
            /* doublings= */ 2,
            /* width= */ 256,
            ViewSpec.rotNet(/* size= */ task.isSmall() ? task.side() : 224)),
        backbone,
        /* batchSize= */ 40,
        adam(),
        new RateSchedule.Cosine(
            /* learningRate= */ 3e-4, /* endLearningRate= */ 0, /* warmupSteps= */ 0));
  }

  /** Settings for 28 to 64 pixels and minutes on a processor; few colours, so a coarser grid. */
  public static Recipe small(Backbone backbone, Task task) {
    checkColours(task);
    return task.recipe(
        new Colorization(
            /* gridStep= */ 20,
            /* rebalancing= */ 0.5,
            /* priorDecay= */ 0.99,
            /* doublings= */ 1,
            /* width= */ 64,
            ViewSpec.rotNet(/* size= */ task.isSmall() ? task.side() : 224)),
        backbone,
        /* batchSize= */ 64,
        adam(),
        new RateSchedule.Cosine(
            /* learningRate= */ 1e-3, /* endLearningRate= */ 0, /* warmupSteps= */ 0));
  }

  private static AdamW adam() {
    return new AdamW(
        /* beta1= */ 0.9, /* beta2= */ 0.99, /* epsilon= */ 1e-8, /* weightDecay= */ 1e-3);
  }

  private static void checkColours(Task task) {
    int channels = task.images().channels();
    if (channels != 3) {
      throw new UserError(
          "colorization needs images of 3 channels, these have "
              + channels
              + "; take colour images or another method");
    }
  }
}
