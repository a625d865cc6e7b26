package org.vocabeam.pipelines;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.bownet.BowNet;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Pre-trains an encoder, round by round. */
@Command(
    name = "pretrain",
    description = {
      "Pre-trains an encoder without labels, in rounds of one pipeline run each. Killed at any"
          + " moment, the same command goes on from the last complete round."
    },
    footer = {
      "",
      "Example: ./vocabeam pretrain --images=runs/images --output=runs/obow --preset=small"
          + " --rounds=4 --stepsPerRound=500",
      "Curves: tensorboard --logdir=runs/obow/tensorboard"
    })
final class PretrainCommand implements Callable<Integer> {
  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR",
      description = "The images store that ingest wrote.")
  private String images;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "The run: checkpoints, metrics of every step, TensorBoard events.")
  private Path output;

  @Option(
      names = "--split",
      defaultValue = "train",
      description =
          "The split to train on, or 'all'; a store without splits is trained on as a whole.")
  private String split;

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
      names = "--printRecipe",
      description = "Prints every constant of the run as JSON, and ends.")
  private boolean printRecipe;

  @Option(
      names = "--generations",
      defaultValue = "2",
      description =
          "Of bownet without --targets: students that follow one another, each the teacher of the"
              + " next. Every one trains for --rounds.")
  private int generations;

  @Option(
      names = "--teacher",
      paramLabel = "DIR",
      description =
          "Of bownet without --targets: the first teacher, a run or a checkpoint of one; without"
              + " it, one is trained to predict rotations.")
  private @Nullable String teacher;

  @Mixin private RoundArguments rounds;
  @Mixin private RecipeArguments recipe;
  @Mixin private PipelineArguments pipelines;

  @Override
  public Integer call() {
    RoundPlan plan = rounds.plan();
    pipelines.options("pretrain");
    TrainingImages of = TrainingImages.open(images, split);
    Task task = of.task(plan.steps(), recipe.seed());
    Recipe made = recipe.recipe(task);
    if (printRecipe) {
      System.out.println(Methods.toTree(made).toPrettyString());
      return 0;
    }
    if (made.method() instanceof BowNet && targets == null) {
      generations(made, task, of, plan).run(pipelines);
    } else {
      train(made, of, plan);
    }
    System.out.printf(
        "%nTrained:     %d steps of %d images, %s%n",
        plan.steps(),
        (long) made.batchSize() * plan.replicas(),
        RunDirectory.newestCheckpoint(output.toString()));
    System.out.printf("Curves:      tensorboard --logdir=%s%n", output);
    System.out.printf(
        "Next:        ./vocabeam evaluate --images=%s --checkpoint=%s --output=%s%n",
        images, output, output.resolve("evaluation"));
    return 0;
  }

  private Generations generations(Recipe made, Task task, TrainingImages of, RoundPlan plan) {
    if (generations < 1) {
      throw new UserError("--generations is " + generations + ", must be at least 1");
    }
    if (views != null) {
      throw new UserError(
          "--views is for one student, and bownet trains several; leave it out, or give --targets");
    }
    return new Generations(
        made,
        Methods.recipe("rotation", recipe.preset(), task),
        teacher == null ? null : RunDirectory.newestCheckpoint(teacher),
        of,
        output,
        generations,
        plan);
  }

  private void train(Recipe made, TrainingImages of, RoundPlan plan) {
    TrainingData data =
        new TrainingData(
            of,
            TrainingTargets.open(targets, of, made.method().name(), made.method().targetWords()),
            views == null ? null : new TrainingViews(views));
    new Pretraining(made, data, output, plan).run(pipelines);
  }
}
