package org.vocabeam.pipelines.command;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.labels.Distillation;
import org.vocabeam.models.labels.Distillation.Objective;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingData;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.options.DataArguments;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.RoundArguments;
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
    description = {
      "Trains a student to say of every image what a frozen teacher says, without labels. Of a"
          + " classifier (finetune) the student becomes a classifier. The same command goes on after"
          + " a kill."
    },
    footer = {
      "",
      "Example: ./vocabeam distill --images=runs/images --teacher=runs/obow --student=small"
          + " --output=runs/distilled",
      "Look:    ./vocabeam evaluate --images=runs/images --checkpoint=runs/distilled"
          + " --output=runs/distilled/evaluation"
    })
public final class DistillCommand implements Callable<Integer> {
  /** Soft enough that classes which are not the answer are told, too. */
  private static final double TEMPERATURE = 4;

  @Option(
      names = "--teacher",
      required = true,
      paramLabel = "DIR",
      description = "A run or a checkpoint of pretrain or finetune.")
  private String teacher;

  @Option(
      names = "--student",
      required = true,
      paramLabel = "PRESET",
      description = "The network that learns: small, resnet18 or resnet50.")
  private String student;

  @Option(
      names = "--objective",
      description =
          "features (the direction of the embedding) or logits (softened by the temperature; of a"
              + " teacher that is no classifier, its embedding as if its dimensions were classes)."
              + " If not given, logits of a classifier, or else features.")
  private @Nullable Objective objective;

  @Option(names = "--temperature", description = "Of logits, positive; 4 if not given.")
  private @Nullable Double temperature;

  @Option(
      names = "--printRecipe",
      description = "Prints every constant of the run as JSON, and ends.")
  private boolean printRecipe;

  @Mixin private DataArguments data;
  @Mixin private RoundArguments rounds;
  @Mixin private StepArguments steps;
  @Mixin private DeviceArguments pipelines;

  @Override
  public Integer call() {
    RoundPlan plan = rounds.plan();
    pipelines.runner().options("distill");
    TrainingImages images = data.open();
    InitialWeights taught = InitialWeights.open(teacher);
    Recipe recipe = steps.changes().applyTo(recipe(images, taught, plan));
    if (printRecipe) {
      System.out.println(Methods.toTree(recipe).toPrettyString());
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
            "distill", recipe, new TrainingData(images, null, null), initial, data.output(), plan)
        .run(pipelines.runner());
    String output = data.output();
    System.out.printf("%nTrained:     %s%n", RunDirectory.newestCheckpoint(output));
    System.out.printf("Curves:      tensorboard --logdir=%s%n", output);
    System.out.printf(
        "Next:        ./vocabeam evaluate --images=%s --checkpoint=%s --output=%s%n",
        data.images(), output, StoreFiles.resolve(output, "evaluation"));
    return 0;
  }

  private Recipe recipe(TrainingImages images, InitialWeights taught, RoundPlan plan) {
    List<String> classes = taught.recipe().method().classes();
    Objective told =
        objective != null ? objective : classes.isEmpty() ? Objective.FEATURES : Objective.LOGITS;
    if (temperature != null && told == Objective.FEATURES) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "--temperature is %s, but features have none; leave it out, or give"
                  + " --objective=logits",
              temperature));
    }
    Task task = taught.task(images.task(plan.steps(), steps.seed()));
    return Distillation.recipe(
        Preset.named(student).backbone(task),
        task,
        taught.recipe().backbone(),
        told == Objective.LOGITS ? classes : List.of(),
        told,
        temperature == null ? TEMPERATURE : temperature);
  }
}
