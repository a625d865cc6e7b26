package org.vocabeam.pipelines.run;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.bownet.BowNet;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.run.PretrainRequest.Given;
import org.vocabeam.pipelines.run.PretrainRequest.Teachers;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Steps;
import org.vocabeam.pipelines.stage.AssignStage;
import org.vocabeam.pipelines.stage.CodebookStage;
import org.vocabeam.pipelines.stage.ExtractStage;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * BoWNet's rounds (docs/methods.md, section 2): a teacher's features become words, the words
 * targets, and a student that learns to predict them the teacher of the next generation. Every
 * stage finds what is complete and goes on from there.
 *
 * <pre>{@code
 * new Generations(PretrainRequest.of(images, output, RecipeChoice.of("bownet"), plan), null, 2, plan)
 *     .run(runner);
 * }</pre>
 *
 * @param student request for every generation's student; its output is the directory of all
 *     generations
 * @param teacher run or checkpoint that is taken for generation 0; null to train one that predicts
 *     rotations
 * @param count generations after 0, at least 1
 * @param firstPlan length of generation 0
 */
public record Generations(
    PretrainRequest student, @Nullable String teacher, int count, RoundPlan firstPlan) {
  /** Method of the first teacher. */
  public static final String FIRST_METHOD = "rotation";

  public Generations {
    if (count < 1) {
      throw new UserError("--generations is " + count + ", must be at least 1");
    }
  }

  /** Runs the stages of all generations that are not complete yet. */
  public void run(Runner runner) {
    TrainingImages images = student.open();
    Recipe recipe = student.recipe(images);
    BowNet method = (BowNet) recipe.method();
    check(images, recipe, method, runner);
    Steps steps = new Steps(System.err, runner);
    RunDirectory directory = new RunDirectory(student.output());
    String current = teacher == null ? firstTeacher(steps, directory) : teacher;
    for (int generation = 1; generation <= count; generation++) {
      String targets = targets(steps, method, generation, RunDirectory.checkpointOf(current));
      current = directory.run(generation);
      steps.take(
          title(generation, "student"),
          student
              .withTeachers(Teachers.USUAL)
              .withGiven(new Given(targets, null, null))
              .withOutput(current));
    }
  }

  /** Refuses sizes now, and not after the training of generation 0. */
  private void check(TrainingImages images, Recipe recipe, BowNet method, Runner runner) {
    new BatchCheck(recipe, images, student.rounds()).check(runner);
    long descriptors = images.count() * method.descriptorsPerImage();
    if (method.words() > descriptors) {
      throw new UserError(
          String.format(
              "words is %d, must be at most %d, %d local features of each of %d images; take fewer"
                  + " words, or ingest more images",
              method.words(), descriptors, method.descriptorsPerImage(), images.count()));
    }
  }

  /** Returns the choice of the first teacher of a student. */
  public static RecipeChoice first(RecipeChoice student) {
    return RecipeChoice.of(FIRST_METHOD)
        .withPreset(student.preset())
        .withImageSize(student.imageSize())
        .withSeed(student.seed());
  }

  private String firstTeacher(Steps steps, RunDirectory directory) {
    return steps.take(
        "Generation 0: the first teacher, " + FIRST_METHOD,
        student
            .withTeachers(Teachers.USUAL)
            .withRecipe(first(student.recipe()))
            .withRounds(firstPlan)
            .withOutput(directory.run(0)));
  }

  /** Makes the targets of a generation from its teacher, and returns their store. */
  private String targets(Steps steps, BowNet method, int generation, String checkpoint) {
    String directory = new RunDirectory(student.output()).generation(generation);
    long seed = student.recipe().seed();
    ExtractStage extract =
        new ExtractStage(
            student.images(),
            student.split(),
            checkpoint,
            method.level(),
            method.descriptorsPerImage(),
            seed,
            StoreFiles.resolve(directory, "descriptors"),
            false);
    CodebookStage codebook =
        new CodebookStage(
            extract.output(),
            StoreFiles.resolve(directory, "words"),
            method.words(),
            method.codebookIterations(),
            Double.parseDouble(CodebookStage.TOLERANCE),
            seed);
    AssignStage assign =
        new AssignStage(
            student.images(),
            student.split(),
            checkpoint,
            codebook.codebook(),
            method.target(),
            StoreFiles.resolve(directory, "targets"),
            false);
    steps.take(title(generation, "extract"), extract);
    steps.take(title(generation, "codebook"), codebook);
    steps.take(title(generation, "assign"), assign);
    return assign.output();
  }

  private static String title(int generation, String stage) {
    return "Generation " + generation + ": " + stage;
  }
}
