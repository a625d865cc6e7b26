package org.vocabeam.pipelines.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.vocabeam.pipelines.datasets.FashionMnist;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.runner.Steps;
import org.vocabeam.pipelines.stage.MetricsTable;
import org.vocabeam.transforms.files.StoreFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The whole way on a small real data set, each step with the command that does it alone. */
@Command(
    name = "demo",
    description = {
      "Gets Fashion-MNIST and goes the whole way with it, step by step.",
      "The same command again skips what is done."
    },
    footer = {"", "Example: ./vocabeam demo --output=runs/demo"})
public final class DemoCommand implements Callable<Integer> {
  /** Clothes lie in the middle, upright: where something is says much of what it is. */
  private static final int GRID = 2;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "data/fashion-mnist",
      description = "Where the data set is, or is put: four gzipped IDX files, 31 MB.")
  private Path data;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      defaultValue = "runs/demo",
      description = "Where everything that is made goes.")
  private String output;

  @Option(names = "--rounds", defaultValue = "4", description = "Rounds of pre-training.")
  private int rounds;

  @Option(
      names = "--stepsPerRound",
      defaultValue = "1250",
      description = "Steps of a round; fewer are faster, and train less.")
  private long stepsPerRound;

  @Mixin private RunnerArguments pipelines;

  @Override
  public Integer call() throws IOException {
    pipelines.runner().options("demo");
    Steps steps = new Steps(System.out);
    steps.take("Get Fashion-MNIST", () -> FashionMnist.fetch(data));
    steps.command("Ingest", command("ingest", "--input=" + data, "--output=" + output));
    String images = StoreFiles.resolve(output, "images");
    String run = StoreFiles.resolve(output, "obow");
    steps.command(
        "Pre-train OBoW",
        command(
            "pretrain",
            "--images=" + images,
            "--output=" + run,
            "--preset=small",
            "--rounds=" + rounds,
            "--stepsPerRound=" + stepsPerRound));
    String evaluation = StoreFiles.resolve(run, "evaluation");
    steps.command(
        "Evaluate",
        command(
            "evaluate",
            "--images=" + images,
            "--checkpoint=" + run,
            "--output=" + evaluation,
            "--grid=" + GRID));
    String metrics = StoreFiles.resolve(evaluation, "metrics");
    String encoder = StoreFiles.resolve(output, "encoder");
    if (StoreFiles.exists(encoder)) {
      System.out.printf("%n%s is there already%n", encoder);
    } else {
      steps.command(
          "Export",
          List.of(
              "export",
              "--checkpoint=" + run,
              "--metrics=" + metrics,
              "--grid=" + GRID,
              "--output=" + encoder));
    }
    steps.summary();
    System.out.println(MetricsTable.of(MetricsTable.read(metrics)));
    System.out.printf("Images:      %s%n", images);
    System.out.printf("Run:         %s%n", run);
    System.out.printf(
        "Curves:      tensorboard --logdir=%s%n", new RunDirectory(run).tensorboard());
    System.out.printf("Encoder:     %s (SavedModel and model card)%n", encoder);
    System.out.printf(
        "Next:        ./vocabeam ingest --input=YOUR_IMAGES --output=runs/mine --resize=32%n");
    return 0;
  }

  /** A command with the options that choose where its pipelines run. */
  private List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(Arrays.asList(arguments));
    command.addAll(pipelines.runner().arguments());
    return command;
  }
}
