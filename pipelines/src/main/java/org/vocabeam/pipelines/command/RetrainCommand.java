package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.registry.RetrainRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The next version of a registry, from images that are new. */
@Command(
    name = "retrain",
    header = "Trains the next model of images that have grown.",
    description =
        "Takes what is new in the input, by content, pre-trains on all images, evaluates,"
            + " compares with the promoted model on the same images, and promotes the new one"
            + " if the gate holds. Without new images it does nothing. Killed at any moment,"
            + " the same command goes on.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam retrain --input=photos --registry=runs/registry --resize=32 \\",
      "      --rounds=4 --stepsPerRound=500 --gate='linear>=-0.5,knn20>=70%%'"
    })
public final class RetrainCommand implements Callable<Integer> {
  @Mixin private RetrainArguments arguments;
  @Mixin private DeviceArguments pipelines;

  /** Returns the request that the options make. */
  RetrainRequest request() {
    return arguments.request();
  }

  @Override
  public Integer call() {
    RetrainRequest request = request();
    pipelines.runner().options("retrain");
    request.run(pipelines.runner());
    return 0;
  }
}
