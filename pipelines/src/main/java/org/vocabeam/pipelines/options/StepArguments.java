package org.vocabeam.pipelines.options;

import java.util.Map;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.RecipeChanges;
import picocli.CommandLine.Option;

/**
 * Options of every command that trains, each of which replaces one constant of the recipe: how a
 * step is made. What an option sets is a place in the recipe's JSON, which checks its value.
 */
public class StepArguments {
  @Option(names = "--seed", defaultValue = "1", description = "Of all randomness.")
  private long seed;

  private RecipeChanges changes = RecipeChanges.NONE;

  @Option(names = "--batchSize", description = "Images of a step of one replica.")
  void batchSize(int value) {
    set("--batchSize", "/batchSize", value);
  }

  @Option(
      names = "--learningRate",
      description = "At its highest; 0 trains nothing, but batch norm gets its statistics.")
  void learningRate(double value) {
    set("--learningRate", "/schedule/learningRate", value);
  }

  @Option(names = "--endLearningRate", description = "At the last step.")
  void endLearningRate(double value) {
    set("--endLearningRate", "/schedule/endLearningRate", value);
  }

  @Option(names = "--warmupSteps", description = "Steps of linearly growing rate.")
  void warmupSteps(long value) {
    set("--warmupSteps", "/schedule/warmupSteps", value);
  }

  @Option(names = "--momentum", description = "Of SGD or LARS, in [0, 1).")
  void momentum(double value) {
    set("--momentum", "/optimizer/momentum", value);
  }

  @Option(names = "--weightDecay", description = "At least 0.")
  void weightDecay(double value) {
    set("--weightDecay", "/optimizer/weightDecay", value);
  }

  @Option(
      names = "--optimizer",
      description = "sgd, sgd-nesterov, lars or adamw, with the constants of its paper.")
  void optimizer(String name) {
    String json =
        switch (name) {
          case "sgd" -> "{'type':'sgd','momentum':0.9,'weightDecay':1e-4,'nesterov':false}";
          case "sgd-nesterov" -> "{'type':'sgd','momentum':0.9,'weightDecay':5e-4,'nesterov':true}";
          case "lars" ->
              "{'type':'lars','momentum':0.9,'weightDecay':1e-6,'trust':0.001,"
                  + "'norm':'separate','clip':false,'epsilon':1e-8}";
          case "adamw" ->
              "{'type':'adamw','beta1':0.9,'beta2':0.999,'epsilon':1e-8,'weightDecay':0.04}";
          default ->
              throw new UserError(
                  "optimizer is " + name + ", must be sgd, sgd-nesterov, lars or adamw");
        };
    set("--optimizer", "/optimizer", name, json.replace('\'', '"'));
  }

  @Option(
      names = "--collapseThreshold",
      description = "Stops a run whose embedding std falls below it; 0 never stops.")
  void collapseThreshold(double value) {
    set("--collapseThreshold", "/collapseThreshold", value);
  }

  @Option(
      names = "--set",
      paramLabel = "PLACE=VALUE",
      description = {
        "Replaces any other value of the recipe, by its place in the JSON that --printRecipe"
            + " shows, for example --set /method/crops/0/size=20. May be given several times."
      })
  void set(Map<String, String> values) {
    values.forEach((place, value) -> set(RecipeChanges.SET, place, value));
  }

  final void set(String option, String place, Object value) {
    set(option, place, value, String.valueOf(value));
  }

  final void set(String option, String place, Object typed, String json) {
    changes = changes.with(option, place, String.valueOf(typed), RecipeChanges.json(json));
  }

  public long seed() {
    return seed;
  }

  /** Returns the constants that the options change. */
  public final RecipeChanges changes() {
    return changes;
  }
}
