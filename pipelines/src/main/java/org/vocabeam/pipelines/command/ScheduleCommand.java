package org.vocabeam.pipelines.command;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.registry.CronSchedule;
import org.vocabeam.pipelines.registry.RetrainRequest;
import org.vocabeam.pipelines.registry.Scheduler;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Steps;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Retraining at the times of a schedule. */
@Command(
    name = "schedule",
    description =
        "Runs retrain in this process whenever it is due. One run makes up for all times that"
            + " passed while this was not running, or while a run took longer. A run that fails is"
            + " recorded and leaves the promoted model as it is, and the schedule goes on. SIGTERM"
            + " stops the run, with exit status 143, and the next start goes on with it.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam schedule --cron='0 3 * * *' --input=photos --registry=runs/registry \\",
      "      --resize=32 --rounds=4 --stepsPerRound=500"
    })
public final class ScheduleCommand implements Callable<Integer> {
  @Option(
      names = "--cron",
      required = true,
      paramLabel = "FIELDS",
      description =
          "Times as cron writes them: minute, hour, day of the month, month, day of the week.")
  private String cron;

  @Option(
      names = "--zone",
      defaultValue = "local",
      paramLabel = "NAME",
      description = "Time zone of --cron, for example UTC or Europe/Berlin.")
  private String zone;

  @Mixin private RetrainArguments arguments;
  @Mixin private DeviceArguments pipelines;

  @Override
  public Integer call() {
    CronSchedule schedule = CronSchedule.parse(cron, zone);
    RetrainRequest request = arguments.request();
    pipelines.runner().options("schedule");
    Scheduler scheduler =
        new Scheduler(schedule, request.registry(), () -> retrain(request), System.out);
    try {
      scheduler.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }

  /** Runs a request; its failure is no reason to leave out the next run. */
  private void retrain(RetrainRequest request) {
    try {
      Runner runner = pipelines.runner().renewed();
      runner.options("retrain");
      new Steps(System.out, runner).take("Retrain", request);
    } catch (Throwable failure) {
      Failure.of(failure).report(new PrintWriter(System.err, true, StandardCharsets.UTF_8), false);
    }
  }
}
