package org.vocabeam.models.training;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Precision;
import org.vocabeam.models.optimize.Optimizer;
import org.vocabeam.models.optimize.RateSchedule;
import org.vocabeam.models.views.Normalisation;

/**
 * Everything that decides what a run computes, except its images: two runs with equal recipes on
 * equal images end with equal bytes. Every checkpoint keeps its recipe as JSON ({@code Methods});
 * between a driver and its workers it is serialized.
 *
 * <pre>{@code
 * Recipe recipe = Methods.recipe("simclr", Preset.SMALL, task);
 * try (Trainer trainer = Trainer.of(recipe)) {
 *   float[] metrics = trainer.step(0, batch);
 * }
 * }</pre>
 *
 * @param batchSize images of a step of one replica, at least 2
 * @param schedule learning rate by step
 * @param steps of the whole run, for the schedules
 * @param seed of all randomness
 * @param collapseThreshold embedding std below which a run has collapsed; 0 never stops a run
 * @param microBatches parts of a step: a forward and backward pass each, with batch norm and the
 *     loss of its own images, whose gradients are averaged for one update; memory is that of a part
 * @param precision of the networks while they train; a trained encoder computes in float32
 * @param continuation care of a backbone that has learned before
 */
public record Recipe(
    Method method,
    Backbone backbone,
    ImageShape images,
    Normalisation normalisation,
    int batchSize,
    Optimizer optimizer,
    RateSchedule schedule,
    long steps,
    long seed,
    double collapseThreshold,
    int microBatches,
    Precision precision,
    Continuation continuation)
    implements Serializable {
  /** Name of the draw that decides which branches of the backbone a step drops. */
  static final String DROP_PATH = "dropPath";

  public Recipe {
    require(batchSize > 1, "batchSize", batchSize, "at least 2");
    require(steps > 0, "steps", steps, "positive");
    require(continuation != null, "continuation", continuation, "an object");
    schedule.check(steps);
    continuation.check(schedule, steps);
    require(collapseThreshold >= 0, "collapseThreshold", collapseThreshold, "at least 0");
    require(
        microBatches > 0 && batchSize % microBatches == 0 && batchSize / microBatches > 1,
        "microBatches",
        microBatches,
        "a divisor of batchSize, which is " + batchSize + ", for parts of at least 2 images");
    require(precision != null, "precision", precision, "float32, bfloat16 or float16");
    backbone.check(Math.min(images.height(), images.width()));
    method.views().forEach(view -> backbone.check(view.size()));
    method.check(backbone, batchSize);
  }

  /** Makes a recipe of a run whose backbone learns like its heads. */
  public Recipe(
      Method method,
      Backbone backbone,
      ImageShape images,
      Normalisation normalisation,
      int batchSize,
      Optimizer optimizer,
      RateSchedule schedule,
      long steps,
      long seed,
      double collapseThreshold,
      int microBatches,
      Precision precision) {
    this(
        method,
        backbone,
        images,
        normalisation,
        batchSize,
        optimizer,
        schedule,
        steps,
        seed,
        collapseThreshold,
        microBatches,
        precision,
        Continuation.NONE);
  }

  /** Returns the integers that are drawn for every image: those of the method and the backbone. */
  List<Method.Draw> draws() {
    List<Method.Draw> draws = new ArrayList<>(method.draws(backbone));
    if (backbone.dropPath() > 0) {
      draws.add(new Method.Draw(DROP_PATH, Integer.MAX_VALUE));
    }
    return draws;
  }

  /** Returns the images of a micro-batch. */
  public int microBatchSize() {
    return batchSize / microBatches;
  }

  /**
   * Returns the recipe with its batch halved as often as needed for a number of images, and not
   * below 2. Halves keep what has to be a multiple of the batch.
   */
  public Recipe fitting(long imageCount) {
    int fitting = batchSize;
    while (fitting > imageCount && fitting % 2 == 0 && fitting > 2) {
      fitting /= 2;
    }
    return fitting == batchSize ? this : with(images, fitting, schedule, continuation);
  }

  /** Returns the recipe with another schedule of the learning rate. */
  public Recipe withSchedule(RateSchedule other) {
    return with(images, batchSize, other, continuation);
  }

  /** Returns the recipe with another care of the backbone. */
  public Recipe withContinuation(Continuation other) {
    return with(images, batchSize, schedule, other);
  }

  /** Returns the recipe with another shape in which whole images are shown. */
  public Recipe withImages(ImageShape other) {
    return with(other, batchSize, schedule, continuation);
  }

  private Recipe with(
      ImageShape otherImages,
      int otherBatchSize,
      RateSchedule otherSchedule,
      Continuation otherContinuation) {
    return new Recipe(
        method,
        backbone,
        otherImages,
        normalisation,
        otherBatchSize,
        optimizer,
        otherSchedule,
        steps,
        seed,
        collapseThreshold,
        microBatches,
        precision,
        otherContinuation);
  }

  private static void require(boolean valid, String what, Object actual, String allowed) {
    if (!valid) {
      throw new UserError(what + " is " + actual + ", must be " + allowed);
    }
  }
}
