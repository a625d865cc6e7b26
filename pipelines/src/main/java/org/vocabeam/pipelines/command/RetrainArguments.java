package org.vocabeam.pipelines.command;

import java.util.List;
import org.vocabeam.pipelines.options.IngestArguments;
import org.vocabeam.pipelines.options.PoolingArguments;
import org.vocabeam.pipelines.options.RecipeArguments;
import org.vocabeam.pipelines.options.RoundArguments;
import org.vocabeam.pipelines.registry.Gate;
import org.vocabeam.pipelines.registry.RetrainRequest;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Mixin of the commands that make the next model of a data set that grows. */
final class RetrainArguments {
  @Option(
      names = "--registry",
      required = true,
      paramLabel = "DIR",
      description = "The models, and the images that they are made of.")
  private String registry;

  @Option(
      names = "--from",
      defaultValue = RetrainRequest.PROMOTED,
      description = {
        "promoted goes on from the weights of the promoted model, on a new schedule, with the seed"
            + " after its seed; the first model, and every one with scratch, starts from random"
            + " weights."
      })
  private String from;

  @Option(
      names = "--gate",
      paramLabel = "CONDITIONS",
      defaultValue = RetrainRequest.GATE,
      description = {
        "What promotes a model: METRIC>=POINTS (or >) is the difference from the promoted model on"
            + " the same images, METRIC>=NUMBER%% an accuracy. Several with commas, all must hold."
            + " Metrics: knn20, knn200, linear (all labels), linear@0.01, linear@0.1,"
            + " few-shot-5way-1shot, few-shot-5way-5shot. The first model has no difference to"
            + " hold."
      })
  private List<String> gate;

  @Option(
      names = "--trainSplit",
      defaultValue = "train",
      description = "Trained on, and learned from in the evaluation.")
  private String trainSplit;

  @Option(names = "--testSplit", defaultValue = "test", description = "Predicted.")
  private String testSplit;

  @Mixin private IngestArguments ingest;
  @Mixin private RecipeArguments recipe;
  @Mixin private RoundArguments rounds;
  @Mixin private PoolingArguments pooling;

  /**
   * Returns the request for the next version.
   *
   * @throws org.vocabeam.models.UserError when an option is wrong, before anything is done
   */
  RetrainRequest request() {
    return new RetrainRequest(
        registry,
        ingest.input(),
        from,
        recipe.choice(),
        rounds.plan(),
        pooling.choice(),
        Gate.parse(gate),
        trainSplit,
        testSplit);
  }
}
