package org.vocabeam.models.optimize;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.List;
import org.vocabeam.models.UserError;

/**
 * Learning rate of every step of a run.
 *
 * <pre>{@code
 * RateSchedule schedule = new RateSchedule.Cosine(0.1, 0, 400);
 * double rate = schedule.rate(1000, 10_000);
 * }</pre>
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = RateSchedule.Cosine.class, name = "cosine"),
  @JsonSubTypes.Type(value = RateSchedule.Drops.class, name = "drops")
})
public sealed interface RateSchedule extends Serializable {
  /**
   * Returns the rate of a step.
   *
   * @param step counted from 0
   * @param steps of the whole run
   */
  double rate(long step, long steps);

  /** Returns the first rate after the warm-up. */
  double learningRate();

  /**
   * Rejects a schedule that does not fit into a run.
   *
   * @throws UserError with the values that are allowed
   */
  void check(long steps);

  /**
   * A {@link CosineSchedule} by step.
   *
   * @param learningRate rate of the first step after the warm-up
   * @param endLearningRate rate at the end of the cosine
   * @param warmupSteps steps of linearly growing rate
   * @param firstLearningRate rate of the first step of a warm-up whose last step has {@code
   *     learningRate} already (SwAV and DINO, reference code); null for a warm-up that starts at 0
   *     and would reach it one step later
   * @param length of warm-up and cosine in runs, at least 1: a longer one is cut off at the run's
   *     end (MOCA, reference code); null for 1
   */
  record Cosine(
      double learningRate,
      double endLearningRate,
      long warmupSteps,
      @JsonInclude(JsonInclude.Include.NON_NULL) Double firstLearningRate,
      @JsonInclude(JsonInclude.Include.NON_NULL) Double length)
      implements RateSchedule {
    public Cosine {
      checkRate(learningRate);
      require(
          firstLearningRate == null
              || (firstLearningRate >= 0 && firstLearningRate <= learningRate),
          "firstLearningRate",
          firstLearningRate,
          "between 0 and learningRate, which is " + learningRate + ", or absent");
      require(
          endLearningRate >= 0 && endLearningRate <= learningRate,
          "endLearningRate",
          endLearningRate,
          "between 0 and learningRate, which is " + learningRate);
      require(
          length == null || (length >= 1 && Double.isFinite(length)),
          "length",
          length,
          "at least 1 and finite, or absent");
    }

    /** Makes a schedule whose warm-up starts at 0. */
    public Cosine(double learningRate, double endLearningRate, long warmupSteps) {
      this(learningRate, endLearningRate, warmupSteps, /* firstLearningRate= */ null);
    }

    /** Makes a schedule whose cosine ends with the run. */
    public Cosine(
        double learningRate, double endLearningRate, long warmupSteps, Double firstLearningRate) {
      this(learningRate, endLearningRate, warmupSteps, firstLearningRate, /* length= */ null);
    }

    @Override
    public double rate(long step, long steps) {
      if (firstLearningRate != null && step < warmupSteps) {
        double done = (double) step / Math.max(1, warmupSteps - 1);
        return firstLearningRate + (learningRate - firstLearningRate) * done;
      }
      long ofCosine = length == null ? steps : Math.round(length * steps);
      return new CosineSchedule(learningRate, endLearningRate, warmupSteps, ofCosine, 1).rate(step);
    }

    @Override
    public void check(long steps) {
      require(
          warmupSteps >= 0 && warmupSteps < steps,
          "warmupSteps",
          warmupSteps,
          "between 0 and steps, of which there are " + steps);
    }
  }

  /**
   * A constant rate that is multiplied by a factor at some points of the run (PyTorch's {@code
   * MultiStepLR}).
   *
   * @param learningRate rate of the first step
   * @param factor of every drop, in (0, 1]
   * @param drops shares of the run after which the rate drops, in (0, 1), ascending
   */
  record Drops(double learningRate, double factor, List<Double> drops) implements RateSchedule {
    public Drops {
      drops = List.copyOf(drops);
      checkRate(learningRate);
      require(factor > 0 && factor <= 1, "factor", factor, "above 0 and at most 1");
      double before = 0;
      for (double drop : drops) {
        require(drop > before && drop < 1, "drops", drops, "ascending shares between 0 and 1");
        before = drop;
      }
    }

    @Override
    public double rate(long step, long steps) {
      double rate = learningRate;
      for (double drop : drops) {
        if (step >= drop * steps) {
          rate *= factor;
        }
      }
      return rate;
    }

    @Override
    public void check(long steps) {}
  }

  private static void checkRate(double learningRate) {
    require(
        learningRate >= 0 && Double.isFinite(learningRate),
        "learningRate",
        learningRate,
        "at least 0 and finite");
  }

  private static void require(boolean valid, String what, Object actual, String allowed) {
    if (!valid) {
      throw new UserError(what + " is " + actual + ", must be " + allowed);
    }
  }
}
