package org.vocabeam.pipelines.command;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.labels.Distillation;
import org.vocabeam.models.labels.Distillation.Objective;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingData;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.ImageSizeOption;
import org.vocabeam.pipelines.options.ImagesOption;
import org.vocabeam.pipelines.options.OutputOption;
import org.vocabeam.pipelines.options.PrintRecipeOption;
import org.vocabeam.pipelines.options.RoundArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.options.SignalArguments;
import org.vocabeam.pipelines.options.SplitOption;
import org.vocabeam.pipelines.options.StepArguments;
import org.vocabeam.pipelines.run.Pretraining;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.transforms.files.StoreFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A smaller encoder from a larger one. */
@Command(
    name = "distill",
    header = "Trains a smaller encoder from a larger one.",
    description =
        "Trains a student to predict what a frozen teacher says of every image, without"
            + " labels. If the teacher is a classifier (finetune), so is the student. Killed at"
            + " any moment, the same command goes on.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam distill --images=runs/photos/images --teacher=runs/obow \\",
      "      --student=small --output=runs/distilled",
      "  ./vocabeam evaluate --images=runs/photos/images --checkpoint=runs/distilled \\",
      "      --output=runs/distilled/evaluation"
    })
public final class DistillCommand implements Callable<Integer> {
  /** Soft enough that the classes that are not the answer count too. */
  private static final double TEMPERATURE = 4;

  @Mixin private ImagesOption images;
  @Mixin private SplitOption split;

  @Option(
      names = "--teacher",
      order = Sections.INPUT,
      required = true,
      paramLabel = "DIR",
      description = "Run or checkpoint of pretrain or finetune to learn from.")
  private String teacher;

  @Mixin private OutputOption output;

  @Option(
      names = "--student",
      order = Sections.METHOD,
      required = true,
      paramLabel = "PRESET",
      description = "Network that learns: small, resnet18 or resnet50.")
  private String student;

  @Mixin private ImageSizeOption imageSize;

  @Option(
      names = "--objective",
      order = Sections.METHOD,
      paramLabel = "NAME",
      description =
          "What is learned: features, the direction of the embedding, or logits, softened by the"
              + " temperature (of a teacher without classes, its embedding takes their place)."
              + " Default: logits of a classifier, otherwise features.")
  private @Nullable Objective objective;

  @Option(
      names = "--temperature",
      order = Sections.METHOD,
      paramLabel = "T",
      description = "Temperature of logits, positive. Default: 4.")
  private @Nullable Double temperature;

  @Mixin private PrintRecipeOption printRecipe;
  @Mixin private RoundArguments rounds;
  @Mixin private SignalArguments signal;
  @Mixin private StepArguments steps;
  @Mixin private DeviceArguments pipelines;

  @Override
  public Integer call() {
    RoundPlan plan = signal.of(rounds.plan());
    pipelines.runner().options("distill");
    TrainingImages opened = images.open(split);
    InitialWeights taught = InitialWeights.open(teacher);
    Recipe recipe = steps.changes().applyTo(recipe(opened, taught, plan));
    if (printRecipe.print(recipe)) {
      return 0;
    }
    InitialWeights initial =
        taught.taking(
            Map.of(
                Distillation.TEACHER,
                Method.STUDENT,
                Distillation.TEACHER_CLASSIFIER,
                Method.CLASSIFIER));
    new Pretraining(
            "distill",
            recipe,
            new TrainingData(opened, null, null),
            initial,
            output.directory(),
            plan)
        .run(pipelines.runner());
    String run = output.directory();
    System.out.printf("%nTrained:     %s%n", RunDirectory.newestCheckpoint(run));
    System.out.printf("Curves:      tensorboard --logdir=%s%n", run);
    System.out.printf(
        "Next:        ./vocabeam evaluate --images=%s --checkpoint=%s --output=%s%n",
        images.directory(), run, StoreFiles.resolve(run, "evaluation"));
    return 0;
  }

  private Recipe recipe(TrainingImages opened, InitialWeights taught, RoundPlan plan) {
    List<String> classes = taught.recipe().method().classes();
    Objective learned =
        objective != null ? objective : classes.isEmpty() ? Objective.FEATURES : Objective.LOGITS;
    if (temperature != null && learned == Objective.FEATURES) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "--temperature is %s, but features have none; leave it out, or give"
                  + " --objective=logits",
              temperature));
    }
    Task task = imageSize.of(taught.task(opened, plan.steps(), steps.seed()));
    return Distillation.recipe(
            Preset.named(student).backbone(task),
            task,
            taught.recipe().backbone(),
            learned == Objective.LOGITS ? classes : List.of(),
            learned,
            temperature == null ? TEMPERATURE : temperature)
        .fitting(task.imageCount());
  }
}
