package org.vocabeam.models.training;

import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.optimize.Optimizer;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.views.Normalisation;

/**
 * What a preset is asked for: the images, and how long to train on them.
 *
 * @param images the shape that they all have
 * @param normalisation the statistics of the data set
 * @param imageCount images of an epoch
 * @param steps of the whole run
 */
public record Task(
    ImageShape images, Normalisation normalisation, long imageCount, long steps, long seed) {
  /** Images below this side get small-image stems and views. */
  private static final int SMALL_SIDE = 128;

  private static final long LONGEST_SMALL_WARMUP = 400;

  /** The shorter side of the images, in pixels. */
  public int side() {
    return Math.min(images.height(), images.width());
  }

  /**
   * Steps of warm-up of the small presets of methods whose loss starts far above what tens of steps
   * reach: at a high rate those steps cost what random weights can do. Half of a run of a minute
   * (OBoW on Fashion-MNIST, linear probe after 462 steps, seed 1: 85.3 with a fifth, 86.6 with
   * half, 86.3 with three quarters), less of a longer one (2,000 steps: 87.9 with a fifth, 87.4
   * with half), so at most 400.
   */
  public long smallWarmup() {
    return Math.min(steps / 2, LONGEST_SMALL_WARMUP);
  }

  /** A recipe for the task, of a run that stops when its embeddings become one. */
  public Recipe recipe(
      Method method, Backbone backbone, int batchSize, Optimizer optimizer, RateSchedule schedule) {
    return new Recipe(
        method,
        backbone,
        images,
        normalisation,
        batchSize,
        optimizer,
        schedule,
        steps,
        seed,
        EmbeddingSpread.COLLAPSED);
  }

  /** Whether the papers' settings for about 224 pixels do not fit. */
  public boolean isSmall() {
    return side() < SMALL_SIDE;
  }
}
