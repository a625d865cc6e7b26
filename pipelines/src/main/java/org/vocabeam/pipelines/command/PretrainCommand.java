package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.choice.OpenRun;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.RunOutcome;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.EstimateOption;
import org.vocabeam.pipelines.options.PrintRecipeOption;
import org.vocabeam.pipelines.options.RunArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.run.PretrainRequest;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.transforms.files.StoreFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** An encoder from images without labels, round by round. */
@Command(
    name = "pretrain",
    header = "Pre-trains an encoder without labels.",
    description =
        "Trains in rounds of one pipeline run each. Killed at any moment, the same"
            + " command goes on from the last complete round. --preset=auto chooses what is not given"
            + " by the images, the machine and --minutes (default: 30).",
    footer = {
      "",
      "Example:",
      "  ./vocabeam pretrain --images=runs/photos/images --output=runs/obow \\",
      "      --rounds=4 --stepsPerRound=500",
      "  ./vocabeam pretrain --images=runs/photos/images --output=runs/mine \\",
      "      --preset=auto --minutes=30"
    })
public final class PretrainCommand implements Callable<Integer> {
  @Mixin private RunArguments arguments;
  @Mixin private PrintRecipeOption printRecipe;
  @Mixin private EstimateOption estimate;

  @Option(
      names = "--generations",
      order = Sections.BOWNET,
      paramLabel = "N",
      description =
          "Students that follow one another, without --targets: each is the teacher of the next"
              + " and trains for --rounds. Default: 2.")
  private @Nullable Integer generations;

  @Option(
      names = "--teacher",
      order = Sections.BOWNET,
      paramLabel = "DIR",
      description =
          "Run or checkpoint that is the first teacher, without --targets. Default: one is trained"
              + " to predict rotations.")
  private @Nullable String teacher;

  @Mixin private DeviceArguments pipelines;

  /** Returns the run that the options ask for. */
  OpenRun run() {
    return arguments.run().withTeachers(new PretrainRequest.Teachers(generations, teacher));
  }

  @Override
  public Integer call() {
    OpenRun run = run();
    pipelines.runner().options("pretrain");
    if (estimate.isGiven()) {
      run.estimate(pipelines.runner(), System.out);
      return 0;
    }
    PretrainRequest request = run.settle(pipelines.runner(), System.err);
    Recipe recipe = request.recipe(request.open());
    if (printRecipe.print(recipe)) {
      return 0;
    }
    String checkpoint = request.run(pipelines.runner());
    RoundPlan plan = request.rounds();
    String output = request.output();
    // Generations of BoWNet have a course each, in their own directories.
    long steps = new RunDirectory(output).outcome().map(RunOutcome::steps).orElse(plan.steps());
    System.out.printf(
        "%nTrained:     %d steps of %d images, %s%n",
        steps, (long) recipe.batchSize() * plan.replicas(), checkpoint);
    System.out.printf("Curves:      tensorboard --logdir=%s%n", output);
    System.out.printf(
        "Next:        ./vocabeam evaluate --images=%s --checkpoint=%s --output=%s%n",
        request.images(), output, StoreFiles.resolve(output, "evaluation"));
    return 0;
  }
}
