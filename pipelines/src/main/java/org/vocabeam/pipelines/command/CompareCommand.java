package org.vocabeam.pipelines.command;

import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.pipelines.compare.Comparison;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.ImageSizeOption;
import org.vocabeam.pipelines.options.ImagesOption;
import org.vocabeam.pipelines.options.OutputOption;
import org.vocabeam.pipelines.options.PoolingArguments;
import org.vocabeam.pipelines.options.PresetOption;
import org.vocabeam.pipelines.options.RecipeArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.options.TestSplitOption;
import org.vocabeam.pipelines.options.TrainSplitOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Methods beside each other on the same images. */
@Command(
    name = "compare",
    header = "Compares methods on the same images.",
    description =
        "Pre-trains every method on its network of the preset, with the same seeds and time,"
            + " and evaluates it beside random weights and raw pixels: a table, a store of metrics"
            + " and a page."
            + " The images need labels and the two splits. Killed at any moment, the same"
            + " command goes on.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam compare --images=runs/photos/images --output=runs/comparison \\",
      "      --methods=obow,simclr,rotation --budget=2",
      "  xdg-open runs/comparison/index.html"
    })
public final class CompareCommand implements Callable<Integer> {
  @Mixin private ImagesOption images;
  @Mixin private TrainSplitOption trainSplit;
  @Mixin private TestSplitOption testSplit;
  @Mixin private OutputOption output;

  @Option(
      names = "--methods",
      order = Sections.METHOD,
      split = ",",
      paramLabel = "NAME",
      description = "Some of ${COMPLETION-CANDIDATES}. Default: all.",
      completionCandidates = RecipeArguments.MethodNames.class)
  private @Nullable List<String> methods;

  @Mixin private PresetOption preset;
  @Mixin private ImageSizeOption imageSize;

  @Option(
      names = "--seeds",
      order = Sections.METHOD,
      split = ",",
      defaultValue = Comparison.SEEDS,
      paramLabel = "N",
      description = "Seeds; every method is trained once with each.")
  private List<Long> seeds;

  @Option(
      names = "--budget",
      order = Sections.LENGTH,
      paramLabel = "MINUTES",
      description =
          "Training time of every run. The steps follow from the speed of every method on this"
              + " machine, and are written into compare.json before anything is trained. The"
              + " networks of bownet share the time of a run.")
  private @Nullable Double budget;

  @Option(
      names = "--steps",
      order = Sections.LENGTH,
      paramLabel = "N",
      description = "Steps of every run, instead of --budget: equal steps, not equal time.")
  private @Nullable Long steps;

  @Option(
      names = "--rounds",
      order = Sections.LENGTH,
      defaultValue = Comparison.ROUNDS,
      paramLabel = "N",
      description = "Rounds of every run.")
  private int rounds;

  @Option(
      names = "--finetuneSteps",
      order = Sections.LENGTH,
      defaultValue = Comparison.FINETUNE_STEPS,
      paramLabel = "N",
      description =
          "Steps of fine-tuning of every network with 1, 10 and 100 %% of the labels, and of"
              + " supervised training from random weights; 0 leaves both out.")
  private long finetuneSteps;

  @Mixin private PoolingArguments pooling;
  @Mixin private DeviceArguments pipelines;

  /** Returns the request that the options make. */
  Comparison request() {
    return new Comparison(
        images.directory(),
        output.directory(),
        methods(),
        steps,
        budget,
        preset.name(),
        imageSize.side(),
        distinct("--seeds", seeds),
        rounds,
        finetuneSteps,
        trainSplit.name(),
        testSplit.name(),
        pooling.choice());
  }

  @Override
  public Integer call() {
    pipelines.runner().options("compare");
    Comparison comparison = request();
    System.out.printf("%n%s%n", comparison.run(pipelines.runner()).text());
    System.out.printf("Metrics:     %s%n", comparison.metrics());
    System.out.printf("Page:        %s%n", comparison.page());
    return 0;
  }

  private List<String> methods() {
    if (methods == null) {
      return Methods.names();
    }
    for (String method : methods) {
      if (!Methods.names().contains(method)) {
        throw new UserError(
            "--methods has " + method + ", must be some of " + String.join(", ", Methods.names()));
      }
    }
    return distinct("--methods", methods);
  }

  private static <T> List<T> distinct(String option, List<T> values) {
    if (new HashSet<>(values).size() < values.size()) {
      throw new UserError(option + " is " + values + ", must name each once");
    }
    return values;
  }
}
