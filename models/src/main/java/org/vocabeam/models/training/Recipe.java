package org.vocabeam.models.training;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.optimize.CosineSchedule;
import org.vocabeam.models.optimize.Optimizer;
import org.vocabeam.models.views.Normalisation;

/**
 * Everything that decides what a run computes, but its images: two runs with equal recipes on equal
 * images end with equal bytes. Kept as JSON in every checkpoint ({@code Methods}).
 *
 * @param batchSize images of a step of one replica
 * @param learningRate of the first step after the warm-up
 * @param endLearningRate of the last step
 * @param warmupSteps of linearly growing rate
 * @param steps of the whole run, for the schedules
 * @param seed of all randomness
 * @param collapseThreshold a run whose embedding std stays below it has collapsed
 */
public record Recipe(
    Method method,
    Backbone backbone,
    ImageShape images,
    Normalisation normalisation,
    int batchSize,
    Optimizer optimizer,
    double learningRate,
    double endLearningRate,
    long warmupSteps,
    long steps,
    long seed,
    double collapseThreshold) {
  public Recipe {
    require(batchSize > 1, "batchSize", batchSize, "at least 2");
    require(
        learningRate > 0 && Double.isFinite(learningRate),
        "learningRate",
        learningRate,
        "positive and finite");
    require(
        endLearningRate >= 0 && endLearningRate <= learningRate,
        "endLearningRate",
        endLearningRate,
        "between 0 and learningRate, which is " + learningRate);
    require(steps > 0, "steps", steps, "positive");
    require(
        warmupSteps >= 0 && warmupSteps < steps,
        "warmupSteps",
        warmupSteps,
        "between 0 and steps, of which there are " + steps);
    require(collapseThreshold >= 0, "collapseThreshold", collapseThreshold, "at least 0");
    method.check(backbone, batchSize);
  }

  private static void require(boolean valid, String what, Object actual, String allowed) {
    if (!valid) {
      throw new UserError(what + " is " + actual + ", must be " + allowed);
    }
  }

  /** The learning rate by step. */
  @JsonIgnore
  public CosineSchedule schedule() {
    return new CosineSchedule(learningRate, endLearningRate, warmupSteps, steps, 1);
  }
}
