package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.stage.ExtractStage;
import org.vocabeam.transforms.store.StoreManifest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Images to sampled local features of a teacher. */
@Command(
    name = "extract",
    description = {
      "Samples local features of a teacher's map, which a codebook is made of. The same command"
          + " again finds its store and does nothing."
    },
    footer = {
      "",
      "Example: ./vocabeam extract --images=runs/images --checkpoint=runs/rotation --level=layer2"
          + " --output=runs/descriptors",
      "Look:    duckdb -c \"SELECT y, x, count(*) FROM 'runs/descriptors/*.parquet' GROUP BY ALL\""
    })
public final class ExtractCommand implements Callable<Integer> {
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
      description = "The teacher: a run of pretrain (its newest checkpoint), or one checkpoint.")
  private String checkpoint;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "The descriptors store.")
  private String output;

  @Option(
      names = "--level",
      required = true,
      description = "The level of the teacher's backbone, for example layer2.")
  private String level;

  @Option(
      names = "--perImage",
      defaultValue = "4",
      description = "Descriptors of an image, from different cells of the map.")
  private int perImage;

  @Option(
      names = "--split",
      defaultValue = "train",
      description = "The split to look at, or 'all'; a store without splits is taken as a whole.")
  private String split;

  @Option(names = "--seed", defaultValue = "1", description = "Of which cells are taken.")
  private long seed;

  @Option(names = "--overwrite", description = "Replaces a store that is there.")
  private boolean overwrite;

  @Mixin private DeviceArguments pipelines;

  @Override
  public Integer call() {
    pipelines.runner().options("extract");
    StoreManifest manifest =
        new ExtractStage(images, split, checkpoint, level, perImage, seed, output, overwrite)
            .run(pipelines.runner());
    System.out.printf(
        "Descriptors: %d of %d images, %s%n",
        manifest.rows(), TrainingImages.open(images, split).count(), output);
    System.out.printf("Next:        ./vocabeam codebook --descriptors=%s --output=DIR%n", output);
    return 0;
  }
}
