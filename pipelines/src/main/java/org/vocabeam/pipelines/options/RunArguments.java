package org.vocabeam.pipelines.options;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.pipelines.run.PretrainRequest;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Mixin of the commands that train: what on, for how long, how, and where the run goes. */
public final class RunArguments {
  @Mixin private DataArguments data;

  @Option(
      names = "--targets",
      paramLabel = "DIR",
      description = "The targets store of the images, for a method that is trained on one.")
  private @Nullable String targets;

  @Option(
      names = "--views",
      paramLabel = "DIR",
      description =
          "Trains on the views that augment stored instead of rendering them; the result is the"
              + " same.")
  private @Nullable String views;

  @Option(
      names = "--initial",
      paramLabel = "DIR",
      description =
          "A run or a checkpoint of the same recipe: starts from its weights instead of random ones,"
              + " with a schedule of its own and a new optimizer; images are normalised as there.")
  private @Nullable String initial;

  @Mixin private RoundArguments rounds;
  @Mixin private RecipeArguments recipe;

  /** Returns the request for a student. */
  public PretrainRequest request() {
    return new PretrainRequest(
        data.images(),
        data.split(),
        data.output(),
        recipe.choice(),
        rounds.plan(),
        new PretrainRequest.Given(targets, views, initial),
        PretrainRequest.Teachers.USUAL);
  }
}
