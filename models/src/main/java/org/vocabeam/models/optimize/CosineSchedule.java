package org.vocabeam.models.optimize;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;

/**
 * Learning rate of a step (OBoW reference code, {@code compute_cosine_learning_rate}): linear from
 * 0 over the warm-up, then half a cosine from {@code start} to {@code end}. The rate is constant
 * inside an epoch after the warm-up; one step an epoch gives the smooth form.
 *
 * @param warmupEpochs w, less than epochs
 * @param epochs E
 * @param stepsPerEpoch n
 */
public record CosineSchedule(
    double start, double end, long warmupEpochs, long epochs, long stepsPerEpoch)
    implements Serializable {
  public CosineSchedule {
    checkArgument(start >= 0 && end >= 0 && end <= start, "rates are %s to %s", start, end);
    checkArgument(epochs > 0 && stepsPerEpoch > 0, "%s epochs of %s", epochs, stepsPerEpoch);
    checkArgument(
        warmupEpochs >= 0 && warmupEpochs < epochs,
        "warm-up is %s of %s epochs, must be shorter",
        warmupEpochs,
        epochs);
  }

  /**
   * Returns the rate of a step.
   *
   * @param step counted from 0
   */
  public double rate(long step) {
    long epoch = step / stepsPerEpoch;
    if (epoch < warmupEpochs) {
      return start * step / (warmupEpochs * stepsPerEpoch);
    }
    double done = (double) (epoch - warmupEpochs) / (epochs - warmupEpochs);
    return end + (start - end) * 0.5 * (1 + Math.cos(Math.PI * done));
  }

  /**
   * Returns the student's share 1 - a of a teacher's decay (BYOL section 3.3; OBoW reference code),
   * {@code a = 1 - (1 - base) (1 + cos(pi t/N)) / 2}; float32 would round the decay itself.
   *
   * @param step t, counted from 0
   * @param steps N
   */
  public static double studentShare(double base, long step, long steps) {
    return (1 - base) * 0.5 * (1 + Math.cos(Math.PI * step / steps));
  }
}
