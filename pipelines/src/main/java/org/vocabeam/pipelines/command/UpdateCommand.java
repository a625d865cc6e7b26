package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.RunArguments;
import org.vocabeam.pipelines.run.PretrainRequest;
import org.vocabeam.pipelines.run.Pretraining;
import org.vocabeam.transforms.files.StoreFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** One round of a run: the student update as a stage of its own. */
@Command(
    name = "update",
    header = "Takes one round of a run: pretrain, stage by stage.",
    description =
        "Trains from the newest complete checkpoint to the one after it, and ends. As"
            + " many calls as there are rounds do what pretrain does at once.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam update --method=bownet --images=runs/photos/images \\",
      "      --targets=runs/targets --words=256 --output=runs/student \\",
      "      --rounds=4 --stepsPerRound=500"
    })
public final class UpdateCommand implements Callable<Integer> {
  @Mixin private RunArguments arguments;
  @Mixin private DeviceArguments pipelines;

  @Override
  public Integer call() {
    pipelines.runner().options("update");
    PretrainRequest request = arguments.run().settle(pipelines.runner(), System.err);
    Pretraining run = request.pretraining();
    run.run(pipelines.runner(), 1);
    long left = run.hasEnded() ? 0 : request.rounds().steps() - run.done();
    System.out.printf("Checkpoint:  %s%n", RunDirectory.checkpointOf(request.output()));
    System.out.printf(
        "Next:        %s%n",
        left > 0
            ? "the same command, for " + left + " more steps"
            : "./vocabeam evaluate --images="
                + request.images()
                + " --checkpoint="
                + request.output()
                + " --output="
                + StoreFiles.resolve(request.output(), "evaluation"));
    return 0;
  }
}
