package org.vocabeam.pipelines.runner;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Steps of a command that is composed of others. Each step is announced with the command line that
 * does it alone, and its time is kept for the summary. A step that fails ends the whole with its
 * exception.
 *
 * <pre>{@code
 * Steps steps = new Steps(System.out, runner);
 * List<MetricRecord> metrics = steps.take("Evaluate", EvaluateStage.of(images, run, output));
 * steps.summary();
 * }</pre>
 */
public final class Steps {
  private record Taken(String title, Duration time) {}

  private final PrintStream out;
  private final Runner runner;
  private final List<Taken> taken = new ArrayList<>();

  /**
   * @param out where steps are announced
   * @param runner of all requests
   */
  public Steps(PrintStream out, Runner runner) {
    this.out = out;
    this.runner = runner;
  }

  /** Takes a step that is no command. */
  public void take(String title, Runnable work) {
    take(
        title,
        () -> {
          work.run();
          return title;
        });
  }

  /** Takes a step that is no command, and returns its result. */
  public <R> R take(String title, Supplier<R> work) {
    out.printf("%n== %s%n", title);
    return timed(title, work);
  }

  /** Prints the command line of a request, runs the request, and returns its result. */
  public <R> R take(String title, Request<R> request) {
    out.printf("%n== %s%n%s%n", title, request.typed(runner));
    return timed(title, () -> request.run(runner));
  }

  private <R> R timed(String title, Supplier<R> work) {
    long start = System.nanoTime();
    R result = work.get();
    taken.add(new Taken(title, Duration.ofNanos(System.nanoTime() - start)));
    return result;
  }

  /** Prints a line with the time of each step, and the sum. */
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
