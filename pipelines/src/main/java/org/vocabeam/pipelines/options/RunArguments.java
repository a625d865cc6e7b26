package org.vocabeam.pipelines.options;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.TrainingData;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.inputs.TrainingTargets;
import org.vocabeam.pipelines.inputs.TrainingViews;
import org.vocabeam.pipelines.run.Pretraining;
import org.vocabeam.pipelines.run.RoundPlan;
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

  public String images() {
    return data.images();
  }

  public String output() {
    return data.output();
  }

  public @Nullable String targets() {
    return targets;
  }

  public @Nullable String views() {
    return views;
  }

  public @Nullable String initial() {
    return initial;
  }

  public RoundPlan plan() {
    return rounds.plan();
  }

  public RecipeArguments recipe() {
    return recipe;
  }

  /** Opens the images. */
  public TrainingImages open() {
    return data.open();
  }

  /** What a preset is asked for. */
  public Task task(TrainingImages of) {
    Task task = of.task(plan().steps(), recipe.seed());
    return initial == null ? task : InitialWeights.open(initial).task(task);
  }

  /** The recipe that the options make for a task. */
  public Recipe recipe(Task task) {
    Recipe made = recipe.recipe(task);
    if (initial != null) {
      InitialWeights.open(initial).check(made);
    }
    return made;
  }

  /** A run of one student. */
  public Pretraining pretraining(Recipe made, TrainingImages of) {
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
