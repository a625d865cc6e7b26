package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.vocabeam.pipelines.options.PoolingArguments;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.stage.ExportStage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** An encoder for others: a SavedModel and a model card. */
@Command(
    name = "export",
    description = {
      "Writes an encoder as a SavedModel that any TensorFlow loads: uint8 images of any size in,"
          + " embedding out (of finetune the probabilities of the classes, too), preprocessing"
          + " inside; and a model card."
    },
    footer = {
      "",
      "Example: ./vocabeam export --checkpoint=runs/obow --metrics=runs/obow/evaluation/metrics"
          + " --output=runs/encoder"
    })
public final class ExportCommand implements Callable<Integer> {
  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "DIR",
      description = "A run of pretrain (its newest checkpoint), or one checkpoint.")
  private String checkpoint;

  @Option(
      names = "--metrics",
      paramLabel = "DIR",
      description = "The metrics store of evaluate, for the model card.")
  private String metrics;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "The SavedModel; must not exist.")
  private String output;

  @Mixin private PoolingArguments pooling;
  @Mixin private RunnerArguments pipelines;

  @Override
  public Integer call() {
    pipelines.runner().options("export");
    String card =
        new ExportStage(checkpoint, metrics, output, pooling.choice()).run(pipelines.runner());
    System.out.printf("SavedModel:  %s%n", output);
    System.out.printf("Model card:  %s%n", card);
    return 0;
  }
}
