package org.vocabeam.models.replicas;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import org.vocabeam.models.UserError;

/**
 * How the students that trained side by side for a round become one, from which all of them go on.
 * Decides the result of a run of several replicas; a single one is not combined with anything.
 *
 * @param weights of the student's trained parameters; a teacher's always become their mean
 * @param momentum of the optimizer
 * @param statistics running ones of batch norm
 */
public record Combination(Weights weights, Momentum momentum, Statistics statistics)
    implements Serializable {

  /** The mean of everything, which nothing that was tried has bettered. */
  public static Combination usual() {
    return new Combination(new Weights.Mean(), Momentum.MEAN, new Statistics.Mean());
  }

  /** What trained parameters become. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Weights.Mean.class, name = "mean"),
    @JsonSubTypes.Type(value = Weights.Nesterov.class, name = "nesterov")
  })
  public sealed interface Weights extends Serializable {
    /** The mean of the replicas. */
    record Mean() implements Weights {}

    /**
     * An outer step of gradient descent with Nesterov's momentum, whose gradient is what the
     * replicas have moved (Douillard et al. 2023, "DiLoCo", algorithm 1): {@code delta = start -
     * mean; v <- momentum v + delta; theta <- start - rate (delta + momentum v)}. Rate 1 and
     * momentum 0 are the mean, but for rounding.
     *
     * @param rate positive; the paper's is 0.7
     * @param momentum in [0, 1); the paper's is 0.9
     */
    record Nesterov(double rate, double momentum) implements Weights {
      public Nesterov {
        require(rate > 0 && Double.isFinite(rate), "outerRate", rate, "positive and finite");
        require(momentum >= 0 && momentum < 1, "outerMomentum", momentum, "in [0, 1)");
      }

      /**
       * Takes a step.
       *
       * @param start weights that every replica of the round started from; become the new ones
       * @param mean of the replicas' weights
       * @param velocity v; moves
       */
      public void step(float[] start, float[] mean, float[] velocity) {
        for (int i = 0; i < start.length; i++) {
          double delta = (double) start[i] - mean[i];
          double v = momentum * velocity[i] + delta;
          velocity[i] = (float) v;
          start[i] = (float) (start[i] - rate * (delta + momentum * v));
        }
      }
    }
  }

  /** What the optimizer of a replica starts its next round with. */
  public enum Momentum {
    /** Its own: the checkpoint has that of every replica. */
    @JsonProperty("keep")
    KEEP,
    /** The mean of the replicas. */
    @JsonProperty("mean")
    MEAN,
    /** Nothing, as in the run's first step. */
    @JsonProperty("reset")
    RESET
  }

  /** What the running statistics of batch norm become. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Statistics.Mean.class, name = "mean"),
    @JsonSubTypes.Type(value = Statistics.Estimate.class, name = "estimate")
  })
  public sealed interface Statistics extends Serializable {
    /** The mean of the replicas. */
    record Mean() implements Statistics {}

    /**
     * The mean, moved on by forward passes of the combined student. Training runs on the statistics
     * of its batches, so this changes what is made of a checkpoint, and not what is learned.
     *
     * @param batches of one replica, positive; after 32 the mean's share is 3 %
     */
    record Estimate(int batches) implements Statistics {
      public Estimate {
        require(batches > 0, "statisticsBatches", batches, "positive");
      }
    }
  }

  private static void require(boolean valid, String what, Object actual, String allowed) {
    if (!valid) {
      throw new UserError(what + " is " + actual + ", must be " + allowed);
    }
  }
}
