package org.vocabeam.pipelines.options;

import org.vocabeam.pipelines.inputs.RecipeChoice;
import picocli.CommandLine.Option;

/** Mixin for the seed of everything random in a command. */
public final class SeedOption {
  @Option(
      names = "--seed",
      order = Sections.GENERAL,
      defaultValue = RecipeChoice.SEED,
      paramLabel = "N",
      description = "Seed of all randomness; the same seed gives the same result.")
  private long value;

  /** Returns the seed. */
  public long value() {
    return value;
  }
}
