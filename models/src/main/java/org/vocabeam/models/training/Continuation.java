package org.vocabeam.models.training;

import java.io.Serializable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.VariableSpec;
import org.vocabeam.models.optimize.RateSchedule;

/**
 * Care that a run takes of a backbone that has learned before, while its heads start anew.
 *
 * <p>Heads that know nothing send gradients that distort good features, so that they may learn
 * alone first (Kumar et al. 2022, "Fine-Tuning can Distort Pretrained Features and Underperform
 * Out-of-Distribution"). Meanwhile the backbone stays as it is, byte by byte: its weights, their
 * momentum, and the running statistics of its batch norm, also in networks that are copies of it.
 * Its schedules (rate, weight decay, Adam's step number) begin when it does.
 *
 * <p>Early layers are general and late ones are not, so that the rate may decay from layer to layer
 * (Clark et al. 2020, "ELECTRA", appendix B; Bao et al. 2022, "BEiT"). It is the rate of the
 * optimizer, as in a group of parameters of PyTorch.
 *
 * <p>Deviation: a frozen batch norm often runs on its running statistics (Keras, Detectron2). Here
 * it normalises with those of the batch, as it does after the warm-up, so that heads meet the
 * features for which they are warmed up.
 *
 * <pre>{@code
 * Recipe gentle = recipe.withContinuation(new Continuation(500, 0.75));
 * }</pre>
 *
 * @param headWarmupSteps first steps, in which the backbone stays as it is; at least 0 and below
 *     the steps of the run
 * @param layerDecay factor of the rate from a layer of the backbone to the one below it, in (0, 1];
 *     heads have the schedule's rate
 */
public record Continuation(long headWarmupSteps, double layerDecay) implements Serializable {
  /** A backbone that learns like its heads. */
  public static final Continuation NONE = new Continuation(0, 1);

  public Continuation {
    if (headWarmupSteps < 0) {
      throw new UserError("headWarmupSteps is " + headWarmupSteps + ", must be at least 0");
    }
    if (!(layerDecay > 0 && layerDecay <= 1)) {
      throw new UserError("layerDecay is " + layerDecay + ", must be above 0 and at most 1");
    }
  }

  /** Rejects a warm-up that leaves too few steps to the backbone, whose schedule follows it. */
  void check(RateSchedule schedule, long steps) {
    if (headWarmupSteps >= steps) {
      throw new UserError(
          String.format(
              "headWarmupSteps is %d, must be below the steps of the run, of which there are %d",
              headWarmupSteps, steps));
    }
    try {
      schedule.check(steps - headWarmupSteps);
    } catch (UserError e) {
      throw new UserError(
          String.format("%s behind headWarmupSteps, %d", e.getMessage(), headWarmupSteps), e);
    }
  }

  /** Returns true if some steps leave the backbone as it is. */
  boolean warmsHeadsUp() {
    return headWarmupSteps > 0;
  }

  /** Returns true for a variable of the backbone. */
  static boolean isOfBackbone(VariableSpec variable) {
    return variable.name().startsWith(Method.STUDENT);
  }

  /** Returns the factor of a variable's rate. */
  double rateFactor(VariableSpec variable, Backbone backbone) {
    return layerDecay < 1 && isOfBackbone(variable)
        ? Math.pow(layerDecay, backbone.layers() - backbone.layerOf(variable.unscoped()))
        : 1;
  }
}
