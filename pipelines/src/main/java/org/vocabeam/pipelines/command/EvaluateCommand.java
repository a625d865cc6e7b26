package org.vocabeam.pipelines.command;

import java.util.List;
import java.util.concurrent.Callable;
import org.vocabeam.pipelines.options.CheckpointOption;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.ImagesOption;
import org.vocabeam.pipelines.options.OutputOption;
import org.vocabeam.pipelines.options.PoolingArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.options.SeedOption;
import org.vocabeam.pipelines.options.TestSplitOption;
import org.vocabeam.pipelines.options.TrainSplitOption;
import org.vocabeam.pipelines.stage.EvaluateStage;
import org.vocabeam.pipelines.stage.Evaluation;
import org.vocabeam.pipelines.stage.MetricsTable;
import org.vocabeam.transforms.evaluation.LabelSurvey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The accuracy of an encoder, beside random weights and raw pixels. */
@Command(
    name = "evaluate",
    header = "Measures an encoder beside random weights and raw pixels.",
    description =
        "Measures by nearest neighbours, linear probes and few-shot episodes. The images"
            + " need labels and the two splits. A measure that they do not allow is left out, with"
            + " the reason. An earlier evaluation in the output is replaced.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam evaluate --images=runs/photos/images --checkpoint=runs/obow \\",
      "      --output=runs/obow/evaluation"
    })
public final class EvaluateCommand implements Callable<Integer> {
  @Mixin private ImagesOption images;
  @Mixin private CheckpointOption checkpoint;
  @Mixin private TrainSplitOption trainSplit;
  @Mixin private TestSplitOption testSplit;
  @Mixin private OutputOption output;

  @Option(
      names = "--labelShares",
      order = Sections.LABELS,
      split = ",",
      defaultValue = Evaluation.LABEL_SHARES,
      paramLabel = "X",
      description = "Shares of the training labels that linear probes see, in (0, 1].")
  private List<Double> labelShares;

  @Option(
      names = "--imageShare",
      order = Sections.LABELS,
      defaultValue = EvaluateStage.IMAGE_SHARE,
      paramLabel = "X",
      description = "Share of the images that is measured, in (0, 1]; less is faster.")
  private double imageShare;

  @Mixin private PoolingArguments pooling;
  @Mixin private SeedOption seed;
  @Mixin private DeviceArguments pipelines;

  EvaluateStage request() {
    return new EvaluateStage(
        images.directory(),
        checkpoint.directory(),
        output.directory(),
        trainSplit.name(),
        testSplit.name(),
        labelShares,
        seed.value(),
        pooling.choice(),
        imageShare);
  }

  @Override
  public Integer call() {
    pipelines.runner().options("evaluate");
    EvaluateStage request = request();
    Evaluation evaluation = request.open();
    LabelSurvey labels = evaluation.labels();
    evaluation.checkMeasurable(labels);
    evaluation.remarks(labels).forEach(System.err::println);
    System.out.println(MetricsTable.of(request.run(pipelines.runner())));
    System.out.printf("Metrics:     %s%n", Evaluation.metrics(output.directory()));
    System.out.printf("Embeddings:  %s%n", Evaluation.embeddings(output.directory()));
    return 0;
  }
}
