package org.vocabeam.transforms.training;

import java.util.Locale;
import java.util.StringJoiner;

/** Durations of the parts of a piece of work, one after the other, for a line of the log. */
public final class Laps {
  private final StringJoiner parts = new StringJoiner(", ");
  private long last = System.nanoTime();

  /** Ends a part, which began with the end of the one before. */
  public void end(String part) {
    long now = System.nanoTime();
    parts.add(String.format(Locale.ROOT, "%s %.3f s", part, (now - last) / 1e9));
    last = now;
  }

  /** Adds a remark on the part that ended last. */
  public void remark(String remark) {
    parts.add(remark);
  }

  /** Returns a line like {@code checkpoint read 0.214 s, steps 58.120 s}. */
  @Override
  public String toString() {
    return parts.toString();
  }
}
