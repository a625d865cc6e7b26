package org.vocabeam.pipelines.run;

import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.bownet.BowNet;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingData;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.inputs.TrainingTargets;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.stage.CodebookBuilding;
import org.vocabeam.pipelines.stage.Extraction;
import org.vocabeam.pipelines.stage.TargetAssignment;
import org.vocabeam.transforms.codebook.DescriptorStore;
import org.vocabeam.transforms.files.StoreFiles;

/**
 * BoWNet's rounds (docs/methods.md, section 2): a teacher's features become words, the words
 * targets, and a student that learns to predict them the teacher of the next generation. Every
 * stage finds what is complete and goes on from there.
 *
 * @param student recipe of every generation's student
 * @param firstTeacher recipe of generation 0
 * @param teacher directory of a checkpoint that is taken for generation 0; null to train one
 * @param count generations after 0
 * @param firstPlan how long generation 0 trains
 * @param plan how long every other one trains
 */
public record Generations(
    Recipe student,
    Recipe firstTeacher,
    @Nullable String teacher,
    TrainingImages images,
    String output,
    int count,
    RoundPlan firstPlan,
    RoundPlan plan) {
  /** Relative change of the inertia at which k-means ends before its last iteration. */
  private static final double TOLERANCE = 1e-4;

  /** Runs all stages of all generations that are not complete yet. */
  public void run(Runner runner) {
    BowNet method = (BowNet) student.method();
    RunDirectory directory = new RunDirectory(output);
    String teacher = this.teacher;
    if (teacher == null) {
      say("Generation 0: the first teacher, %s", firstTeacher.method().name());
      train(
          runner, firstTeacher, new TrainingData(images, null, null), directory.run(0), firstPlan);
      teacher = RunDirectory.newestCheckpoint(directory.run(0));
    }
    for (int generation = 1; generation <= count; generation++) {
      String stage = directory.generation(generation);
      String descriptors = StoreFiles.resolve(stage, "descriptors");
      say("Generation %d: extract", generation);
      new Extraction(
              images,
              teacher,
              method.level(),
              method.descriptorsPerImage(),
              student.seed(),
              descriptors)
          .run(runner, false);
      say("Generation %d: codebook", generation);
      CodebookBuilding codebook =
          new CodebookBuilding(
              DescriptorStore.open(descriptors),
              StoreFiles.resolve(stage, "words"),
              method.words(),
              method.codebookIterations(),
              TOLERANCE,
              student.seed());
      codebook.run(runner);
      say("Generation %d: assign", generation);
      String targets = StoreFiles.resolve(stage, "targets");
      new TargetAssignment(images, teacher, codebook.codebook(), method.target(), targets)
          .run(runner, false);
      say("Generation %d: student", generation);
      TrainingData data =
          new TrainingData(
              images, TrainingTargets.open(targets, images, method.name(), method.words()), null);
      train(runner, student, data, directory.run(generation), plan);
      teacher = RunDirectory.newestCheckpoint(directory.run(generation));
    }
  }

  private static void train(
      Runner runner, Recipe recipe, TrainingData data, String run, RoundPlan plan) {
    new Pretraining("pretrain", recipe, data, null, run, plan).run(runner);
  }

  private static void say(String format, Object... values) {
    System.err.printf("%n== " + format + "%n", values);
  }
}
