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

  /** The shorter side of the images, in pixels. */
  public int side() {
    return Math.min(images.height(), images.width());
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
