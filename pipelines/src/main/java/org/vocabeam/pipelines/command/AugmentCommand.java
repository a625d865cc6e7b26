package org.vocabeam.pipelines.command;

import java.util.Locale;
import java.util.concurrent.Callable;
import org.vocabeam.models.training.ViewSource;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.options.ImagesOption;
import org.vocabeam.pipelines.options.OutputOption;
import org.vocabeam.pipelines.options.OverwriteOption;
import org.vocabeam.pipelines.options.RecipeArguments;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.options.SplitOption;
import org.vocabeam.pipelines.stage.AugmentStage;
import org.vocabeam.pipelines.stage.Epochs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Images to stored views. */
@Command(
    name = "augment",
    header = "Stores the views that a method learns from.",
    description =
        "Renders the views of every image and epoch, the same that pretrain renders"
            + " itself with the same options. The store of an epoch that is complete is kept.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam augment --images=runs/photos/images --output=runs/views --epochs=0-3",
      "  duckdb -c \"SELECT id, label, len(views) FROM 'runs/views/*/*.parquet'\""
    })
public final class AugmentCommand implements Callable<Integer> {
  @Mixin private ImagesOption images;
  @Mixin private SplitOption split;
  @Mixin private OutputOption output;
  @Mixin private OverwriteOption overwrite;

  @Option(
      names = "--epochs",
      order = Sections.VIEWS,
      defaultValue = AugmentStage.EPOCHS,
      paramLabel = "FIRST-LAST",
      description =
          "Epochs of the run that the views are for, from 0: one, or a range such as 0-3.")
  private String epochs;

  @Mixin private RecipeArguments arguments;
  @Mixin private RunnerArguments pipelines;

  /** Returns the request that the options make. */
  AugmentStage request() {
    return new AugmentStage(
        images.directory(),
        split.name(),
        output.directory(),
        Epochs.parse(epochs),
        arguments.choice(),
        overwrite.isGiven());
  }

  @Override
  public Integer call() {
    AugmentStage stage = request();
    Epochs range = stage.epochs();
    RecipeChoice recipe = stage.recipe();
    pipelines.runner().options("augment");
    AugmentStage.Views views = stage.run(pipelines.runner());
    System.out.printf(
        Locale.ROOT,
        "Views:       %d images, epochs %d to %d, in %s%n"
            + "             %d bytes of pixels an image and epoch, %.0f in the files, %.1f MB in"
            + " all%n",
        views.images(),
        range.first(),
        range.last(),
        output.directory(),
        ViewSource.STORED.bytes(views.recipe()),
        (double) views.bytes() / (range.count() * views.images()),
        views.bytes() / 1e6);
    System.out.printf(
        "Next:        ./vocabeam pretrain --images=%s --views=%s --split=%s --rounds=1"
            + " --stepsPerRound=%d --method=%s --preset=%s --seed=%d (and what else was set)%n",
        images.directory(),
        output.directory(),
        split.name(),
        Math.max(1, (range.last() + 1) * views.images() / views.recipe().batchSize()),
        recipe.method(),
        recipe.preset(),
        recipe.seed());
    return 0;
  }
}
