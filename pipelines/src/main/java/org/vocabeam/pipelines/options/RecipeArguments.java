package org.vocabeam.pipelines.options;

import java.util.Iterator;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.pipelines.choice.OpenRun;
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
    return choice(preset.name());
  }

  /** Returns the same for a command that chooses settings, on the default preset until it has. */
  RecipeChoice openChoice() {
    return choice(isAuto() ? RecipeChoice.PRESET : preset.name());
  }

  private RecipeChoice choice(String presetName) {
    return new RecipeChoice(
        method, presetName, seed(), imageSize.side(), steps.addTo(obow.changes()));
  }

  /** Returns true if the settings are to be chosen by the data at hand. */
  boolean isAuto() {
    return preset.name().equals(OpenRun.AUTO);
  }

  /** Returns the seed of all randomness. */
  public long seed() {
    return steps.seed();
  }
}
