package org.vocabeam.pipelines.options;

import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Recipe;
import picocli.CommandLine.Option;

/** Mixin for looking at a recipe instead of training it. */
public final class PrintRecipeOption {
  @Option(
      names = "--printRecipe",
      order = Sections.OPTIMIZER,
      description = "Prints every constant of the run as JSON, and ends.")
  private boolean given;

  /** Returns true if nothing but the recipe is asked for. */
  public boolean isGiven() {
    return given;
  }

  /** Prints a recipe if asked to, and returns true if it did. */
  public boolean print(Recipe recipe) {
    if (given) {
      System.out.println(Methods.toTree(recipe).toPrettyString());
    }
    return given;
  }
}
