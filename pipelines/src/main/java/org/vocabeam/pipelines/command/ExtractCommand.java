package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.vocabeam.pipelines.options.CheckpointOption;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.ImagesOption;
import org.vocabeam.pipelines.options.OutputOption;
import org.vocabeam.pipelines.options.OverwriteOption;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.options.SeedOption;
import org.vocabeam.pipelines.options.SplitOption;
import org.vocabeam.pipelines.stage.ExtractStage;
import org.vocabeam.transforms.store.StoreManifest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Images to sampled local features of a teacher. */
@Command(
    name = "extract",
    header = "Samples local features of a teacher, for a codebook.",
    description =
        "A local feature, or descriptor, is one cell of a map of the teacher. The same"
            + " command again finds its store and does nothing.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam extract --images=runs/photos/images --checkpoint=runs/rotation \\",
      "      --level=layer2 --output=runs/descriptors",
      "  duckdb -c \"SELECT y, x, count(*) FROM 'runs/descriptors/*.parquet' GROUP BY ALL\""
    })
public final class ExtractCommand implements Callable<Integer> {
  @Mixin private ImagesOption images;
  @Mixin private SplitOption split;
  @Mixin private CheckpointOption checkpoint;
  @Mixin private OutputOption output;
  @Mixin private OverwriteOption overwrite;

  @Option(
      names = "--level",
      order = Sections.FEATURES,
      required = true,
      paramLabel = "NAME",
      description = "Level of the teacher's backbone, for example layer2.")
  private String level;

  @Option(
      names = "--perImage",
      order = Sections.FEATURES,
      defaultValue = ExtractStage.PER_IMAGE,
      paramLabel = "N",
      description = "Descriptors of an image, from different cells of the map.")
  private int perImage;

  @Mixin private SeedOption seed;
  @Mixin private DeviceArguments pipelines;

  /** Returns the request that the options make. */
  ExtractStage request() {
    return new ExtractStage(
        images.directory(),
        split.name(),
        checkpoint.directory(),
        level,
        perImage,
        seed.value(),
        output.directory(),
        overwrite.isGiven());
  }

  @Override
  public Integer call() {
    pipelines.runner().options("extract");
    StoreManifest manifest = request().run(pipelines.runner());
    System.out.printf(
        "Descriptors: %d of %d images, %s%n",
        manifest.rows(), images.open(split).count(), output.directory());
    System.out.printf(
        "Next:        ./vocabeam codebook --descriptors=%s --output=DIR%n", output.directory());
    return 0;
  }
}
