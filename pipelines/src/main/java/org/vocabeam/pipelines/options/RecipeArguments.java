package org.vocabeam.pipelines.options;

import java.util.Iterator;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import picocli.CommandLine.Option;

/** Mixin of the commands that train a self-supervised method: which, and its constants. */
public final class RecipeArguments extends StepArguments {
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

  /** For the help. */
  public static final class MethodNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Methods.names().iterator();
    }
  }

  @Option(
      names = "--levels",
      split = ",",
      description = "Levels of the backbone that make targets, for example layer1,layer2.")
  void levels(String[] values) {
    String levels = String.join(",", values);
    set("--levels", "/method/levels", levels, "[\"" + String.join("\",\"", values) + "\"]");
  }

  @Option(names = "--words", description = "K, visual words of a level; a multiple of batchSize.")
  void words(int value) {
    set("--words", "/method/words", value);
  }

  @Option(
      names = "--inverseDelta",
      description = "Inverse temperature of the assignment to words; 'none' for the nearest word.")
  void inverseDelta(String value) {
    set("--inverseDelta", "/method/inverseDelta", value, value.equals("none") ? "null" : value);
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
    set("--reduction", "/method/reduction", value);
  }

  @Option(
      names = "--vocabularyUpdate",
      description = "local-average, no-averaging or global-average.")
  void vocabularyUpdate(String value) {
    set("--vocabularyUpdate", "/method/vocabularyUpdate", value);
  }

  @Option(names = "--distanceDecay", description = "Of the running distance m.")
  void distanceDecay(double value) {
    set("--distanceDecay", "/method/distanceDecay", value);
  }

  @Option(names = "--teacherDecay", description = "Of the teacher's weights, at the first step.")
  void teacherDecay(double value) {
    set("--teacherDecay", "/method/teacherDecay", value);
  }

  /** Returns the method and its constants. */
  public RecipeChoice choice() {
    return new RecipeChoice(method, preset, seed(), changes());
  }
}
