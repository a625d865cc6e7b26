package org.vocabeam.pipelines.command;

import java.util.List;
import org.vocabeam.pipelines.options.IngestArguments;
import org.vocabeam.pipelines.options.MinutesOption;
import org.vocabeam.pipelines.options.PoolingArguments;
import org.vocabeam.pipelines.options.RecipeArguments;
import org.vocabeam.pipelines.options.RegistryOption;
import org.vocabeam.pipelines.options.RoundArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.options.SignalArguments;
import org.vocabeam.pipelines.options.TestSplitOption;
import org.vocabeam.pipelines.options.TrainSplitOption;
import org.vocabeam.pipelines.registry.Gate;
import org.vocabeam.pipelines.registry.RetrainRequest;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Mixin of the commands that make the next version of a registry. */
final class RetrainArguments {
  @Mixin private RegistryOption registry;
  @Mixin private IngestArguments ingest;
  @Mixin private TrainSplitOption trainSplit;
  @Mixin private TestSplitOption testSplit;

  @Option(
      names = "--gate",
      order = Sections.GATE,
      paramLabel = "CONDITIONS",
      defaultValue = RetrainRequest.GATE,
      description =
          "Conditions of a promotion, separated by commas; all must hold. METRIC>=POINTS (or >) is"
              + " the difference from the promoted model on the same images, METRIC>=NUMBER%% an"
              + " accuracy. Metrics: knn20, knn200, linear (all labels), linear@0.01, linear@0.1,"
              + " few-shot-5way-1shot, few-shot-5way-5shot. The first model has no difference to"
              + " hold.")
  private List<String> gate;

  @Option(
      names = "--from",
      order = Sections.METHOD,
      defaultValue = RetrainRequest.PROMOTED,
      paramLabel = "WEIGHTS",
      description =
          "First weights: promoted (those of the promoted model, with a new schedule and the next"
              + " seed) or scratch (random ones). The first model starts from random weights.")
  private String from;

  @Mixin private RecipeArguments recipe;
  @Mixin private RoundArguments rounds;
  @Mixin private MinutesOption minutes;
  @Mixin private SignalArguments signal;
  @Mixin private PoolingArguments pooling;

  /**
   * Returns the request for the next version.
   *
   * @throws org.vocabeam.models.UserError when an option is wrong, before anything is done
   */
  RetrainRequest request() {
    return new RetrainRequest(
        registry.directory(),
        ingest.input(),
        from,
        recipe.choice(),
        signal.of(rounds.plan()),
        minutes.minutes(rounds),
        pooling.choice(),
        Gate.parse(gate),
        trainSplit.name(),
        testSplit.name());
  }
}
