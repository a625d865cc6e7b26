package org.vocabeam.pipelines.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.choice.OpenRun;
import org.vocabeam.pipelines.inputs.ImageInput;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.TypedCommand;

/**
 * The next version of a registry, made of all images so far.
 *
 * <pre>{@code
 * Optional<ModelVersion> made =
 *     RetrainRequest.of("runs/registry", ImageInput.of("photos"), RoundPlan.alone(4, 500))
 *         .run(runner);
 * }</pre>
 *
 * @param registry directory of the registry
 * @param input images that the data set grows by
 * @param from {@link #PROMOTED} goes on from the weights of the promoted version, {@link #SCRATCH}
 *     starts from random weights
 * @param recipe method and constants
 * @param rounds length of the training, and its replicas
 * @param minutes minutes of the training, in the place of the rounds' length; null without
 * @param pooling features that are evaluated and exported
 * @param gate conditions of a promotion
 * @param trainSplit split that is trained on, and learned from in the evaluation
 * @param testSplit split that is predicted
 */
public record RetrainRequest(
    String registry,
    ImageInput input,
    String from,
    RecipeChoice recipe,
    RoundPlan rounds,
    @Nullable Double minutes,
    PoolingChoice pooling,
    Gate gate,
    String trainSplit,
    String testSplit)
    implements Request<Optional<ModelVersion>> {
  public static final String PROMOTED = "promoted";
  public static final String SCRATCH = "scratch";

  /** Default of {@code gate}: at most half a point below the promoted version. */
  public static final String GATE = "linear>=-0.5";

  public RetrainRequest {
    if (!from.equals(PROMOTED) && !from.equals(SCRATCH)) {
      throw new UserError("--from is " + from + ", must be promoted or scratch");
    }
    if (recipe.method().equals("bownet")) {
      throw new UserError(
          "--method is bownet, whose targets are stored beside one store of images; retrain needs a"
              + " method that makes its own, as obow");
    }
    OpenRun.check(minutes);
    recipe.check(rounds.steps()); // a schedule would find out in the night
  }

  /** Returns a request with the defaults. */
  public static RetrainRequest of(String registry, ImageInput input, RoundPlan rounds) {
    return new RetrainRequest(
        registry,
        input,
        PROMOTED,
        RecipeChoice.of(RecipeChoice.METHOD),
        rounds,
        null,
        PoolingChoice.GLOBAL,
        Gate.parse(List.of(GATE)),
        TrainingImages.TRAIN,
        TrainingImages.TEST);
  }

  /** Returns the options that decide whether two requests ask for the same model. */
  List<String> options() {
    List<String> options = new ArrayList<>(recipe.options());
    options.addAll(OpenRun.length(rounds, minutes));
    options.addAll(pooling.options());
    return options;
  }

  @Override
  public TypedCommand typed(Runner runner) {
    return TypedCommand.of("retrain")
        .with("registry", registry)
        .with(input.options())
        .unless(PROMOTED, "from", from)
        .with(options())
        .unless(GATE, "gate", gate.toString())
        .unless(TrainingImages.TRAIN, "trainSplit", trainSplit)
        .unless(TrainingImages.TEST, "testSplit", testSplit)
        .with(runner.arguments());
  }

  /** Prints the steps, and returns the new version; nothing without new images. */
  @Override
  public Optional<ModelVersion> run(Runner runner) {
    return new Retraining(this, runner, System.out).run();
  }
}
