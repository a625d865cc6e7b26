package org.vocabeam.pipelines.command;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.evaluate.LabelShare;
import org.vocabeam.models.labels.Supervised;
import org.vocabeam.models.labels.Supervised.Trained;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Continuation;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.ImageSizeOption;
import org.vocabeam.pipelines.options.ImagesOption;
import org.vocabeam.pipelines.options.OutputOption;
import org.vocabeam.pipelines.options.PresetOption;
import org.vocabeam.pipelines.options.PrintRecipeOption;
import org.vocabeam.pipelines.options.RoundArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.options.SplitOption;
import org.vocabeam.pipelines.options.StepArguments;
import org.vocabeam.pipelines.options.TestSplitOption;
import org.vocabeam.pipelines.run.BatchCheck;
import org.vocabeam.pipelines.run.FineTuning;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.pipelines.stage.Evaluation;
import org.vocabeam.transforms.evaluation.LabelSurvey;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.files.StoreFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A classifier from an encoder and labels. */
@Command(
    name = "finetune",
    header = "Trains a classifier from an encoder and labels.",
    description =
        "Trains on a share of the labels and predicts those of the test split. With"
            + " --auxiliary, a self-supervised loss on all images is added. Killed at any"
            + " moment, the same command goes on.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam finetune --images=runs/photos/images --checkpoint=runs/obow \\",
      "      --labelShare=0.1 --output=runs/classifier",
      "From random weights, for comparison: the same without --checkpoint.",
      "Labels and rotations at once:",
      "  ./vocabeam finetune --images=runs/photos/images --auxiliary=rotation \\",
      "      --labelShare=0.1 --output=runs/auxiliary"
    })
public final class FinetuneCommand implements Callable<Integer> {
  @Mixin private ImagesOption images;
  @Mixin private SplitOption split;
  @Mixin private TestSplitOption testSplit;

  @Option(
      names = "--checkpoint",
      order = Sections.INPUT,
      paramLabel = "DIR",
      description =
          "Encoder to start from: a run or a checkpoint of pretrain, distill or finetune. Default:"
              + " random weights.")
  private @Nullable String checkpoint;

  @Mixin private OutputOption output;
  @Mixin private PresetOption preset;
  @Mixin private ImageSizeOption imageSize;

  @Option(
      names = "--trained",
      order = Sections.METHOD,
      defaultValue = "all",
      paramLabel = "PART",
      description = "What learns: all (the encoder and a linear layer) or head (the layer alone).")
  private Trained trained;

  @Option(
      names = "--auxiliary",
      order = Sections.METHOD,
      paramLabel = "METHOD",
      description = "Method of pretrain whose loss is added, with the settings of the preset.")
  private @Nullable String auxiliary;

  @Option(
      names = "--auxiliaryWeight",
      order = Sections.METHOD,
      paramLabel = "W",
      description = "w in L = L_supervised + w L_self, at least 0. Default: 1.")
  private @Nullable Double weight;

  @Mixin private PrintRecipeOption printRecipe;

  @Option(
      names = "--labelShare",
      order = Sections.LABELS,
      defaultValue = "1",
      paramLabel = "X",
      description = "Share of the labels of every class that is seen, in (0, 1].")
  private double labelShare;

  @Mixin private RoundArguments rounds;
  @Mixin private StepArguments steps;
  @Mixin private DeviceArguments pipelines;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (!(labelShare > 0 && labelShare <= 1)) {
      throw new UserError("--labelShare is " + labelShare + ", must be in (0, 1]");
    }
    boolean isPresetGiven = spec.commandLine().getParseResult().hasMatchedOption("--preset");
    refuse(
        "--preset",
        isPresetGiven ? preset.name() : null,
        checkpoint != null,
        "the network is the checkpoint's");
    refuse("--auxiliaryWeight", weight, auxiliary == null, "there is no --auxiliary");
    refuse(
        "--trained",
        trained == Trained.HEAD ? "head" : null,
        checkpoint == null,
        "there is no --checkpoint, and a linear layer on random weights is evaluate's business");
    RoundPlan plan = rounds.plan();
    pipelines.runner().options("finetune");
    TrainingImages opened = images.open(split);
    Evaluation.checkSplits(
        images.directory(), opened.statistics(), "--testSplit", testSplit.name());
    LabelSurvey labels = LabelSurvey.of(opened.rowGroups(), opened.split(), testSplit.name());
    labels
        .unlearnable()
        .ifPresent(
            reason -> {
              throw new UserError(
                  "no classifier can be trained and measured: "
                      + reason
                      + "; see --split and --testSplit");
            });
    labels.remarks().forEach(remark -> System.err.println("Labels:      " + remark));
    InitialWeights initial = checkpoint == null ? null : InitialWeights.open(checkpoint);
    Task task =
        initial == null
            ? opened.task(preset.preset().settings(), plan.steps(), steps.seed())
            : initial.task(opened, plan.steps(), steps.seed());
    Recipe recipe = steps.changes().applyTo(recipe(opened, imageSize.of(task), initial));
    refuse(
        "--trained",
        trained == Trained.HEAD ? "head" : null,
        !recipe.continuation().equals(Continuation.NONE),
        "--headWarmupSteps and --layerDecay are for an encoder that learns");
    if (printRecipe.print(recipe)) {
      return 0;
    }
    new BatchCheck(recipe, opened, plan).check(pipelines.runner());
    List<MetricRecord> metrics =
        new FineTuning(
                opened,
                testSplit.name(),
                recipe,
                new LabelShare(labelShare, recipe.seed()),
                initial,
                output.directory(),
                plan)
            .run(pipelines.runner());
    report(metrics);
    return 0;
  }

  private static void refuse(String option, @Nullable Object value, boolean when, String because) {
    if (value != null && when) {
      throw new UserError(option + " is " + value + ", but " + because + "; leave it out");
    }
  }

  private Recipe recipe(TrainingImages opened, Task task, @Nullable InitialWeights initial) {
    Preset size = preset.preset();
    Backbone backbone = initial == null ? size.backbone(task) : initial.recipe().backbone();
    Method beside =
        auxiliary == null
            ? null
            : Methods.recipe(auxiliary, size.settings(), backbone, task).method();
    Recipe recipe =
        Supervised.recipe(
            backbone,
            task,
            opened.statistics().classes(),
            trained,
            beside,
            weight == null ? 1 : weight);
    return beside == null ? recipe : recipe.fitting(task.imageCount());
  }

  private void report(List<MetricRecord> metrics) {
    String run = output.directory();
    for (MetricRecord metric : metrics) {
      System.out.printf(
          Locale.ROOT,
          "%nAccuracy:    %.2f %% of the images of split '%s', from %s of the labels%n",
          100 * metric.value(),
          testSplit.name(),
          metric.labelShare() == 1
              ? "all"
              : String.format(Locale.ROOT, "%.4g %%", 100 * metric.labelShare()));
    }
    System.out.printf("Trained:     %s%n", RunDirectory.checkpointOf(run));
    System.out.printf("Metrics:     %s%n", StoreFiles.resolve(run, "metrics"));
    System.out.printf("Curves:      tensorboard --logdir=%s%n", run);
    System.out.printf(
        "Next:        ./vocabeam export --checkpoint=%s --output=%s%n",
        run, StoreFiles.resolve(run, "classifier"));
  }
}
