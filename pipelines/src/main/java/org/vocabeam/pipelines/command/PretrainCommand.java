package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.RunArguments;
import org.vocabeam.pipelines.run.PretrainRequest;
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
    PretrainRequest request =
        arguments.request().withTeachers(new PretrainRequest.Teachers(generations, teacher));
    pipelines.runner().options("pretrain");
    Recipe recipe = request.recipe(request.open());
    if (printRecipe) {
      System.out.println(Methods.toTree(recipe).toPrettyString());
      return 0;
    }
    String checkpoint = request.run(pipelines.runner());
    RoundPlan plan = request.rounds();
    String output = request.output();
    System.out.printf(
        "%nTrained:     %d steps of %d images, %s%n",
        plan.steps(), (long) recipe.batchSize() * plan.replicas(), checkpoint);
    System.out.printf("Curves:      tensorboard --logdir=%s%n", output);
    System.out.printf(
        "Next:        ./vocabeam evaluate --images=%s --checkpoint=%s --output=%s%n",
        request.images(), output, StoreFiles.resolve(output, "evaluation"));
    return 0;
  }
}
