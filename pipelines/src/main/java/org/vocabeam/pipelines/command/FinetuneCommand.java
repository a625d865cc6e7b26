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
import org.vocabeam.models.training.Method;
import org.vocabeam.models.training.Preset;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.models.training.Task;
import org.vocabeam.pipelines.inputs.InitialWeights;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.options.DataArguments;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.RoundArguments;
import org.vocabeam.pipelines.options.StepArguments;
import org.vocabeam.pipelines.run.FineTuning;
import org.vocabeam.pipelines.run.RoundPlan;
import org.vocabeam.pipelines.stage.Evaluation;
import org.vocabeam.transforms.evaluation.MetricRecord;
import org.vocabeam.transforms.files.StoreFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A classifier from an encoder and labels. */
@Command(
    name = "finetune",
    description = {
      "Trains a classifier from a pre-trained encoder and a share of the labels, and names the images"
          + " of the test split. With --auxiliary a self-supervised loss on all images stands beside"
          + " the labels. The same command goes on after a kill."
    },
    footer = {
      "",
      "Example: ./vocabeam finetune --images=runs/images --checkpoint=runs/obow --labelShare=0.1"
          + " --output=runs/classifier",
      "Beside it, from random weights: the same without --checkpoint",
      "Labels and rotations at once:   ./vocabeam finetune --images=runs/images --auxiliary=rotation"
          + " --labelShare=0.1 --output=runs/auxiliary"
    })
public final class FinetuneCommand implements Callable<Integer> {
  @Option(
      names = "--checkpoint",
      paramLabel = "DIR",
      description =
          "The encoder to start from: a run or a checkpoint of pretrain, distill or finetune."
              + " Without it, random weights.")
  private @Nullable String checkpoint;

  @Option(
      names = "--preset",
      description =
          "The network of a run without --checkpoint: small, resnet18 or resnet50; small if not"
              + " given.")
  private @Nullable String preset;

  @Option(
      names = "--labelShare",
      defaultValue = "1",
      description = "Of every class, the share of labels that is seen, in (0, 1].")
  private double labelShare;

  @Option(
      names = "--trained",
      defaultValue = "all",
      description =
          "What learns: all (the encoder and a linear layer) or head (the linear layer alone).")
  private Trained trained;

  @Option(
      names = "--auxiliary",
      paramLabel = "METHOD",
      description = "A method of pretrain, in its small or paper setting, whose loss is added.")
  private @Nullable String auxiliary;

  @Option(
      names = "--auxiliaryWeight",
      description = "w in L = L_supervised + w L_self, at least 0; 1 if not given.")
  private @Nullable Double weight;

  @Option(names = "--testSplit", defaultValue = "test", description = "Predicted.")
  private String testSplit;

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
    if (!(labelShare > 0 && labelShare <= 1)) {
      throw new UserError("--labelShare is " + labelShare + ", must be in (0, 1]");
    }
    refuse("--preset", preset, checkpoint != null, "the network is the checkpoint's");
    refuse("--auxiliaryWeight", weight, auxiliary == null, "there is no --auxiliary");
    refuse(
        "--trained",
        trained == Trained.HEAD ? "head" : null,
        checkpoint == null,
        "there is no --checkpoint, and a linear layer on random weights is evaluate's business");
    RoundPlan plan = rounds.plan();
    pipelines.runner().options("finetune");
    TrainingImages images = data.open();
    Evaluation.checkSplits(
        data.images(), images.statistics(), images.statistics().splits().firstKey(), testSplit);
    InitialWeights initial = checkpoint == null ? null : InitialWeights.open(checkpoint);
    Task task = images.task(plan.steps(), steps.seed());
    Recipe recipe =
        steps
            .changes()
            .applyTo(recipe(images, initial == null ? task : initial.task(task), initial));
    if (printRecipe) {
      System.out.println(Methods.toTree(recipe).toPrettyString());
      return 0;
    }
    List<MetricRecord> metrics =
        new FineTuning(
                images,
                testSplit,
                recipe,
                new LabelShare(labelShare, recipe.seed()),
                initial,
                data.output(),
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

  private Recipe recipe(TrainingImages images, Task task, @Nullable InitialWeights initial) {
    Preset size = Preset.named(preset == null ? "small" : preset);
    Backbone backbone = initial == null ? size.backbone(task) : initial.recipe().backbone();
    Method beside = auxiliary == null ? null : Methods.recipe(auxiliary, size, task).method();
    return Supervised.recipe(
        backbone,
        task,
        images.statistics().classes(),
        trained,
        beside,
        weight == null ? 1 : weight);
  }

  private void report(List<MetricRecord> metrics) {
    String output = data.output();
    for (MetricRecord metric : metrics) {
      System.out.printf(
          Locale.ROOT,
          "%nAccuracy:    %.2f %% of the images of split '%s', from %s of the labels%n",
          100 * metric.value(),
          testSplit,
          metric.labelShare() == 1
              ? "all"
              : String.format(Locale.ROOT, "%.4g %%", 100 * metric.labelShare()));
    }
    System.out.printf("Trained:     %s%n", RunDirectory.newestCheckpoint(output));
    System.out.printf("Metrics:     %s%n", StoreFiles.resolve(output, "metrics"));
    System.out.printf("Curves:      tensorboard --logdir=%s%n", output);
    System.out.printf(
        "Next:        ./vocabeam export --checkpoint=%s --output=%s%n",
        output, StoreFiles.resolve(output, "classifier"));
  }
}
