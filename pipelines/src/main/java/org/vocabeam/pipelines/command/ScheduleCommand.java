package org.vocabeam.pipelines.command;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.IngestArguments;
import org.vocabeam.pipelines.options.PoolingArguments;
import org.vocabeam.pipelines.options.RecipeArguments;
import org.vocabeam.pipelines.options.RetrainArguments;
import org.vocabeam.pipelines.options.RoundArguments;
import org.vocabeam.pipelines.options.TypedOptions;
import org.vocabeam.pipelines.registry.CronSchedule;
import org.vocabeam.pipelines.registry.Scheduler;
import org.vocabeam.pipelines.runner.Failure;
import org.vocabeam.pipelines.runner.Steps;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Retrains when it is time to. */
@Command(
    name = "schedule",
    description = {
      "Runs retrain in this process whenever it is due. Times that passed while this was not running,"
          + " or while a run took longer, are made up for by one run.",
      "A run that fails is recorded, leaves the promoted model as it is, and the schedule goes on."
          + " SIGTERM stops the run, which the next start goes on with; exit status 143."
    },
    footer = {
      "",
      "Example: ./vocabeam schedule --cron='0 3 * * *' --input=photos --registry=runs/registry"
          + " --resize=32 --rounds=4 --stepsPerRound=500"
    })
public final class ScheduleCommand implements Callable<Integer> {
  @Option(
      names = "--cron",
      required = true,
      paramLabel = "FIELDS",
      description = "When: minute, hour, day of the month, month, day of the week, as of cron.")
  private String cron;

  @Option(
      names = "--zone",
      defaultValue = "local",
      description = "Time zone of --cron, for example UTC or Europe/Berlin.")
  private String zone;

  @Spec private CommandSpec spec;
  @Mixin private RetrainArguments arguments;
  @Mixin private DeviceArguments pipelines;

  @Override
  public Integer call() {
    CronSchedule schedule = CronSchedule.parse(cron, zone);
    arguments.check();
    pipelines.runner().options("schedule");
    List<String> retrain = new ArrayList<>(List.of("retrain"));
    retrain.addAll(
        TypedOptions.of(
            spec.commandLine(),
            RetrainArguments.class,
            IngestArguments.class,
            RecipeArguments.class,
            RoundArguments.class,
            PoolingArguments.class));
    retrain.addAll(pipelines.runner().arguments());
    Scheduler scheduler =
        new Scheduler(schedule, arguments.registry(), () -> retrain(retrain), System.out);
    try {
      scheduler.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }

  /** A failure of one run is no reason to leave out the next. */
  private static void retrain(List<String> retrain) {
    try {
      new Steps(System.out).command("Retrain", retrain);
    } catch (Throwable failure) {
      Failure.of(failure).report(new PrintWriter(System.err, true, StandardCharsets.UTF_8), false);
    }
  }
}
