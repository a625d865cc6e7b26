package org.vocabeam.pipelines.command;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.labels.Distillation;
import org.vocabeam.models.labels.Distillation.Distance;
import org.vocabeam.models.labels.Distillation.Objective;
import org.vocabeam.models.labels.Distillation.Origin;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingData;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.lock.DirectoryLock;
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
import org.vocabeam.pipelines.stage.TeacherStage;
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
      "      --output=runs/distilled/evaluation",
      "From the patch features of a transformer that was imported, computed once:",
      "  ./vocabeam import dinov2.pth --output=runs/dinov2",
      "  ./vocabeam distill --images=runs/photos/images --teacher=runs/dinov2 \\",
      "      --student=resnet18 --imageSize=64 --objective=patches \\",
      "      --teacherImageSize=224 --teacherFeatures=runs/dinov2-maps \\",
      "      --output=runs/distilled"
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
      description = "Run or checkpoint of pretrain, finetune or import to learn from.")
  private String teacher;

  @Mixin private OutputOption output;

  @Option(
      names = "--student",
      order = Sections.METHOD,
      required = true,
      paramLabel = "PRESET",
      description = "Network that learns, as for pretrain: small, resnet18, small/vit-ti16, ...")
  private String student;

  @Mixin private ImageSizeOption imageSize;

  @Option(
      names = "--objective",
      order = Sections.METHOD,
      paramLabel = "NAME",
      description =
          "What is learned: features, the embedding; patches, the map of the last level, to whose"
              + " size the student's is resized; or logits, softened by the temperature (of a"
              + " teacher without classes, its embedding takes their place)."
              + " Default: logits of a classifier, otherwise features.")
  private @Nullable Objective objective;

  @Option(
      names = "--temperature",
      order = Sections.METHOD,
      paramLabel = "T",
      description = "Temperature of logits, positive. Default: 4.")
  private @Nullable Double temperature;

  @Option(
      names = "--distance",
      order = Sections.METHOD,
      paramLabel = "NAME",
      description =
          "Distance of features or patches, behind a linear layer of the student: cosine, or"
              + " smooth-l1, of the teacher's features standardised over their channels. Default:"
              + " cosine.")
  private @Nullable Distance distance;

  @Option(
      names = "--teacherImageSize",
      order = Sections.METHOD,
      paramLabel = "N",
      description =
          "Pixels a side at which the teacher sees what the student sees at --imageSize. Default:"
              + " those that the teacher was trained for.")
  private @Nullable Integer teacherImageSize;

  @Option(
      names = "--teacherFeatures",
      order = Sections.METHOD,
      paramLabel = "DIR",
      description =
          "Store of what the teacher says of every image, shown whole; made if it is not there,"
              + " instead of running the teacher in every step. The student then sees whole images"
              + " too, in other colours. Default: random crops, and the teacher in every step.")
  private @Nullable String teacherFeatures;

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
    Distillation method = (Distillation) recipe.method();
    boolean stored = method.origin() == Origin.STORE;
    if (stored && teacherFeatures == null) {
      throw new UserError("origin is store, but there is no --teacherFeatures; give it");
    }
    TrainingData data =
        stored ? taughtBefore(opened, taught, method) : new TrainingData(opened, null, null);
    InitialWeights initial =
        taught.taking(
            Map.of(
                Distillation.TEACHER,
                Method.STUDENT,
                Distillation.TEACHER_CLASSIFIER,
                Method.CLASSIFIER));
    new Pretraining("distill", recipe, data, stored ? null : initial, output.directory(), plan)
        .run(pipelines.runner());
    String run = output.directory();
    System.out.printf("%nTrained:     %s%n", RunDirectory.checkpointOf(run));
    System.out.printf("Curves:      tensorboard --logdir=%s%n", run);
    System.out.printf(
        "Next:        ./vocabeam evaluate --images=%s --checkpoint=%s --output=%s%n",
        images.directory(), run, StoreFiles.resolve(run, "evaluation"));
    return 0;
  }

  /** Writes the teacher's features where they are not there, and returns them with the images. */
  private TrainingData taughtBefore(
      TrainingImages opened, InitialWeights taught, Distillation method) {
    try (DirectoryLock lock = lockOfFeatures()) {
      return new TeacherStage(images.directory(), opened, taught, method, teacherFeatures)
          .run(pipelines.runner());
    }
  }

  private DirectoryLock lockOfFeatures() {
    return DirectoryLock.ofOutput(teacherFeatures, "distill", System.err::println);
  }

  private Preset student() {
    try {
      return Preset.named(student);
    } catch (UserError e) {
      throw new UserError(e.getMessage().replaceFirst("^preset is", "--student is"), e);
    }
  }

  private Recipe recipe(TrainingImages opened, InitialWeights taught, RoundPlan plan) {
    List<String> classes = taught.recipe().method().classes();
    Objective learned =
        objective != null ? objective : classes.isEmpty() ? Objective.FEATURES : Objective.LOGITS;
    refuse("--temperature", temperature, learned != Objective.LOGITS, "only logits have one");
    refuse("--distance", distance, learned == Objective.LOGITS, "logits have none");
    Task task = imageSize.of(taught.task(opened, plan.steps(), steps.seed()));
    return Distillation.recipe(
            student().backbone(task),
            task,
            taught.recipe().backbone(),
            learned == Objective.LOGITS ? classes : List.of(),
            learned,
            temperature == null ? TEMPERATURE : temperature,
            distance,
            teacherImageSize == null ? trainedFor(taught.recipe().images()) : teacherImageSize,
            teacherFeatures == null ? Origin.STEP : Origin.STORE)
        .fitting(task.imageCount());
  }

  /** Returns the side of a teacher's images; null where they are no squares. */
  private static @Nullable Integer trainedFor(ImageShape images) {
    return images.height() == images.width() ? images.height() : null;
  }

  private static void refuse(String option, @Nullable Object value, boolean when, String because) {
    if (value != null && when) {
      throw new UserError(option + " is " + value + ", but " + because + "; leave it out");
    }
  }
}
