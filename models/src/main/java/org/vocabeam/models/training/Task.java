package org.vocabeam.models.training;

import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.backbone.Backbones;
import org.vocabeam.models.backbone.VisionTransformer;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.optimize.AdamW;
import org.vocabeam.models.optimize.Optimizer;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.views.Normalisation;

/**
 * A task that a preset is made for: the images, and how long to train on them.
 *
 * <pre>{@code
 * Task task = new Task(new ImageShape(32, 32, 3), normalisation, 50_000, 10_000, seed);
 * }</pre>
 *
 * @param images shape at which whole images are shown
 * @param normalisation statistics of the data set
 * @param imageCount images of an epoch
 * @param steps of the whole run
 * @param seed of all randomness
 */
public record Task(
    ImageShape images, Normalisation normalisation, long imageCount, long steps, long seed) {
  private static final long LONGEST_SMALL_WARMUP = 400;

  /** Returns the same task with images shown as squares of a side, in pixels. */
  public Task withSide(int side) {
    return withShape(side, side);
  }

  /** Returns the same task with images shown in another shape. */
  public Task withShape(int height, int width) {
    ImageShape other = new ImageShape(height, width, images.channels());
    return new Task(other, normalisation, imageCount, steps, seed);
  }

  /** Returns the shorter side of the images, in pixels. */
  public int side() {
    return Math.min(images.height(), images.width());
  }

  /** Returns true where the papers' settings for about 224 pixels do not fit. */
  public boolean isSmall() {
    return Backbones.isSmall(side());
  }

  /**
   * Returns the steps of warm-up of {@link Settings#SMALL} for a method whose loss starts far above
   * what tens of steps reach: without it, those steps at a high rate cost what random weights can
   * do. It takes half of a short run and at most 400 steps. OBoW on Fashion-MNIST, linear probe
   * after 462 steps, seed 1: 85.3 % with a warm-up of a fifth, 86.6 with half.
   */
  public long smallWarmup() {
    return Math.min(steps / 2, LONGEST_SMALL_WARMUP);
  }

  /**
   * Returns the steps of a paper's warm-up, at most a tenth of the run.
   *
   * @param epochs of the paper's warm-up
   * @param batchSize images of a step
   */
  public long warmup(long epochs, int batchSize) {
    return Math.min(epochs * epoch(batchSize), steps / 10);
  }

  /** Returns the whole steps of an epoch. */
  public long epoch(int batchSize) {
    return imageCount / batchSize;
  }

  /**
   * Returns a recipe for the task in float32, of a run that stops when all embeddings become equal.
   *
   * @param optimizer of convolutional networks; see {@link #optimizer}
   * @param schedule of convolutional networks; see {@link #schedule}
   */
  public Recipe recipe(
      Method method, Backbone backbone, int batchSize, Optimizer optimizer, RateSchedule schedule) {
    return new Recipe(
        method,
        backbone,
        images,
        normalisation,
        batchSize,
        optimizer(backbone, optimizer),
        schedule(backbone, batchSize, optimizer, schedule),
        steps,
        seed,
        EmbeddingSpread.COLLAPSED,
        /* microBatches= */ 1,
        Precision.FLOAT32);
  }

  /**
   * Returns the optimizer of a method's settings; for a transformer DINO's AdamW in place of SGD
   * and LARS, which the papers use for convolutional networks and which transformers hardly learn
   * with.
   */
  public Optimizer optimizer(Backbone backbone, Optimizer ofSettings) {
    return isReplaced(backbone, ofSettings) ? AdamW.forTransformers() : ofSettings;
  }

  /**
   * Returns the schedule of a method's settings; for a transformer DINO's where its optimizer takes
   * the place of another: 0.0005 for batches of up to 256 images and in proportion for larger ones,
   * a warm-up of ten epochs or the settings' if that is longer, then half a cosine to 1e-6.
   */
  public RateSchedule schedule(
      Backbone backbone, int batchSize, Optimizer ofSettings, RateSchedule schedule) {
    if (!isReplaced(backbone, ofSettings)) {
      return schedule;
    }
    long given = schedule instanceof RateSchedule.Cosine cosine ? cosine.warmupSteps() : 0;
    return new RateSchedule.Cosine(
        /* learningRate= */ 0.0005 * Math.max(1, batchSize / 256.0),
        /* endLearningRate= */ 1e-6,
        Math.max(given, warmup(/* epochs= */ 10, batchSize)));
  }

  private static boolean isReplaced(Backbone backbone, Optimizer optimizer) {
    return backbone instanceof VisionTransformer && !(optimizer instanceof AdamW);
  }
}
