package org.vocabeam.pipelines.options;

import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.RecipeChanges;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Mixin of every command that trains: the seed, and options that each replace one constant of the
 * recipe. An option names a place in the recipe's JSON, which checks its value.
 */
public final class StepArguments {
  @Mixin private SeedOption seed;

  @Option(
      names = "--batchSize",
      order = Sections.OPTIMIZER,
      paramLabel = "N",
      description = "Images of a step of one replica.")
  private @Nullable Integer batchSize;

  @Option(
      names = "--accumulate",
      order = Sections.OPTIMIZER,
      paramLabel = "N",
      description =
          "Takes a step in N parts of its batch, which need the memory of one part. Batch norm and"
              + " losses between images see a part.")
  private @Nullable Integer accumulate;

  @Option(
      names = "--precision",
      order = Sections.OPTIMIZER,
      paramLabel = "TYPE",
      description =
          "Numbers of convolutions and matrix products: float32, bfloat16 or float16 (with dynamic"
              + " loss scaling). Weights, statistics, losses and optimizer are float32. For GPUs, and"
              + " CPUs that multiply bfloat16 (AVX512_BF16, AMX); slower on others.")
  private @Nullable String precision;

  @Option(
      names = "--optimizer",
      order = Sections.OPTIMIZER,
      paramLabel = "NAME",
      description = "sgd, sgd-nesterov, lars or adamw, with the constants of its paper.")
  private @Nullable String optimizer;

  @Option(
      names = "--learningRate",
      order = Sections.OPTIMIZER,
      paramLabel = "RATE",
      description =
          "Highest learning rate. With 0 no weight moves, but batch norm gets its statistics.")
  private @Nullable Double learningRate;

  @Option(
      names = "--endLearningRate",
      order = Sections.OPTIMIZER,
      paramLabel = "RATE",
      description = "Learning rate of the last step.")
  private @Nullable Double endLearningRate;

  @Option(
      names = "--warmupSteps",
      order = Sections.OPTIMIZER,
      paramLabel = "N",
      description = "First steps, in which the learning rate grows linearly.")
  private @Nullable Long warmupSteps;

  @Option(
      names = "--headWarmupSteps",
      order = Sections.OPTIMIZER,
      paramLabel = "N",
      description =
          "First steps, in which only the heads learn and the network stays as it is, for a run from"
              + " weights: its heads start anew. The network's --warmupSteps begin after them."
              + " Default: 0.")
  private @Nullable Long headWarmupSteps;

  @Option(
      names = "--layerDecay",
      order = Sections.OPTIMIZER,
      paramLabel = "X",
      description =
          "Factor of the learning rate from one block of the network to the one below it, in (0, 1]:"
              + " 0.75 lets early layers move little. Default: 1.")
  private @Nullable Double layerDecay;

  @Option(
      names = "--momentum",
      order = Sections.OPTIMIZER,
      paramLabel = "X",
      description = "Momentum of SGD or LARS, in [0, 1).")
  private @Nullable Double momentum;

  @Option(
      names = "--weightDecay",
      order = Sections.OPTIMIZER,
      paramLabel = "X",
      description = "Weight decay, at least 0.")
  private @Nullable Double weightDecay;

  @Option(
      names = "--collapseThreshold",
      order = Sections.OPTIMIZER,
      paramLabel = "X",
      description =
          "Stops a run when the standard deviation of its embeddings falls below it; 0 never"
              + " stops.")
  private @Nullable Double collapseThreshold;

  @Option(
      names = "--set",
      order = Sections.OPTIMIZER,
      paramLabel = "PLACE=VALUE",
      description =
          "Replaces any constant of the recipe, by its place in the JSON of --printRecipe, as in"
              + " --set /method/crops/0/size=20. May be given several times.")
  private @Nullable Map<String, String> others;

  /** Returns the seed of all randomness. */
  public long seed() {
    return seed.value();
  }

  /** Returns the constants that were given. */
  public RecipeChanges changes() {
    return addTo(RecipeChanges.NONE);
  }

  /** Returns changes with those of these options after them. */
  RecipeChanges addTo(RecipeChanges changes) {
    // The optimizer before its constants, and --set last: the more special option wins.
    RecipeChanges all =
        changes
            .ifGiven("--batchSize", "/batchSize", batchSize)
            .ifGiven("--accumulate", "/microBatches", accumulate)
            .ifGiven("--precision", "/precision", precision)
            .ifGiven("--learningRate", "/schedule/learningRate", learningRate)
            .ifGiven("--endLearningRate", "/schedule/endLearningRate", endLearningRate)
            .ifGiven("--warmupSteps", "/schedule/warmupSteps", warmupSteps)
            .ifGiven("--headWarmupSteps", "/continuation/headWarmupSteps", headWarmupSteps)
            .ifGiven("--layerDecay", "/continuation/layerDecay", layerDecay);
    if (optimizer != null) {
      all =
          all.with(
              "--optimizer", "/optimizer", optimizer, RecipeChanges.json(constants(optimizer)));
    }
    all =
        all.ifGiven("--momentum", "/optimizer/momentum", momentum)
            .ifGiven("--weightDecay", "/optimizer/weightDecay", weightDecay)
            .ifGiven("--collapseThreshold", "/collapseThreshold", collapseThreshold);
    for (var other : (others == null ? Map.<String, String>of() : others).entrySet()) {
      all = all.with(RecipeChanges.SET, other.getKey(), other.getValue());
    }
    return all;
  }

  private static String constants(String optimizer) {
    String json =
        switch (optimizer) {
          case "sgd" -> "{'type':'sgd','momentum':0.9,'weightDecay':1e-4,'nesterov':false}";
          case "sgd-nesterov" -> "{'type':'sgd','momentum':0.9,'weightDecay':5e-4,'nesterov':true}";
          case "lars" ->
              "{'type':'lars','momentum':0.9,'weightDecay':1e-6,'trust':0.001,"
                  + "'norm':'separate','clip':false,'epsilon':1e-8}";
          case "adamw" ->
              "{'type':'adamw','beta1':0.9,'beta2':0.999,'epsilon':1e-8,'weightDecay':0.04}";
          default ->
              throw new UserError(
                  "--optimizer is " + optimizer + ", must be sgd, sgd-nesterov, lars or adamw");
        };
    return json.replace('\'', '"');
  }
}
