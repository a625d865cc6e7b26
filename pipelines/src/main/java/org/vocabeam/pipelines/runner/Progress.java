package org.vocabeam.pipelines.runner;

import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Progress of long work: share done, time taken and left, and a message such as the loss. A bar
 * that redraws itself on a terminal, elsewhere a plain line every ten seconds, always on standard
 * error. The launcher says that there is a terminal with the system property {@value #COLUMNS},
 * because the JVM only knows of one when input and output are both terminals.
 */
public final class Progress implements AutoCloseable {
  /** The width of the terminal in characters; absent where there is none. */
  static final String COLUMNS = "vocabeam.columns";

  private static final Duration REDRAWN_EVERY = Duration.ofMillis(250);
  private static final Duration LINE_EVERY = Duration.ofSeconds(10);
  private static final int LINE_LENGTH = 120;

  private final ProgressBar bar;

  private Progress(ProgressBar bar) {
    this.bar = bar;
  }

  /**
   * Starts showing work of {@code total} units of which {@code done} were done earlier (they do not
   * count for the time left).
   */
  public static Progress start(String task, long done, long total) {
    Integer columns = Integer.getInteger(COLUMNS);
    return columns == null
        ? lines(task, done, total)
        : start(
            task, done, total, REDRAWN_EVERY, new ConsoleProgressBarConsumer(System.err, columns));
  }

  /** Starts showing work in plain lines, also on a terminal. */
  static Progress lines(String task, long done, long total) {
    return start(task, done, total, LINE_EVERY, new Lines(System.err));
  }

  static Progress start(
      String task, long done, long total, Duration every, ProgressBarConsumer consumer) {
    return new Progress(
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .startsFrom(done, Duration.ZERO)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis((int) every.toMillis())
            .setConsumer(consumer)
            .build());
  }

  /** Now {@code done} units are done, in all. */
  public void stepTo(long done) {
    bar.stepTo(done);
  }

  /** Sets the text at the end of the line. */
  public void message(String message) {
    bar.setExtraMessage(message);
  }

  /** Shows the last state once more. */
  @Override
  public void close() {
    bar.close();
  }

  /** A line for every state that differs from the one before. */
  static final class Lines implements ProgressBarConsumer {
    private final PrintStream out;
    private String last = "";

    Lines(PrintStream out) {
      this.out = out;
    }

    @Override
    public int getMaxRenderedLength() {
      return LINE_LENGTH;
    }

    @Override
    public void accept(String line) {
      if (!line.equals(last)) {
        out.println(line.stripTrailing());
        last = line;
      }
    }

    @Override
    public void close() {
      out.flush();
    }
  }
}
