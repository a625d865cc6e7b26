package org.vocabeam.pipelines.command;

import java.util.List;
import java.util.concurrent.Callable;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.PoolingArguments;
import org.vocabeam.pipelines.stage.EvaluateStage;
import org.vocabeam.pipelines.stage.Evaluation;
import org.vocabeam.pipelines.stage.MetricsTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What an encoder is worth, beside random weights and raw pixels. */
@Command(
    name = "evaluate",
    description = {
      "Measures an encoder by nearest neighbours, linear probes and few-shot episodes, beside the"
          + " same network with random weights and beside raw pixels."
    },
    footer = {
      "",
      "Example: ./vocabeam evaluate --images=runs/images --checkpoint=runs/obow"
          + " --output=runs/obow/evaluation"
    })
public final class EvaluateCommand implements Callable<Integer> {
  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR",
      description = "An images store with labels, and with the two splits.")
  private String images;

  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "DIR",
      description = "A run of pretrain (its newest checkpoint), or one checkpoint.")
  private String checkpoint;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Embeddings and metrics; an earlier evaluation there is replaced.")
  private String output;

  @Option(
      names = "--labelShares",
      split = ",",
      defaultValue = Evaluation.LABEL_SHARES,
      description = "Shares of the training labels for the linear probe, in (0, 1].")
  private List<Double> labelShares;

  @Option(names = "--trainSplit", defaultValue = "train", description = "Learned from.")
  private String trainSplit;

  @Option(names = "--testSplit", defaultValue = "test", description = "Predicted.")
  private String testSplit;

  @Option(names = "--seed", defaultValue = "1", description = "Of label shares and episodes.")
  private long seed;

  @Mixin private PoolingArguments pooling;
  @Mixin private DeviceArguments pipelines;

  @Override
  public Integer call() {
    pipelines.runner().options("evaluate");
    EvaluateStage stage =
        new EvaluateStage(
            images, checkpoint, output, trainSplit, testSplit, labelShares, seed, pooling.choice());
    System.out.println(MetricsTable.of(stage.run(pipelines.runner())));
    System.out.printf("Metrics:     %s%n", Evaluation.metrics(output));
    System.out.printf("Embeddings:  %s%n", Evaluation.embeddings(output));
    return 0;
  }
}
