package org.vocabeam.pipelines.registry;

import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.vocabeam.pipelines.inputs.Documents;
import org.vocabeam.transforms.files.StoreFiles;

/** Starts runs when they are due, one after the other, and one run for all that were missed. */
public final class Scheduler {
  /** Longest sleep, because a machine that was asleep does not count the time. */
  private static final Duration LOOK = Duration.ofMinutes(1);

  /** Largest number of missed times that is counted. */
  private static final int COUNTED = 1000;

  /** Waits, except in tests. */
  interface Sleeper {
    void sleep(Duration time) throws InterruptedException;
  }

  /**
   * Content of {@code schedule.json}.
   *
   * @param last newest time whose run has ended, ISO 8601
   */
  private record State(String cron, String zone, String last) {}

  private final CronSchedule schedule;
  private final String file;
  private final Runnable run;
  private final PrintStream messages;
  private final Clock clock;
  private final Sleeper sleeper;

  /**
   * @param registry directory of the registry
   * @param run work that is due; its exceptions end the schedule
   * @param messages where times are printed
   */
  public Scheduler(CronSchedule schedule, String registry, Runnable run, PrintStream messages) {
    this(
        schedule,
        registry,
        run,
        messages,
        Clock.systemUTC(),
        time -> Thread.sleep(time.toMillis()));
  }

  Scheduler(
      CronSchedule schedule,
      String registry,
      Runnable run,
      PrintStream messages,
      Clock clock,
      Sleeper sleeper) {
    this.schedule = schedule;
    this.file = StoreFiles.resolve(registry, "schedule.json");
    this.run = run;
    this.messages = messages;
    this.clock = clock;
    this.sleeper = sleeper;
  }

  /** Runs until the thread is interrupted. */
  public void run() throws InterruptedException {
    Instant last = start();
    while (true) {
      Instant due = schedule.next(last);
      messages.printf("Next run: %s%n", text(due));
      while (clock.instant().isBefore(due)) {
        Duration left = Duration.between(clock.instant(), due);
        sleeper.sleep(left.compareTo(LOOK) < 0 ? left : LOOK);
      }
      last = newest(due);
      run.run();
      write(last);
    }
  }

  /** Returns the newest time whose run has ended; a new or changed schedule begins now. */
  private Instant start() {
    Optional<State> state = Documents.find(State.class, file);
    if (state.isPresent()
        && state.get().cron().equals(schedule.expression())
        && state.get().zone().equals(schedule.zone().getId())) {
      return Instant.parse(state.get().last());
    }
    Instant now = clock.instant();
    write(now);
    return now;
  }

  /** Returns the newest time that has come by now. */
  private Instant newest(Instant due) {
    Instant now = clock.instant();
    Instant newest = due;
    int missed = 0;
    for (Instant next = schedule.next(due); !next.isAfter(now); next = schedule.next(next)) {
      newest = next;
      if (++missed == COUNTED) {
        newest = now;
        break;
      }
    }
    if (missed > 0) {
      messages.printf(
          "%s%d runs were due since %s: one makes up for them%n",
          missed == COUNTED ? "more than " : "", missed + 1, text(due));
    }
    return newest;
  }

  private void write(Instant last) {
    Documents.write(
        file, new State(schedule.expression(), schedule.zone().getId(), last.toString()));
  }

  private String text(Instant time) {
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time.atZone(schedule.zone()));
  }
}
