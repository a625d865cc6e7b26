package org.vocabeam.pipelines.registry;

import java.util.SortedMap;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What happened to a registry: a file of its history.
 *
 * @param number counts from 1
 * @param time of the clock, ISO 8601 in UTC
 * @param kind what
 * @param version that it happened to
 * @param before the version that was current before
 * @param by {@code automatic} after a run, {@code manual} by command
 * @param who user and host
 * @param reason in one line
 * @param metrics of the version, where it has some
 * @param parentMetrics of the model that it was compared with
 */
public record Event(
    int number,
    String time,
    Kind kind,
    int version,
    @Nullable Integer before,
    String by,
    String who,
    String reason,
    SortedMap<String, Double> metrics,
    SortedMap<String, Double> parentMetrics) {

  /** Kinds of event. */
  public enum Kind {
    /** The version became current. */
    PROMOTED,
    /** The version was complete, and the gate did not hold. */
    REFUSED,
    /** The version became current again. */
    ROLLED_BACK,
    /** The work on the version ended with an error. */
    FAILED,
    /** The work on the version was stopped from outside. */
    CANCELLED
  }

  /** What happened, before it has a number, a time and an author. */
  static Event of(Kind kind, int version, @Nullable Integer before, String by, String reason) {
    return new Event(
        0, "", kind, version, before, by, "", reason, new TreeMap<>(), new TreeMap<>());
  }

  Event with(ModelVersion of) {
    return new Event(
        number, time, kind, version, before, by, who, reason, of.metrics(), of.parentMetrics());
  }

  Event at(int place, String when, String author) {
    return new Event(
        place, when, kind, version, before, by, author, reason, metrics, parentMetrics);
  }
}
