package org.vocabeam.pipelines.registry;

import java.util.SortedMap;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * An event of a registry: a file of its history.
 *
 * @param number number of the event, from 1
 * @param time wall clock time, ISO 8601 in UTC
 * @param kind kind of event
 * @param version version of the event
 * @param before version that was current before; null without one
 * @param by {@code automatic} after a run, {@code manual} by command
 * @param who user and host
 * @param reason one line
 * @param metrics metrics of the version; empty without any
 * @param parentMetrics metrics of the model that the version was compared with; empty without any
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

  /** Returns an event without number, time and author. */
  static Event of(Kind kind, int version, @Nullable Integer before, String by, String reason) {
    return new Event(
        0, "", kind, version, before, by, "", reason, new TreeMap<>(), new TreeMap<>());
  }

  /** Returns the event with the metrics of a version. */
  Event with(ModelVersion measured) {
    return new Event(
        number,
        time,
        kind,
        version,
        before,
        by,
        who,
        reason,
        measured.metrics(),
        measured.parentMetrics());
  }

  /** Returns the event with number, time and author. */
  Event at(int place, String when, String author) {
    return new Event(
        place, when, kind, version, before, by, author, reason, metrics, parentMetrics);
  }
}
