package org.vocabeam.pipelines;

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

  @Mixin private PipelineArguments pipelines;

  @Override
  public Integer call() {
    Steps steps = new Steps(System.out);
    steps.take("Get Fashion-MNIST", () -> FashionMnist.fetch(data));
    steps.command("Ingest", command("ingest", "--input=" + data, "--output=" + output));
    steps.summary();
    System.out.printf("%nData set:  %s%nImages:    %s%n", data, output.resolve("images"));
    return 0;
  }

  /** A command with the options that choose where its pipelines run. */
  private List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(Arrays.asList(arguments));
    command.addAll(pipelines.arguments());
    return command;
  }
}
