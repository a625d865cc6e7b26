package org.vocabeam.pipelines.run;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.Method.TargetSource;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingData;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.inputs.TrainingTargets;
import org.vocabeam.pipelines.inputs.TrainingViews;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.TypedCommand;

/**
 * Pre-training of an encoder without labels: one student, or all generations of BoWNet.
 *
 * <pre>{@code
 * String checkpoint =
 *     PretrainRequest.of(
 *             "runs/images", "runs/obow", RecipeChoice.of("obow"), RoundPlan.alone(4, 500))
 *         .run(runner);
 * }</pre>
 *
 * @param images images store
 * @param split split of the images, or {@code all}
 * @param output run
 * @param recipe method and constants
 * @param rounds length of the run, and its replicas
 * @param given stores that one student is trained on beside the images, and its first weights
 * @param teachers generations of BoWNet
 */
public record PretrainRequest(
    String images,
    String split,
    String output,
    RecipeChoice recipe,
    RoundPlan rounds,
    Given given,
    Teachers teachers)
    implements Request<String> {

  /**
   * Inputs of one student beside its images.
   *
   * @param targets targets store, for a method that is trained on one; null without
   * @param views stored views; null to render them
   * @param initial run or checkpoint of the same recipe, whose weights are the first; null for
   *     random weights
   */
  public record Given(@Nullable String targets, @Nullable String views, @Nullable String initial) {
    /** Images alone. */
    public static final Given NOTHING = new Given(null, null, null);
  }

  /**
   * Generations of BoWNet.
   *
   * @param generations students that follow one another, at least 1; null for the default
   * @param first run or checkpoint of the first teacher; null to train one
   */
  public record Teachers(@Nullable Integer generations, @Nullable String first) {
    /** Default of {@code generations}. */
    public static final int GENERATIONS = 2;

    /** All defaults. */
    public static final Teachers USUAL = new Teachers(null, null);

    /** Returns the number of students, given or the default. */
    public int count() {
      return generations == null ? GENERATIONS : generations;
    }

    public Teachers {
      if (generations != null && generations < 1) {
        throw new UserError("--generations is " + generations + ", must be at least 1");
      }
    }
  }

  /** Returns a request for a student of the split {@code train}, from random weights. */
  public static PretrainRequest of(
      String images, String output, RecipeChoice recipe, RoundPlan rounds) {
    return new PretrainRequest(
        images, TrainingImages.TRAIN, output, recipe, rounds, Given.NOTHING, Teachers.USUAL);
  }

  /** Returns the same request for another split. */
  public PretrainRequest withSplit(String other) {
    return new PretrainRequest(images, other, output, recipe, rounds, given, teachers);
  }

  /** Returns the same request for another run. */
  public PretrainRequest withOutput(String other) {
    return new PretrainRequest(images, split, other, recipe, rounds, given, teachers);
  }

  /** Returns the same request for another recipe. */
  public PretrainRequest withRecipe(RecipeChoice other) {
    return new PretrainRequest(images, split, output, other, rounds, given, teachers);
  }

  /** Returns the same request for a run of another length. */
  public PretrainRequest withRounds(RoundPlan other) {
    return new PretrainRequest(images, split, output, recipe, other, given, teachers);
  }

  /** Returns the same request with other inputs of one student. */
  public PretrainRequest withGiven(Given other) {
    return new PretrainRequest(images, split, output, recipe, rounds, other, teachers);
  }

  /** Returns the same request with other generations. */
  public PretrainRequest withTeachers(Teachers other) {
    return new PretrainRequest(images, split, output, recipe, rounds, given, other);
  }

  @Override
  public TypedCommand typed(Runner runner) {
    return TypedCommand.of("pretrain")
        .with("images", images)
        .with("output", output)
        .unless(TrainingImages.TRAIN, "split", split)
        .ifGiven("targets", given.targets())
        .ifGiven("views", given.views())
        .ifGiven("initial", given.initial())
        .ifGiven("generations", teachers.generations())
        .ifGiven("teacher", teachers.first())
        .with(recipe.options())
        .with(rounds.options())
        .with(runner.arguments());
  }

  /** Opens the images. */
  public TrainingImages open() {
    return TrainingImages.open(images, split);
  }

  /** Returns the recipe for the images. */
  public Recipe recipe(TrainingImages opened) {
    if (given.initial() == null) {
      return recipe.recipe(opened.task(recipe.settings(), rounds.steps(), recipe.seed()));
    }
    InitialWeights initial = InitialWeights.open(given.initial());
    Recipe made =
        recipe.recipe(initial.task(opened, rounds.steps(), recipe.seed()), initial.recipe());
    initial.check(made);
    return made;
  }

  /** Returns the rounds of one student on its images. */
  public Pretraining pretraining() {
    TrainingImages opened = open();
    return pretraining(recipe(opened), opened);
  }

  private Pretraining pretraining(Recipe made, TrainingImages opened) {
    TrainingTargets targets =
        TrainingTargets.open(
            given.targets(), opened, made.method().name(), made.method().targetWords());
    return new Pretraining(
        "pretrain",
        made,
        new TrainingData(
            opened, targets, given.views() == null ? null : new TrainingViews(given.views())),
        given.initial() == null ? null : InitialWeights.open(given.initial()).forRun(made),
        output,
        rounds);
  }

  /** Runs the rounds that are not complete, and returns the directory of the last checkpoint. */
  @Override
  public String run(Runner runner) {
    TrainingImages opened = open();
    Recipe made = recipe(opened);
    if (made.method().targetSource() == TargetSource.TEACHER_WORDS && given.targets() == null) {
      generations().run(runner);
    } else {
      refuse("--generations", teachers.generations());
      refuse("--teacher", teachers.first());
      pretraining(made, opened).run(runner);
    }
    return RunDirectory.checkpointOf(output);
  }

  private Generations generations() {
    refuseForSeveral("--views", given.views());
    refuseForSeveral("--initial", given.initial());
    return new Generations(this, teachers.first(), teachers.count(), rounds);
  }

  private static void refuse(String option, @Nullable Object value) {
    if (value != null) {
      throw new UserError(
          option + " is " + value + ", but only bownet without --targets has it; leave it out");
    }
  }

  private static void refuseForSeveral(String option, @Nullable String value) {
    if (value != null) {
      throw new UserError(
          option
              + " is for one student, and bownet trains several; leave it out, or give --targets");
    }
  }
}
