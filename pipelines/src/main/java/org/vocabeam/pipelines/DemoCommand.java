package org.vocabeam.pipelines;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.vocabeam.pipelines.datasets.FashionMnist;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The whole way on a small real data set, each step with the command that does it alone. */
@Command(
    name = "demo",
    description = "Gets Fashion-MNIST and goes the whole way with it, step by step.",
    footer = {"", "Example: ./vocabeam demo --data=data/fashion-mnist"})
final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "data/fashion-mnist",
      description = "Where the data set is, or is put: four gzipped IDX files, 31 MB.")
  private Path data;

  @Override
  public Integer call() {
    Steps steps = new Steps(System.out);
    steps.take("Get Fashion-MNIST into " + data, () -> FashionMnist.fetch(data));
    steps.summary();
    return 0;
  }
}
