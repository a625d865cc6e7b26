package org.vocabeam.pipelines.options;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Iterator;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
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

  /** The name of the method. */
  public String method() {
    return method;
  }

  public Preset preset() {
    return Preset.named(preset);
  }

  /** The preset's recipe for the task, with what the options change. */
  public Recipe recipe(Task task) {
    return changed(Methods.recipe(method, preset(), task));
  }
}
