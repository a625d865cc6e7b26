package org.vocabeam.pipelines.run;

import java.util.Locale;
import org.vocabeam.models.evaluate.Signal;
import org.vocabeam.models.training.Loss;

/** Metric by which the rounds of a run are compared. */
public enum Monitor {
  /** Accuracy of nearest neighbours, which needs labels; the larger the better. */
  NEIGHBOURS(Signal.NEIGHBOURS, true),
  /** Effective rank of the features; the larger the better. */
  RANKME(Signal.RANKME, true),
  /** Loss, as the mean of a round's steps; the smaller the better. */
  LOSS(Loss.LOSS, false);

  private final String metric;
  private final boolean larger;

  Monitor(String metric, boolean larger) {
    this.metric = metric;
    this.larger = larger;
  }

  /** Returns the name of the metric in the store of steps, and of the value of the option. */
  public String metric() {
    return metric;
  }

  /** Returns true if a value is better than another one; equal ones are not. */
  boolean isBetter(double value, double than) {
    return larger ? value > than : value < than;
  }

  /** Returns a value for people. */
  String format(double value) {
    return switch (this) {
      case NEIGHBOURS -> String.format(Locale.ROOT, "%.1f %%", 100 * value);
      case RANKME -> String.format(Locale.ROOT, "%.1f", value);
      case LOSS -> String.format(Locale.ROOT, "%.4f", value);
    };
  }
}
