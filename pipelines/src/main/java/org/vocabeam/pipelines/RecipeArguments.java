package org.vocabeam.pipelines;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import picocli.CommandLine.Option;

/**
 * Mixin of the commands that train: a preset, and options that each replace one constant of it.
 * What an option sets is a place in the recipe's JSON, which checks its value.
 */
final class RecipeArguments {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--method",
      defaultValue = "obow",
      description = "The self-supervised method: ${COMPLETION-CANDIDATES}.",
      completionCandidates = MethodNames.class)
  private String method;

  @Option(
      names = "--preset",
      defaultValue = "small",
      description = "Network and settings: small, resnet18 or resnet50 (paper settings).")
  private String preset;

  @Option(names = "--seed", defaultValue = "1", description = "Of all randomness.")
  private long seed;

  /** For the help. */
  static final class MethodNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Methods.names().iterator();
    }
  }

  private record Change(String option, String place, JsonNode value) {}

  private final List<Change> changes = new ArrayList<>();

  @Option(names = "--batchSize", description = "Images of a step of one replica.")
  void batchSize(int value) {
    set("--batchSize", "/batchSize", value);
  }

  @Option(names = "--learningRate", description = "At its highest.")
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
    set("--optimizer", "/optimizer", parse(json.replace('\'', '"')));
  }

  @Option(
      names = "--levels",
      split = ",",
      description = "Levels of the backbone that make targets, for example layer1,layer2.")
  void levels(String[] values) {
    ArrayNode levels = JsonNodeFactory.instance.arrayNode();
    for (String value : values) {
      levels.add(value);
    }
    set("--levels", "/method/levels", levels);
  }

  @Option(names = "--words", description = "K, visual words of a level; a multiple of batchSize.")
  void words(int value) {
    set("--words", "/method/words", value);
  }

  @Option(
      names = "--inverseDelta",
      description = "Inverse temperature of the assignment to words; 'none' for the nearest word.")
  void inverseDelta(String value) {
    set("--inverseDelta", "/method/inverseDelta", value.equals("none") ? "null" : value);
  }

  @Option(names = "--inverseTemperature", description = "kappa, of the student's softmax.")
  void inverseTemperature(double value) {
    set("--inverseTemperature", "/method/inverseTemperature", value);
  }

  @Option(names = "--borderCrop", description = "Outermost cells of maps that are dropped.")
  void borderCrop(int value) {
    set("--borderCrop", "/method/borderCrop", value);
  }

  @Option(names = "--reduction", description = "Of codes over locations: max or average.")
  void reduction(String value) {
    set("--reduction", "/method/reduction", JsonNodeFactory.instance.textNode(value));
  }

  @Option(
      names = "--vocabularyUpdate",
      description = "local-average, no-averaging or global-average.")
  void vocabularyUpdate(String value) {
    set("--vocabularyUpdate", "/method/vocabularyUpdate", JsonNodeFactory.instance.textNode(value));
  }

  @Option(names = "--distanceDecay", description = "Of the running distance m.")
  void distanceDecay(double value) {
    set("--distanceDecay", "/method/distanceDecay", value);
  }

  @Option(names = "--teacherDecay", description = "Of the teacher's weights, at the first step.")
  void teacherDecay(double value) {
    set("--teacherDecay", "/method/teacherDecay", value);
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
    values.forEach((place, value) -> set("--set " + place, place, parse(value)));
  }

  private void set(String option, String place, Object value) {
    JsonNode node = value instanceof JsonNode given ? given : parse(String.valueOf(value));
    changes.add(new Change(option, place, node));
  }

  /** A JSON value, or else the text itself. */
  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return JsonNodeFactory.instance.textNode(text);
    }
  }

  /** The name of the method. */
  String method() {
    return method;
  }

  Preset preset() {
    return preset(preset);
  }

  long seed() {
    return seed;
  }

  /** The preset's recipe for the task, with what the options change. */
  Recipe recipe(Task task) {
    JsonNode tree = Methods.toTree(Methods.recipe(method, preset(), task));
    changes.forEach(change -> replace(tree, change));
    return Methods.recipe(tree);
  }

  private static Preset preset(String name) {
    for (Preset preset : Preset.values()) {
      if (preset.name().toLowerCase(Locale.ROOT).equals(name)) {
        return preset;
      }
    }
    throw new UserError("preset is " + name + ", must be small, resnet18 or resnet50");
  }

  private static void replace(JsonNode tree, Change change) {
    if (!change.place().startsWith("/") || tree.at(change.place()).isMissingNode()) {
      throw new UserError(
          change.option() + " changes nothing that this recipe has; --printRecipe shows it");
    }
    JsonPointer pointer = JsonPointer.compile(change.place());
    JsonNode parent = tree.at(pointer.head());
    if (parent instanceof ObjectNode object) {
      object.set(pointer.last().getMatchingProperty(), change.value());
    } else {
      ((ArrayNode) parent).set(pointer.last().getMatchingIndex(), change.value());
    }
  }
}
