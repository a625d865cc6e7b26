package org.vocabeam.models.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.UserError;
import org.vocabeam.models.optimize.CosineSchedule;
import org.vocabeam.models.optimize.Sgd;

/**
 * How a {@link LinearProbe} is trained on features in memory: SGD with momentum, the rate falling
 * to 0 by a cosine. The budget is in steps, not epochs, so that hundreds of rows and tens of
 * thousands take the same time.
 *
 * @param steps at least 1
 * @param batchSize at least 2; fewer rows make a batch of all
 * @param learningRate of the first step, positive
 * @param momentum in [0, 1)
 * @param logitVariance v, positive: how far the probe trusts its features before it has seen a
 *     label; the weight decay is D / (v rows), so that few rows are held back more than many and
 *     wide features more than narrow ones
 */
public record ProbeRecipe(
    int steps, int batchSize, double learningRate, double momentum, double logitVariance) {
  public ProbeRecipe {
    checkArgument(steps > 0, "steps is %s, must be positive", steps);
    checkArgument(batchSize > 1, "batchSize is %s, must be at least 2", batchSize);
    checkArgument(learningRate > 0, "learningRate is %s, must be positive", learningRate);
    checkArgument(momentum >= 0 && momentum < 1, "momentum is %s, must be in [0, 1)", momentum);
    checkArgument(logitVariance > 0, "logitVariance is %s, must be positive", logitVariance);
  }

  /** The one default; the package says how it was chosen. */
  public static ProbeRecipe standard() {
    return new ProbeRecipe(2000, 256, 0.1, 0.9, 10);
  }

  /**
   * The weight decay that is the prior N(0, v / D) of every weight: standardised features then have
   * logits of variance v. At most 1 / learningRate, where a step would forget the weights.
   */
  double weightDecay(int width, int rows) {
    return Math.min(width / (logitVariance * rows), 1 / learningRate);
  }

  /**
   * Trains a probe; a function of its arguments.
   *
   * @param train at least 2 rows
   * @param classes number of classes, more than every label
   */
  public LinearProbe fit(LabelledFeatures train, int classes, long seed) {
    if (train.rows() < 2) {
      throw new UserError(
          String.format(
              "a linear probe is fitted to %d rows, needs at least 2; take a larger share of labels",
              train.rows()));
    }
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
        order = Shuffle.of(train.rows(), Seeds.random(seed, "probe", step / perEpoch));
      }
      int[] rows = Arrays.copyOfRange(order, inEpoch * batch, (inEpoch + 1) * batch);
      probe.train(train.select(rows), schedule.rate(step), step + 1L);
    }
    return probe;
  }
}
