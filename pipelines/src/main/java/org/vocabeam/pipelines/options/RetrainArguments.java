package org.vocabeam.pipelines.options;

import java.util.List;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.registry.Gate;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Mixin of the commands that make the next model of a data set that grows. */
public final class RetrainArguments {
  public static final String PROMOTED = "promoted";
  static final String SCRATCH = "scratch";

  @Option(
      names = "--registry",
      required = true,
      paramLabel = "DIR",
      description = "The models, and the images that they are made of.")
  private String registry;

  @Option(
      names = "--from",
      defaultValue = PROMOTED,
      description = {
        "promoted goes on from the weights of the promoted model, on a new schedule, with the seed"
            + " after its seed; the first model, and every one with scratch, starts from random"
            + " weights."
      })
  private String from;

  @Option(
      names = "--gate",
      paramLabel = "CONDITIONS",
      defaultValue = "linear>=-0.5",
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

  public String registry() {
    return registry;
  }

  public String from() {
    return from;
  }

  public Gate gate() {
    return Gate.parse(gate);
  }

  public String trainSplit() {
    return trainSplit;
  }

  public String testSplit() {
    return testSplit;
  }

  /** Refuses what can be seen to be wrong before anything is done. */
  public void check() {
    if (!from.equals(PROMOTED) && !from.equals(SCRATCH)) {
      throw new UserError("--from is " + from + ", must be promoted or scratch");
    }
    if (recipe.method().equals("bownet")) {
      throw new UserError(
          "--method is bownet, whose targets are stored beside one store of images; retrain needs a"
              + " method that makes its own, as obow");
    }
    recipe.preset();
    rounds.plan();
    pooling.pooling();
    ingest.decode();
    gate();
  }
}
