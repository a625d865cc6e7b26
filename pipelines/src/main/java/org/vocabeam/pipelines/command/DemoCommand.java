package org.vocabeam.pipelines.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.datasets.FashionMnist;
import org.vocabeam.pipelines.inputs.ImageInput;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.run.PretrainRequest;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.pipelines.run.StepTiming;
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
        "Gets Fashion-MNIST (31 MB), makes an images store of it, pre-trains an encoder on"
            + " rotations, evaluates and exports it. Every step is printed as the command that"
            + " does it alone. Measures the speed of this machine, and chooses the steps and the"
            + " images of the evaluation so that it ends within six minutes on two cores."
            + " The same command again skips what is done.",
    footer = {"", "Example:", "  ./vocabeam demo --output=runs/demo"})
public final class DemoCommand implements Callable<Integer> {
  /** Needs the fewest steps here: OBoW is above raw pixels after thousands, rotation after 200. */
  private static final String METHOD = "rotation";

  /** Seconds after which the demo should end; half a minute is kept for what cannot be planned. */
  private static final double SECONDS = 330;

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
      defaultValue = "2",
      paramLabel = "N",
      description = "Rounds of pre-training.")
  private int rounds;

  @Option(
      names = "--stepsPerRound",
      order = Sections.ROUNDS,
      paramLabel = "N",
      description = "Steps of a round; as many as fit if not given.")
  private @Nullable Long stepsPerRound;

  @Mixin private RunnerArguments pipelines;

  @Override
  public Integer call() {
    Runner runner = pipelines.runner();
    runner.options("demo");
    long start = System.nanoTime();
    Steps steps = new Steps(System.out, runner);
    IngestStage ingest = IngestStage.of(ImageInput.of(data.toString()), output);
    String run = StoreFiles.resolve(output, METHOD);
    PretrainRequest timed =
        PretrainRequest.of(
            ingest.images(),
            run,
            RecipeChoice.of(METHOD),
            RoundPlan.alone(rounds, stepsPerRound == null ? DemoPlan.MOST_STEPS : stepsPerRound));
    EvaluateStage evaluate =
        EvaluateStage.of(ingest.images(), run, StoreFiles.resolve(run, "evaluation"))
            .withPooling(POOLING);
    String metrics = Evaluation.metrics(evaluate.output());
    ExportStage export =
        new ExportStage(run, metrics, StoreFiles.resolve(output, "encoder"), POOLING);
    steps.take("Get Fashion-MNIST", () -> FashionMnist.fetch(data));
    System.out.print(steps.take("Ingest", ingest));
    double secondsPerStep = steps.take("Measure the speed", () -> secondsPerStep(timed, runner));
    long planned = stepsPerRound(new DemoPlan(secondsPerStep, SECONDS - since(start)));
    System.out.printf(
        Locale.ROOT,
        "A step takes %.0f ms: %d rounds of %d steps%n",
        1e3 * secondsPerStep,
        rounds,
        planned);
    steps.take("Pre-train", timed.withRounds(RoundPlan.alone(rounds, planned)));
    DemoPlan rest = new DemoPlan(secondsPerStep, SECONDS - since(start));
    EvaluateStage fitting = evaluate.withImageShare(rest.imageShare());
    steps.take("Evaluate", fitting);
    if (export.isComplete()) {
      System.out.printf("%n%s is there already%n", export.output());
    } else {
      steps.take("Export", export);
    }
    steps.summary();
    System.out.printf(
        "%nTrained for %d steps, and measured on %,d of %,d images:%n",
        rounds * planned, fitting.open().images(), evaluate.open().images());
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

  private double secondsPerStep(PretrainRequest request, Runner runner) {
    TrainingImages images = request.open();
    return new StepTiming(
            "demo", request.recipe(images), images, StoreFiles.resolve(output, "speed/" + METHOD))
        .seconds(runner);
  }

  /** Returns the steps of a round: those that were asked for, or once were planned, or now fit. */
  private long stepsPerRound(DemoPlan plan) {
    if (stepsPerRound != null) {
      return stepsPerRound;
    }
    String file = StoreFiles.resolve(output, "rounds-" + rounds + ".txt");
    try {
      Optional<String> before = StoreFiles.find(file);
      if (before.isPresent()) {
        return Long.parseLong(before.get().strip());
      }
      long planned = Math.max(1, plan.steps() / rounds);
      StoreFiles.write(file, planned + "\n");
      return planned;
    } catch (IOException | NumberFormatException e) {
      throw new UserError("cannot use " + file + ": " + e.getMessage() + "; remove it", e);
    }
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
