package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.vocabeam.models.bownet.BagTarget;
import org.vocabeam.pipelines.options.CheckpointOption;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.ImagesOption;
import org.vocabeam.pipelines.options.OutputOption;
import org.vocabeam.pipelines.options.OverwriteOption;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.options.SplitOption;
import org.vocabeam.pipelines.stage.AssignStage;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.targets.TargetRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Images to bags of visual words. */
@Command(
    name = "assign",
    header = "Gives every image its bag of visual words.",
    description =
        "Each cell of the teacher's map goes to its nearest word. The same command again"
            + " finds its store and does nothing.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam assign --images=runs/photos/images --checkpoint=runs/rotation \\",
      "      --codebook=runs/words/codebook --output=runs/targets",
      "  duckdb -c \"SELECT unnest(words) AS word, count(*) FROM 'runs/targets/*.parquet'",
      "      GROUP BY word\""
    })
public final class AssignCommand implements Callable<Integer> {
  @Mixin private ImagesOption images;
  @Mixin private SplitOption split;
  @Mixin private CheckpointOption checkpoint;

  @Option(
      names = "--codebook",
      order = Sections.INPUT,
      required = true,
      paramLabel = "DIR",
      description = "Codebook store, made of descriptors of this checkpoint.")
  private String codebook;

  @Mixin private OutputOption output;
  @Mixin private OverwriteOption overwrite;

  @Option(
      names = "--target",
      order = Sections.WORDS,
      defaultValue = AssignStage.KIND,
      paramLabel = "KIND",
      description =
          "Weight of a word: histogram (its share of the cells) or binary (1 if it occurs).")
  private BagTarget.Kind kind;

  @Mixin private DeviceArguments pipelines;

  /** Returns the request that the options make. */
  AssignStage request() {
    return new AssignStage(
        images.directory(),
        split.name(),
        checkpoint.directory(),
        codebook,
        kind,
        output.directory(),
        overwrite.isGiven());
  }

  @Override
  public Integer call() {
    pipelines.runner().options("assign");
    StoreManifest manifest = request().run(pipelines.runner());
    System.out.printf("Targets:     %d, %s%n", manifest.rows(), output.directory());
    System.out.printf(
        "Next:        ./vocabeam pretrain --method=bownet --images=%s --targets=%s --words=%s"
            + " --output=DIR%n",
        images.directory(), output.directory(), manifest.provenance().get(TargetRecord.WORDS));
    return 0;
  }
}
