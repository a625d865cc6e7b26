package org.vocabeam.pipelines.options;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.pipelines.inputs.RecipeChanges;
import picocli.CommandLine.Option;

/** Mixin for the constants of OBoW, each at its place in the recipe's JSON, which checks it. */
final class ObowArguments {
  @Option(
      names = "--words",
      order = Sections.OBOW,
      paramLabel = "K",
      description = "Visual words of a level, a multiple of --batchSize; also for bownet.")
  private @Nullable Integer words;

  @Option(
      names = "--levels",
      order = Sections.OBOW,
      split = ",",
      paramLabel = "NAME",
      description = "Levels of the backbone that make targets, for example layer1,layer2.")
  private @Nullable List<String> levels;

  @Option(
      names = "--inverseDelta",
      order = Sections.OBOW,
      paramLabel = "X",
      description =
          "Base of the inverse temperature of the assignment to words, 1/delta; 'none' assigns to"
              + " the nearest word.")
  private @Nullable String inverseDelta;

  @Option(
      names = "--inverseTemperature",
      order = Sections.OBOW,
      paramLabel = "KAPPA",
      description = "Inverse temperature of the student's softmax.")
  private @Nullable Double inverseTemperature;

  @Option(
      names = "--borderCrop",
      order = Sections.OBOW,
      paramLabel = "N",
      description = "Outermost cells of a map that are dropped on each side.")
  private @Nullable Integer borderCrop;

  @Option(
      names = "--reduction",
      order = Sections.OBOW,
      paramLabel = "NAME",
      description = "Reduction of codes over locations: max or average.")
  private @Nullable String reduction;

  @Option(
      names = "--vocabularyUpdate",
      order = Sections.OBOW,
      paramLabel = "NAME",
      description =
          "What an image adds to the vocabulary: local-average, no-averaging or global-average.")
  private @Nullable String vocabularyUpdate;

  @Option(
      names = "--distanceDecay",
      order = Sections.OBOW,
      paramLabel = "X",
      description = "Decay of the running distance, in [0, 1).")
  private @Nullable Double distanceDecay;

  @Option(
      names = "--teacherDecay",
      order = Sections.OBOW,
      paramLabel = "X",
      description = "Decay of the teacher's weights at the first step, in [0, 1]; it goes to 1.")
  private @Nullable Double teacherDecay;

  /** Returns the constants that were given. */
  RecipeChanges changes() {
    RecipeChanges changes =
        RecipeChanges.NONE
            .ifGiven("--words", "/method/words", words)
            .ifGiven("--inverseTemperature", "/method/inverseTemperature", inverseTemperature)
            .ifGiven("--borderCrop", "/method/borderCrop", borderCrop)
            .ifGiven("--reduction", "/method/reduction", reduction)
            .ifGiven("--vocabularyUpdate", "/method/vocabularyUpdate", vocabularyUpdate)
            .ifGiven("--distanceDecay", "/method/distanceDecay", distanceDecay)
            .ifGiven("--teacherDecay", "/method/teacherDecay", teacherDecay);
    if (levels != null) {
      ArrayNode names = JsonNodeFactory.instance.arrayNode();
      levels.forEach(names::add);
      changes = changes.with("--levels", "/method/levels", String.join(",", levels), names);
    }
    if (inverseDelta != null) {
      String value = inverseDelta.equals("none") ? "null" : inverseDelta;
      changes =
          changes.with(
              "--inverseDelta", "/method/inverseDelta", inverseDelta, RecipeChanges.json(value));
    }
    return changes;
  }
}
