package org.vocabeam.pipelines;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.vocabeam.pipelines.datasets.FashionMnist;
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
final class DemoCommand implements Callable<Integer> {
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
  private Path output;

  @Option(names = "--rounds", defaultValue = "4", description = "Rounds of pre-training.")
  private int rounds;

  @Option(
      names = "--stepsPerRound",
      defaultValue = "1250",
      description = "Steps of a round; fewer are faster, and train less.")
  private long stepsPerRound;

  @Mixin private PipelineArguments pipelines;

  @Override
  public Integer call() {
    Steps steps = new Steps(System.out);
    steps.take("Get Fashion-MNIST", () -> FashionMnist.fetch(data));
    steps.command("Ingest", command("ingest", "--input=" + data, "--output=" + output));
    Path images = output.resolve("images");
    Path run = output.resolve("obow");
    steps.command(
        "Pre-train OBoW",
        command(
            "pretrain",
            "--images=" + images,
            "--output=" + run,
            "--preset=small",
            "--rounds=" + rounds,
            "--stepsPerRound=" + stepsPerRound));
    Path evaluation = run.resolve("evaluation");
    steps.command(
        "Evaluate",
        command(
            "evaluate",
            "--images=" + images,
            "--checkpoint=" + run,
            "--output=" + evaluation,
            "--grid=" + GRID));
    Path encoder = output.resolve("encoder");
    if (Files.exists(encoder)) {
      System.out.printf("%n%s is there already%n", encoder);
    } else {
      steps.command(
          "Export",
          List.of(
              "export",
              "--checkpoint=" + run,
              "--metrics=" + evaluation.resolve("metrics"),
              "--grid=" + GRID,
              "--output=" + encoder));
    }
    steps.summary();
    System.out.println(
        MetricsTable.of(MetricsTable.read(evaluation.resolve("metrics").toString())));
    System.out.printf("Images:      %s%n", images);
    System.out.printf("Run:         %s%n", run);
    System.out.printf("Curves:      tensorboard --logdir=%s%n", run.resolve("tensorboard"));
    System.out.printf("Encoder:     %s (SavedModel and model card)%n", encoder);
    System.out.printf(
        "Next:        ./vocabeam ingest --input=YOUR_IMAGES --output=runs/mine --resize=32%n");
    return 0;
  }

  /** A command with the options that choose where its pipelines run. */
  private List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(Arrays.asList(arguments));
    command.addAll(pipelines.arguments());
    return command;
  }
}
