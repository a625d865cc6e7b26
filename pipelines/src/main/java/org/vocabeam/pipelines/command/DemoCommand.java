package org.vocabeam.pipelines.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.vocabeam.pipelines.datasets.FashionMnist;
import org.vocabeam.pipelines.inputs.ImageInput;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.run.PretrainRequest;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Steps;
import org.vocabeam.pipelines.stage.EvaluateStage;
import org.vocabeam.pipelines.stage.Evaluation;
import org.vocabeam.pipelines.stage.ExportStage;
import org.vocabeam.pipelines.stage.IngestStage;
import org.vocabeam.pipelines.stage.MetricsTable;
import org.vocabeam.transforms.files.StoreFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The whole way on a small real data set, each step with the command that does it alone. */
@Command(
    name = "demo",
    header = "Goes the whole way with Fashion-MNIST, step by step.",
    description =
        "Gets Fashion-MNIST (31 MB), makes an images store of it, pre-trains OBoW,"
            + " evaluates the encoder and exports it. Every step is printed as the command that"
            + " does it alone. The same command again skips what is done.",
    footer = {"", "Example:", "  ./vocabeam demo --output=runs/demo"})
public final class DemoCommand implements Callable<Integer> {
  /** Clothes lie in the middle, upright: where something is says much of what it is. */
  private static final PoolingChoice POOLING = new PoolingChoice(PoolingChoice.LAST, 2);

  @Option(
      names = "--data",
      order = Sections.INPUT,
      paramLabel = "DIR",
      defaultValue = "data/fashion-mnist",
      description = "Folder that has or gets the data set: four gzipped IDX files.")
  private Path data;

  @Option(
      names = "--output",
      order = Sections.OUTPUT,
      paramLabel = "DIR",
      defaultValue = "runs/demo",
      description = "Directory that gets everything that the demo makes.")
  private String output;

  @Option(
      names = "--rounds",
      order = Sections.ROUNDS,
      defaultValue = "4",
      paramLabel = "N",
      description = "Rounds of pre-training.")
  private int rounds;

  @Option(
      names = "--stepsPerRound",
      order = Sections.ROUNDS,
      defaultValue = "1250",
      paramLabel = "N",
      description = "Steps of a round; fewer are faster, and train less.")
  private long stepsPerRound;

  @Mixin private RunnerArguments pipelines;

  @Override
  public Integer call() {
    Runner runner = pipelines.runner();
    runner.options("demo");
    Steps steps = new Steps(System.out, runner);
    IngestStage ingest = IngestStage.of(ImageInput.of(data.toString()), output);
    PretrainRequest pretrain =
        PretrainRequest.of(
            ingest.images(),
            StoreFiles.resolve(output, "obow"),
            RecipeChoice.of("obow"),
            RoundPlan.alone(rounds, stepsPerRound));
    String run = pretrain.output();
    EvaluateStage evaluate =
        EvaluateStage.of(ingest.images(), run, StoreFiles.resolve(run, "evaluation"))
            .withPooling(POOLING);
    String metrics = Evaluation.metrics(evaluate.output());
    ExportStage export =
        new ExportStage(run, metrics, StoreFiles.resolve(output, "encoder"), POOLING);
    steps.take("Get Fashion-MNIST", () -> FashionMnist.fetch(data));
    System.out.print(steps.take("Ingest", ingest));
    steps.take("Pre-train OBoW", pretrain);
    steps.take("Evaluate", evaluate);
    if (export.isComplete()) {
      System.out.printf("%n%s is there already%n", export.output());
    } else {
      steps.take("Export", export);
    }
    steps.summary();
    System.out.println(MetricsTable.of(MetricsTable.read(metrics)));
    System.out.printf("Images:      %s%n", ingest.images());
    System.out.printf("Run:         %s%n", run);
    System.out.printf(
        "Curves:      tensorboard --logdir=%s%n", new RunDirectory(run).tensorboard());
    System.out.printf("Encoder:     %s (SavedModel and model card)%n", export.output());
    System.out.printf(
        "Next:        ./vocabeam ingest --input=YOUR_IMAGES --output=runs/mine --resize=32%n");
    return 0;
  }
}
