package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.RunArguments;
import org.vocabeam.pipelines.run.Pretraining;
import org.vocabeam.transforms.files.StoreFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** One round of a run: the student update as a stage of its own. */
@Command(
    name = "update",
    description = {
      "Takes the next round of a run and ends: from the newest complete checkpoint to the one after"
          + " it. As often as there are rounds, it is what pretrain does at once."
    },
    footer = {
      "",
      "Example: ./vocabeam update --method=bownet --images=runs/images --targets=runs/targets"
          + " --words=256 --output=runs/student --rounds=4 --stepsPerRound=500"
    })
public final class UpdateCommand implements Callable<Integer> {
  @Mixin private RunArguments arguments;
  @Mixin private DeviceArguments pipelines;

  @Override
  public Integer call() {
    pipelines.runner().options("update");
    TrainingImages of = arguments.open();
    Recipe recipe = arguments.recipe(arguments.task(of));
    Pretraining run = arguments.pretraining(recipe, of);
    run.run(pipelines.runner(), 1);
    long left = arguments.plan().steps() - run.done();
    System.out.printf("Checkpoint:  %s%n", RunDirectory.newestCheckpoint(arguments.output()));
    System.out.printf(
        "Next:        %s%n",
        left > 0
            ? "the same command, for " + left + " more steps"
            : "./vocabeam evaluate --images="
                + arguments.images()
                + " --checkpoint="
                + arguments.output()
                + " --output="
                + StoreFiles.resolve(arguments.output(), "evaluation"));
    return 0;
  }
}
