package org.vocabeam.pipelines.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vocabeam.models.UserError;

/** Time is what the test says it is. */
class SchedulerTest {
  private static final CronSchedule AT_THREE = CronSchedule.parse("0 3 * * *", "UTC");

  @TempDir private Path registry;
  private Instant now = Instant.parse("2026-03-01T12:00:00Z");
  private final List<String> runs = new ArrayList<>();
  private final ByteArrayOutputStream messages = new ByteArrayOutputStream();

  private final Clock clock =
      new Clock() {
        @Override
        public Instant instant() {
          return now;
        }

        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }
      };

  /** Runs the schedule up to a time; its first run takes so long. */
  private void until(CronSchedule schedule, String end, Duration first) {
    Instant stop = Instant.parse(end);
    Scheduler scheduler =
        new Scheduler(
            schedule,
            registry.toString(),
            () -> {
              runs.add(now.toString());
              now = now.plus(runs.size() == 1 ? first : Duration.ZERO);
            },
            new PrintStream(messages, true, StandardCharsets.UTF_8),
            clock,
            time -> {
              assertTrue(time.compareTo(Duration.ofMinutes(1)) <= 0, time.toString());
              if (!now.plus(time).isBefore(stop)) {
                throw new InterruptedException();
              }
              now = now.plus(time);
            });
    assertThrows(InterruptedException.class, scheduler::run);
  }

  @Test
  void runsWhenItIsDue() {
    until(AT_THREE, "2026-03-04T12:00:00Z", Duration.ofMinutes(20));
    assertEquals(
        List.of("2026-03-02T03:00:00Z", "2026-03-03T03:00:00Z", "2026-03-04T03:00:00Z"), runs);
  }

  @Test
  void whatWasMissedIsMadeUpForOnce() {
    until(AT_THREE, "2026-03-02T12:00:00Z", Duration.ZERO);
    now = Instant.parse("2026-03-09T08:00:00Z"); // not running for a week
    until(AT_THREE, "2026-03-10T04:00:00Z", Duration.ZERO);
    assertEquals(
        List.of("2026-03-02T03:00:00Z", "2026-03-09T08:00:00Z", "2026-03-10T03:00:00Z"), runs);
    String text = messages.toString(StandardCharsets.UTF_8);
    assertTrue(
        text.contains("7 runs were due since 2026-03-03T03:00:00Z: one makes up for them"), text);
  }

  @Test
  void aRunThatOutlastsTheNextTimesIsFollowedByOne() {
    CronSchedule hourly = CronSchedule.parse("0 * * * *", "UTC");
    until(hourly, "2026-03-01T16:30:00Z", Duration.ofMinutes(150));
    assertEquals(
        List.of("2026-03-01T13:00:00Z", "2026-03-01T15:30:00Z", "2026-03-01T16:00:00Z"), runs);
  }

  /** A run that never ended is not done with. */
  @Test
  void aKilledRunIsMadeUpFor() {
    Scheduler killed =
        new Scheduler(
            AT_THREE,
            registry.toString(),
            () -> {
              throw new IllegalStateException("killed");
            },
            new PrintStream(messages, true, StandardCharsets.UTF_8),
            clock,
            time -> now = now.plus(time));
    assertThrows(IllegalStateException.class, killed::run);
    now = Instant.parse("2026-03-02T04:00:00Z");
    until(AT_THREE, "2026-03-02T05:00:00Z", Duration.ZERO);
    assertEquals(List.of("2026-03-02T04:00:00Z"), runs);
  }

  @Test
  void anotherExpressionBeginsAnew() {
    until(AT_THREE, "2026-03-01T13:00:00Z", Duration.ZERO);
    now = Instant.parse("2026-03-05T12:00:00Z");
    until(CronSchedule.parse("0 4 * * *", "UTC"), "2026-03-05T13:00:00Z", Duration.ZERO);
    assertEquals(List.of(), runs);
  }

  @Test
  void timesAreThoseOfTheClockOnTheWall() {
    CronSchedule berlin = CronSchedule.parse("30 2 * * *", "Europe/Berlin");
    // 02:30 does not exist on the last Sunday of March, and exists twice on that of October.
    Instant spring = berlin.next(Instant.parse("2026-03-28T12:00:00Z"));
    assertTrue(spring.isAfter(Instant.parse("2026-03-28T12:00:00Z")));
    Instant after = berlin.next(spring);
    assertTrue(after.isAfter(spring), "time goes on");
    assertEquals(
        Instant.parse("2026-06-02T00:30:00Z"), berlin.next(Instant.parse("2026-06-01T00:31:00Z")));
    Instant autumn = Instant.parse("2026-10-24T12:00:00Z");
    for (int i = 0; i < 4; i++) {
      Instant next = berlin.next(autumn);
      assertTrue(next.isAfter(autumn), "time goes on");
      autumn = next;
    }
  }

  @Test
  void whatIsNoScheduleIsRefused() {
    for (String cron : List.of("", "0 3 * *", "61 3 * * *", "nightly", "0 0 31 2 *")) {
      String refused =
          assertThrows(UserError.class, () -> CronSchedule.parse(cron, "UTC")).getMessage();
      assertTrue(refused.startsWith("--cron is '" + cron + "', must be five fields"), refused);
    }
    assertEquals(
        "--zone is 'Mars', must be a time zone as Europe/Berlin or UTC, or local",
        assertThrows(UserError.class, () -> CronSchedule.parse("0 3 * * *", "Mars")).getMessage());
  }
}
