package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.vocabeam.models.bownet.BagTarget;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.stage.AssignStage;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.targets.TargetRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Images to bags of visual words. */
@Command(
    name = "assign",
    description = {
      "Gives every image its bag of visual words: each cell of the teacher's map goes to its"
          + " nearest word. The same command again finds its store and does nothing."
    },
    footer = {
      "",
      "Example: ./vocabeam assign --images=runs/images --checkpoint=runs/rotation"
          + " --codebook=runs/words/codebook --output=runs/targets",
      "Look:    duckdb -c \"SELECT unnest(words) AS word, count(*) FROM 'runs/targets/*.parquet'"
          + " GROUP BY word\""
    })
public final class AssignCommand implements Callable<Integer> {
  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR",
      description = "The images store that ingest wrote.")
  private String images;

  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "DIR",
      description = "The teacher that the codebook's descriptors were extracted with.")
  private String checkpoint;

  @Option(
      names = "--codebook",
      required = true,
      paramLabel = "DIR",
      description = "The codebook store.")
  private String codebook;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "The targets store.")
  private String output;

  @Option(
      names = "--target",
      defaultValue = "histogram",
      description = "What a word weighs: histogram (its share of the cells) or binary (presence).")
  private BagTarget.Kind kind;

  @Option(
      names = "--split",
      defaultValue = "train",
      description = "The split to look at, or 'all'; a store without splits is taken as a whole.")
  private String split;

  @Option(names = "--overwrite", description = "Replaces a store that is there.")
  private boolean overwrite;

  @Mixin private DeviceArguments pipelines;

  @Override
  public Integer call() {
    pipelines.runner().options("assign");
    StoreManifest manifest =
        new AssignStage(images, split, checkpoint, codebook, kind, output, overwrite)
            .run(pipelines.runner());
    System.out.printf("Targets:     %d, %s%n", manifest.rows(), output);
    System.out.printf(
        "Next:        ./vocabeam pretrain --method=bownet --images=%s --targets=%s --words=%s"
            + " --output=DIR%n",
        images, output, manifest.provenance().get(TargetRecord.WORDS));
    return 0;
  }
}
