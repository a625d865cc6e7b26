package org.vocabeam.pipelines;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Mixin of the commands that train: what on, for how long, how, and where the run goes. */
final class RunArguments {
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

  String images() {
    return data.images();
  }

  String output() {
    return data.output();
  }

  @Nullable String targets() {
    return targets;
  }

  @Nullable String views() {
    return views;
  }

  @Nullable String initial() {
    return initial;
  }

  RoundPlan plan() {
    return rounds.plan();
  }

  RecipeArguments recipe() {
    return recipe;
  }

  /** Opens the images. */
  TrainingImages open() {
    return data.open();
  }

  /** What a preset is asked for. */
  Task task(TrainingImages of) {
    Task task = of.task(plan().steps(), recipe.seed());
    return initial == null ? task : InitialWeights.open(initial).task(task);
  }

  /** The recipe that the options make for a task. */
  Recipe recipe(Task task) {
    Recipe made = recipe.recipe(task);
    if (initial != null) {
      InitialWeights.open(initial).check(made);
    }
    return made;
  }

  /** A run of one student. */
  Pretraining pretraining(Recipe made, TrainingImages of) {
    TrainingData trainedOn =
        new TrainingData(
            of,
            TrainingTargets.open(targets, of, made.method().name(), made.method().targetWords()),
            views == null ? null : new TrainingViews(views));
    return new Pretraining(
        "pretrain",
        made,
        trainedOn,
        initial == null ? null : InitialWeights.open(initial),
        output(),
        plan());
  }
}
