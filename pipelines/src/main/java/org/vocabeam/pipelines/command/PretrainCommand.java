package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Method.TargetSource;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.RunArguments;
import org.vocabeam.pipelines.run.Generations;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.transforms.files.StoreFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Pre-trains an encoder, round by round. */
@Command(
    name = "pretrain",
    description = {
      "Pre-trains an encoder without labels, in rounds of one pipeline run each. Killed at any"
          + " moment, the same command goes on from the last complete round."
    },
    footer = {
      "",
      "Example: ./vocabeam pretrain --images=runs/images --output=runs/obow --preset=small"
          + " --rounds=4 --stepsPerRound=500",
      "Curves: tensorboard --logdir=runs/obow/tensorboard"
    })
public final class PretrainCommand implements Callable<Integer> {
  @Option(
      names = "--printRecipe",
      description = "Prints every constant of the run as JSON, and ends.")
  private boolean printRecipe;

  @Option(
      names = "--generations",
      description =
          "Of bownet without --targets: students that follow one another, each the teacher of the"
              + " next; 2 if not given. Every one trains for --rounds.")
  private @Nullable Integer generations;

  @Option(
      names = "--teacher",
      paramLabel = "DIR",
      description =
          "Of bownet without --targets: the first teacher, a run or a checkpoint of one; without"
              + " it, one is trained to predict rotations.")
  private @Nullable String teacher;

  @Mixin private RunArguments arguments;
  @Mixin private DeviceArguments pipelines;

  @Override
  public Integer call() {
    RoundPlan plan = arguments.plan();
    pipelines.runner().options("pretrain");
    TrainingImages of = arguments.open();
    Task task = arguments.task(of);
    Recipe made = arguments.recipe(task);
    if (printRecipe) {
      System.out.println(Methods.toTree(made).toPrettyString());
      return 0;
    }
    if (made.method().targetSource() == TargetSource.TEACHER_WORDS && arguments.targets() == null) {
      generations(made, task, of, plan).run(pipelines.runner());
    } else {
      refuse("--generations", generations);
      refuse("--teacher", teacher);
      arguments.pretraining(made, of).run(pipelines.runner());
    }
    String output = arguments.output();
    System.out.printf(
        "%nTrained:     %d steps of %d images, %s%n",
        plan.steps(),
        (long) made.batchSize() * plan.replicas(),
        RunDirectory.newestCheckpoint(output));
    System.out.printf("Curves:      tensorboard --logdir=%s%n", output);
    System.out.printf(
        "Next:        ./vocabeam evaluate --images=%s --checkpoint=%s --output=%s%n",
        arguments.images(), output, StoreFiles.resolve(output, "evaluation"));
    return 0;
  }

  private static void refuse(String option, @Nullable Object value) {
    if (value != null) {
      throw new UserError(
          option + " is " + value + ", but only bownet without --targets has it; leave it out");
    }
  }

  private static void refuseForSeveral(String option, @Nullable String value) {
    if (value != null) {
      throw new UserError(
          option
              + " is for one student, and bownet trains several; leave it out, or give --targets");
    }
  }

  private Generations generations(Recipe made, Task task, TrainingImages of, RoundPlan plan) {
    int count = generations == null ? 2 : generations;
    if (count < 1) {
      throw new UserError("--generations is " + count + ", must be at least 1");
    }
    refuseForSeveral("--views", arguments.views());
    refuseForSeveral("--initial", arguments.initial());
    return new Generations(
        made,
        Methods.recipe("rotation", arguments.recipe().preset(), task),
        teacher == null ? null : RunDirectory.newestCheckpoint(teacher),
        of,
        arguments.output(),
        count,
        plan,
        plan);
  }
}
