package org.vocabeam.pipelines.run;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.transforms.signal.SignalSample;

/**
 * Rounds of a run with a signal, and the images on which it is measured.
 *
 * @param sample images; null for a run without a signal
 * @param interval rounds from one signal to the next; the last round has one too
 * @param monitor metric by which rounds are compared
 * @param rounds all rounds of the run
 */
record SignalRounds(
    @Nullable SignalSample sample, int interval, Monitor monitor, RoundPlan rounds) {

  /**
   * Draws the images.
   *
   * @throws UserError when they have no labels for the metric that was asked for
   */
  static SignalRounds of(Recipe recipe, TrainingImages images, RoundPlan rounds) {
    SignalPlan plan = rounds.signal();
    if (plan.images() == 0) {
      return new SignalRounds(null, 1, Monitor.LOSS, rounds);
    }
    SignalSample sample = SignalSample.draw(images.rowGroups(), images.split(), plan.images());
    if (plan.monitor() == Monitor.NEIGHBOURS && !sample.hasNeighbours()) {
      throw new UserError(
          String.format(
              "--monitor is neighbours, but the %d images of the sample do not have two labels that"
                  + " could be predicted; take rankme or loss",
              sample.ids().size()));
    }
    Monitor usual = sample.hasNeighbours() ? Monitor.NEIGHBOURS : Monitor.RANKME;
    return new SignalRounds(
        sample,
        plan.interval(recipe, rounds.stepsPerRound(), sample.ids().size()),
        plan.monitor() == null ? usual : plan.monitor(),
        rounds);
  }

  /** Returns true for a round with a signal, by the steps after which it ends. */
  boolean isDue(long last) {
    long round = last / rounds.stepsPerRound();
    return sample != null && (round % interval == 0 || round == rounds.rounds());
  }
}
