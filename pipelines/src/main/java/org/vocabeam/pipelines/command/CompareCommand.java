package org.vocabeam.pipelines.command;

import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.pipelines.compare.Comparison;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.PoolingArguments;
import org.vocabeam.pipelines.options.RecipeArguments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Methods beside each other on the same images. */
@Command(
    name = "compare",
    description = {
      "Pre-trains several methods on the same images, with the same network, seeds and time, and"
          + " evaluates them beside random weights and raw pixels: a table, a store of metrics and"
          + " a page. Killed at any moment, the same command goes on."
    },
    footer = {
      "",
      "Example: ./vocabeam compare --images=runs/images --methods=obow,simclr,rotation --budget=2"
          + " --output=runs/comparison",
      "Then open runs/comparison/index.html."
    })
public final class CompareCommand implements Callable<Integer> {
  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR",
      description = "An images store with labels, and with the two splits.")
  private String images;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "The comparison: runs, plan, metrics and index.html.")
  private String output;

  @Option(
      names = "--methods",
      split = ",",
      paramLabel = "NAME",
      description = "Some of ${COMPLETION-CANDIDATES}; all if not given.",
      completionCandidates = RecipeArguments.MethodNames.class)
  private @Nullable List<String> methods;

  @Option(
      names = "--budget",
      paramLabel = "MINUTES",
      description = {
        "Minutes that every run trains for. The steps are found from the speed of every method on"
            + " this machine, and written into compare.json before anything is trained. The networks"
            + " of bownet share the minutes of a run."
      })
  private @Nullable Double budget;

  @Option(
      names = "--steps",
      description = "Instead of --budget, steps of every run: equal steps, not equal time.")
  private @Nullable Long steps;

  @Option(
      names = "--preset",
      defaultValue = "small",
      description = "Network and settings: small, resnet18 or resnet50 (paper settings).")
  private String preset;

  @Option(
      names = "--seeds",
      split = ",",
      defaultValue = "1",
      paramLabel = "SEED",
      description = "Every method is trained once for each.")
  private List<Long> seeds;

  @Option(names = "--rounds", defaultValue = "2", description = "Rounds of every run.")
  private int rounds;

  @Option(
      names = "--finetuneSteps",
      defaultValue = "300",
      description =
          "Steps of fine-tuning of every network, at 1, 10 and 100 %% of the labels, and of"
              + " supervised training from random weights; 0 leaves both out.")
  private long finetuneSteps;

  @Option(
      names = "--trainSplit",
      defaultValue = "train",
      description = "Trained on, and learned from in the evaluation.")
  private String trainSplit;

  @Option(names = "--testSplit", defaultValue = "test", description = "Predicted.")
  private String testSplit;

  @Mixin private PoolingArguments pooling;
  @Mixin private DeviceArguments pipelines;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    pipelines.runner().options("compare");
    Comparison comparison =
        new Comparison(
            images,
            output,
            methods(),
            steps,
            budget,
            preset,
            distinct("--seeds", seeds),
            rounds,
            finetuneSteps,
            trainSplit,
            testSplit,
            pooling.choice());
    List<String> typed = spec.commandLine().getParseResult().originalArgs();
    comparison.run(pipelines.runner(), "./vocabeam " + String.join(" ", typed));
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
