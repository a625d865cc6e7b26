package org.vocabeam.pipelines.options;

import java.util.Iterator;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Mixin of the commands that train a self-supervised method: its name and its constants. */
public final class RecipeArguments {
  @Option(
      names = "--method",
      order = Sections.METHOD,
      defaultValue = RecipeChoice.METHOD,
      paramLabel = "NAME",
      description = "${COMPLETION-CANDIDATES}.",
      completionCandidates = MethodNames.class)
  private String method;

  @Mixin private PresetOption preset;
  @Mixin private ImageSizeOption imageSize;
  @Mixin private ObowArguments obow;
  @Mixin private StepArguments steps;

  /** Names of all methods, for the help. */
  public static final class MethodNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Methods.names().iterator();
    }
  }

  /** Returns the method and its constants. */
  public RecipeChoice choice() {
    return new RecipeChoice(
        method, preset.name(), seed(), imageSize.side(), steps.addTo(obow.changes()));
  }

  /** Returns the seed of all randomness. */
  public long seed() {
    return steps.seed();
  }
}
