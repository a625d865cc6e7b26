package org.vocabeam.pipelines.options;

import org.vocabeam.models.training.Preset;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import picocli.CommandLine.Option;

/** Mixin for the size of the network. */
public final class PresetOption {
  @Option(
      names = "--preset",
      order = Sections.METHOD,
      defaultValue = RecipeChoice.PRESET,
      paramLabel = "NAME",
      description =
          "Network and settings: small (minutes on a CPU, on resnet8 or, for moca, vit-mini4);"
              + " resnet18, vit-s16, ... (the papers'); or small/NETWORK for the small ones on"
              + " another network.")
  private String name;

  /**
   * Returns the preset.
   *
   * @throws org.vocabeam.models.UserError if there is none of this name
   */
  public Preset preset() {
    return Preset.named(name);
  }

  /** Returns the name as it was given. */
  public String name() {
    return name;
  }
}
