package org.vocabeam.pipelines.command;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.Sections;
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
    header = "Runs retrain whenever it is due.",
    description =
        "Stays in this process. Times that passed while it was not running, or while a"
            + " run took longer, are made up for by one run. A run that fails is recorded and"
            + " leaves the promoted model as it is; the schedule goes on. SIGTERM stops the run"
            + " (exit status 143), and the next start goes on with it.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam schedule --cron='0 3 * * *' --zone=Europe/Berlin --input=photos \\",
      "      --registry=runs/registry --resize=32 --rounds=4 --stepsPerRound=500"
    })
public final class ScheduleCommand implements Callable<Integer> {
  @Option(
      names = "--cron",
      order = Sections.TIMES,
      required = true,
      paramLabel = "FIELDS",
      description = "Times of retrain, as for cron: minute, hour, day, month, day of the week.")
  private String cron;

  @Option(
      names = "--zone",
      order = Sections.TIMES,
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
