package org.vocabeam.pipelines.registry;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import org.vocabeam.models.UserError;

/**
 * Times at which runs are due.
 *
 * <pre>{@code
 * Instant next = CronSchedule.parse("0 3 * * *", "Europe/Berlin").next(Instant.now());
 * }</pre>
 *
 * @param expression five fields as of cron: minute, hour, day of the month, month, day of the week
 * @param zone time zone of the fields
 */
public record CronSchedule(String expression, ZoneId zone) {

  /**
   * Parses a schedule.
   *
   * @param zone a name such as Europe/Berlin or UTC, or {@code local}
   * @throws UserError when one of them is wrong
   */
  public static CronSchedule parse(String expression, String zone) {
    ZoneId parsed;
    try {
      parsed = zone.equals("local") ? ZoneId.systemDefault() : ZoneId.of(zone);
    } catch (DateTimeException e) {
      throw new UserError(
          "--zone is '" + zone + "', must be a time zone as Europe/Berlin or UTC, or local", e);
    }
    CronSchedule schedule = new CronSchedule(expression, parsed);
    try {
      schedule.next(Instant.EPOCH);
    } catch (IllegalArgumentException e) {
      throw new UserError(
          String.format(
              "--cron is '%s', must be five fields, minute hour day month weekday, as '0 3 * * *'"
                  + " for every night at three (%s)",
              expression, e.getMessage()),
          e);
    }
    return schedule;
  }

  /** Returns the first time that is due after another. */
  public Instant next(Instant after) {
    Cron cron =
        new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX))
            .parse(expression);
    return ExecutionTime.forCron(cron)
        .nextExecution(after.atZone(zone))
        .orElseThrow(() -> new IllegalArgumentException("no such day ever comes"))
        .toInstant();
  }
}
