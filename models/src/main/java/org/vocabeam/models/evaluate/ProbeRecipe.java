package org.vocabeam.models.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.optimize.CosineSchedule;
import org.vocabeam.models.optimize.Sgd;

/**
 * Training of a {@link LinearProbe} on features in memory: SGD with momentum, and a rate that falls
 * to 0 by a cosine. The budget is in steps, not epochs, so that hundreds of rows and tens of
 * thousands take the same time.
 *
 * @param steps at least 1
 * @param batchSize at least 2; fewer rows are one batch
 * @param learningRate of the first step, positive
 * @param momentum in [0, 1)
 * @param logitVariance v, positive: the variance of the logits before any label is seen. The weight
 *     decay is D / (v rows): larger for few rows than for many, and for wide features than for
 *     narrow ones
 */
public record ProbeRecipe(
    int steps, int batchSize, double learningRate, double momentum, double logitVariance) {
  /** Weights that fit into the memory of one worker, with their gradient and momentum. */
  private static final long MOST_WEIGHTS = 1L << 28;

  public ProbeRecipe {
    checkArgument(steps > 0, "steps is %s, must be positive", steps);
    checkArgument(batchSize > 1, "batchSize is %s, must be at least 2", batchSize);
    checkArgument(learningRate > 0, "learningRate is %s, must be positive", learningRate);
    checkArgument(momentum >= 0 && momentum < 1, "momentum is %s, must be in [0, 1)", momentum);
    checkArgument(logitVariance > 0, "logitVariance is %s, must be positive", logitVariance);
  }

  /** Returns the one default; the package documentation explains the choice. */
  public static ProbeRecipe standard() {
    return new ProbeRecipe(2000, 256, 0.1, 0.9, 10);
  }

  /**
   * Returns the weight decay that is a prior N(0, v / D) of each weight: standardised features then
   * have logits of variance v. At most 1 / learningRate, where a step would forget the weights.
   */
  double weightDecay(int width, int rows) {
    return Math.min(width / (logitVariance * rows), 1 / learningRate);
  }

  /**
   * Trains a probe. Its weights are a function of the arguments.
   *
   * @param train at least 2 rows
   * @param classes number of classes, above each label
   * @param seed of the order of the rows
   * @throws Unmeasurable when there are fewer rows, a feature is not finite, or the weights are too
   *     many
   */
  public LinearProbe fit(LabelledFeatures train, int classes, long seed) {
    if (train.rows() < 2) {
      throw new Unmeasurable(
          String.format(
              "a linear probe is fitted to %d rows, needs at least 2; use a larger share of labels",
              train.rows()));
    }
    if ((long) train.width() * classes > MOST_WEIGHTS) {
      throw new Unmeasurable(
          String.format(
              "a linear probe of %d features and %d classes has %d weights, must have at most %d;"
                  + " check the labels, or use narrower features",
              train.width(), classes, (long) train.width() * classes, MOST_WEIGHTS));
    }
    train.checkFinite();
    int batch = Math.min(batchSize, train.rows());
    CosineSchedule schedule = new CosineSchedule(learningRate, 0, 0, steps, 1);
    LinearProbe probe =
        new LinearProbe(
            train.width(),
            classes,
            batch,
            new Sgd(momentum, weightDecay(train.width(), train.rows()), false));
    int perEpoch = train.rows() / batch;
    int[] order = new int[0];
    for (int step = 0; step < steps; step++) {
      int inEpoch = step % perEpoch;
      if (inEpoch == 0) {
        order = RandomPermutation.of(train.rows(), Seeds.random(seed, "probe", step / perEpoch));
      }
      int[] rows = Arrays.copyOfRange(order, inEpoch * batch, (inEpoch + 1) * batch);
      probe.train(train.select(rows), schedule.rate(step), step + 1L);
    }
    return probe;
  }
}
