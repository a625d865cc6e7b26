package org.vocabeam.pipelines.runner;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vocabeam.pipelines.Vocabeam;

/**
 * Steps of one command that a person could also take one by one: each is announced with the command
 * line that would do it, and the time that it took is kept for the summary. A step that fails ends
 * the whole with its exception.
 */
public final class Steps {
  private record Taken(String title, Duration time) {}

  private final PrintStream out;
  private final List<Taken> taken = new ArrayList<>();

  public Steps(PrintStream out) {
    this.out = out;
  }

  /** Does {@code work} in this process. */
  public void take(String title, Runnable work) {
    out.printf("%n== %s%n", title);
    long start = System.nanoTime();
    work.run();
    taken.add(new Taken(title, Duration.ofNanos(System.nanoTime() - start)));
  }

  /** Runs a command of the launcher, given as a person would type it. */
  public void command(String title, List<String> arguments) {
    take(
        title,
        () -> {
          out.println("./vocabeam " + String.join(" ", arguments));
          Vocabeam.run(arguments);
        });
  }

  /** A line per step with the time that it took, and the whole. */
  public void summary() {
    out.println();
    Duration whole = Duration.ZERO;
    for (Taken step : taken) {
      out.printf(Locale.ROOT, "%8.1f s  %s%n", seconds(step.time), step.title);
      whole = whole.plus(step.time);
    }
    out.printf(Locale.ROOT, "%8.1f s  in all%n", seconds(whole));
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }
}
