package org.vocabeam.pipelines.command;

import com.google.common.collect.Lists;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.Stack;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.pipelines.compare.Comparison;
import org.vocabeam.pipelines.compare.Entries;
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
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Methods beside each other on the same images. */
@Command(
    name = "compare",
    header = "Compares methods on the same images.",
    preprocessor = CompareCommand.PlanOptions.class,
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
      "  xdg-open runs/comparison/index.html",
      "",
      "The same method twice, with --plan=plan.yaml --output=runs/words and this plan.yaml:",
      "  images: runs/photos/images",
      "  budget: 2",
      "  entries:",
      "    - method: obow",
      "    - method: obow",
      "      name: obow, 128 words",
      "      words: 128",
    })
public final class CompareCommand implements Callable<Integer> {
  private static final String PLAN = "--plan";

  /** Lengths of a run, one of which is given. */
  private static final Set<String> LENGTHS = Set.of("--budget", "--steps");

  /** Adds the options of the plan file to those of the command line, which win. */
  static final class PlanOptions implements IParameterPreprocessor {
    @Override
    @SuppressWarnings("JdkObsolete") // the stack is picocli's
    public boolean preprocess(
        Stack<String> reversed, CommandSpec command, ArgSpec none, Map<String, Object> info) {
      List<String> arguments = Lists.reverse(reversed);
      Optional<String> plan = value(arguments);
      if (plan.isEmpty() || plan.get().isBlank()) {
        return false;
      }
      Set<String> given =
          arguments.stream().map(PlanOptions::name).collect(Collectors.toCollection(HashSet::new));
      if (LENGTHS.stream().anyMatch(given::contains)) {
        given.addAll(LENGTHS);
      }
      try {
        PlanFile.read(Path.of(plan.get())).options(command).stream()
            .filter(option -> !given.contains(name(option)))
            .forEach(reversed::push);
      } catch (UserError e) {
        throw new ParameterException(command.commandLine(), e.getMessage(), e);
      }
      return false;
    }

    private static Optional<String> value(List<String> arguments) {
      for (int i = 0; i < arguments.size(); i++) {
        if (arguments.get(i).startsWith(PLAN + "=")) {
          return Optional.of(arguments.get(i).substring(PLAN.length() + 1));
        }
        if (arguments.get(i).equals(PLAN) && i + 1 < arguments.size()) {
          return Optional.of(arguments.get(i + 1));
        }
      }
      return Optional.empty();
    }

    private static String name(String argument) {
      return argument.replaceFirst("=.*", "");
    }
  }

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

  @Option(
      names = PLAN,
      order = Sections.METHOD,
      paramLabel = "FILE",
      description =
          "YAML or JSON with the entries of the comparison, each a method with constants of its"
              + " own, and options of this command, which win on the command line.")
  private @Nullable Path plan;

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

  @Option(
      names = "--parallel",
      order = Sections.RUNNER,
      defaultValue = Comparison.PARALLEL,
      paramLabel = "N",
      description =
          "Runs at the same time on a Flink cluster (--flinkMaster), each on its share of the slots."
              + " Results do not depend on it.")
  private int parallel;

  @Mixin private DeviceArguments pipelines;

  /** Returns the request that the options make. */
  Comparison request() {
    return new Comparison(
        images.directory(),
        output.directory(),
        entries(),
        steps,
        budget,
        distinct("--seeds", seeds),
        rounds,
        finetuneSteps,
        trainSplit.name(),
        testSplit.name(),
        pooling.choice(),
        parallel);
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

  private Entries entries() {
    if (plan == null) {
      return Entries.of(methods(), preset.name(), imageSize.side());
    }
    if (methods != null) {
      throw new UserError(
          "--methods is "
              + String.join(",", methods)
              + ", but --plan has entries; give one of them");
    }
    return PlanFile.read(plan).entries(preset.name(), imageSize.side());
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
