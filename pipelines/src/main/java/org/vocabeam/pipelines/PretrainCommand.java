package org.vocabeam.pipelines;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Recipe;
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

  @Option(names = "--rounds", defaultValue = "4", description = "Rounds of the whole run.")
  private int rounds;

  @Option(
      names = "--stepsPerRound",
      defaultValue = "500",
      description = "Steps that every replica takes in a round, before they are combined.")
  private long stepsPerRound;

  @Option(
      names = "--replicas",
      defaultValue = "1",
      description = "Students that train side by side on different images in a round.")
  private int replicas;

  @Option(
      names = "--shuffleMegabytes",
      defaultValue = "256",
      description =
          "Memory for the pixels that are shuffled together, by replica; a larger data set is"
              + " shuffled by row groups of the store first.")
  private long shuffleMegabytes;

  @Option(
      names = "--printRecipe",
      description = "Prints every constant of the run as JSON, and ends.")
  private boolean printRecipe;

  @Mixin private RecipeArguments recipe;
  @Mixin private PipelineArguments pipelines;

  @Override
  public Integer call() {
    require(rounds > 0, "rounds", rounds);
    require(stepsPerRound > 0, "stepsPerRound", stepsPerRound);
    require(replicas > 0, "replicas", replicas);
    require(shuffleMegabytes > 0, "shuffleMegabytes", shuffleMegabytes);
    pipelines.options("pretrain");
    TrainingImages of = TrainingImages.open(images, split);
    Recipe made = recipe.recipe(of.task(rounds * stepsPerRound, recipe.seed()));
    if (printRecipe) {
      System.out.println(Methods.toTree(made).toPrettyString());
      return 0;
    }
    TrainingData data =
        new TrainingData(
            of,
            TrainingTargets.open(targets, of, made.method().name(), made.method().targetWords()));
    Pretraining run =
        new Pretraining(made, data, output, rounds, stepsPerRound, replicas, shuffleMegabytes);
    run.run(pipelines);
    System.out.printf(
        "%nTrained:     %d steps of %d images, %s%n",
        rounds * stepsPerRound,
        (long) made.batchSize() * replicas,
        run.directory().checkpoint(rounds * stepsPerRound));
    System.out.printf("Curves:      tensorboard --logdir=%s%n", output.resolve("tensorboard"));
    System.out.printf(
        "Next:        ./vocabeam evaluate --images=%s --checkpoint=%s%n", images, output);
    return 0;
  }

  private static void require(boolean valid, String option, Object actual) {
    if (!valid) {
      throw new UserError("--" + option + " is " + actual + ", must be positive");
    }
  }
}
