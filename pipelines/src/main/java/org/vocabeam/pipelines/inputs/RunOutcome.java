package org.vocabeam.pipelines.inputs;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Course of a run so far: the part of {@code run.json} that follows from the rounds.
 *
 * @param steps steps of the complete rounds
 * @param monitor metric by which rounds are compared
 * @param best best value of the metric, the earliest of equal ones; null before the first
 * @param newest newest value of the metric; null before the first
 * @param kept steps of the checkpoint that other commands take; null for the newest
 * @param ended reason why the run ended before its last round; null when it did not
 */
public record RunOutcome(
    long steps,
    String monitor,
    @Nullable Point best,
    @Nullable Point newest,
    @Nullable Long kept,
    @Nullable String ended) {

  /**
   * Value of a metric.
   *
   * @param step steps after which it was measured
   */
  public record Point(long step, double value) {}
}
