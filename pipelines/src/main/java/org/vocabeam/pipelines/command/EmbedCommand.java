package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.options.CheckpointOption;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.ImageSizeOption;
import org.vocabeam.pipelines.options.ImagesOption;
import org.vocabeam.pipelines.options.OutputOption;
import org.vocabeam.pipelines.options.OverwriteOption;
import org.vocabeam.pipelines.options.PoolingArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.options.ShardsOption;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.stage.EmbedStage;
import org.vocabeam.pipelines.stage.MapStage;
import org.vocabeam.transforms.features.MapRecord;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.WriteStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Images to embeddings. */
@Command(
    name = "embed",
    header = "Computes the embedding of every image.",
    description =
        "Writes a store with the columns id, label, split and embedding (a list of float). With"
            + " --patches there is also the map of every image: rows, columns, channels, and"
            + " patches, a list of rows x columns x channels numbers.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam embed --images=runs/photos/images --checkpoint=runs/obow \\",
      "      --output=runs/embeddings",
      "  duckdb -c \"SELECT id, label, embedding[1:3] FROM 'runs/embeddings/*.parquet'\"",
      "  ./vocabeam embed --images=runs/photos/images --checkpoint=runs/obow \\",
      "      --patches --level=layer3 --output=runs/maps",
      "  ./vocabeam embed --images=runs/photos/images --checkpoint=runs/dinov2 \\",
      "      --patches --imageSize=448 --output=runs/fine-maps"
    })
public final class EmbedCommand implements Callable<Integer> {
  /** About what an embedding of 512 to 2048 floats and its id take. */
  private static final long EMBEDDING_BYTES = 4096;

  @Mixin private ImagesOption images;
  @Mixin private CheckpointOption checkpoint;
  @Mixin private OutputOption output;
  @Mixin private OverwriteOption overwrite;
  @Mixin private ShardsOption shards;
  @Mixin private PoolingArguments pooling;

  @Option(
      names = "--patches",
      order = Sections.FEATURES,
      arity = "0..1",
      fallbackValue = "float16",
      paramLabel = "TYPE",
      description =
          "Also the map of the level, in files beside those of the images and in their order;"
              + " numbers are float16, or with --patches=float32 as they were computed.")
  private MapRecord.@Nullable Numbers patches;

  @Mixin private ImageSizeOption imageSize;
  @Mixin private DeviceArguments pipelines;

  /** Files of a store of so many embeddings. */
  public static int shardsFor(long images) {
    return WriteStore.shardsFor(images * EMBEDDING_BYTES);
  }

  /** Returns the request that the options make. */
  Request<StoreManifest> request() {
    Integer side = imageSize.side();
    if (patches == null) {
      if (side != null) {
        throw new UserError(
            "--imageSize is "
                + side
                + ", but only --patches, which stores the embeddings too, has another size than the"
                + " checkpoint's; give both or none");
      }
      return new EmbedStage(
          images.directory(),
          checkpoint.directory(),
          output.directory(),
          shards.count(),
          overwrite.isGiven(),
          pooling.choice());
    }
    PoolingChoice choice = pooling.choice();
    if (choice.grid() != PoolingChoice.GLOBAL.grid()) {
      throw new UserError(
          "--grid is " + choice.grid() + ", but --patches keeps every cell; leave one of them out");
    }
    if (shards.count() != 0) {
      throw new UserError(
          "--shards is "
              + shards.count()
              + ", but with --patches there are as many files as of the images; leave it out");
    }
    return new MapStage(
        images.directory(),
        checkpoint.directory(),
        output.directory(),
        overwrite.isGiven(),
        choice.level(),
        side,
        patches);
  }

  @Override
  public Integer call() {
    pipelines.runner().options("embed");
    StoreManifest manifest = request().run(pipelines.runner());
    System.out.printf(
        "%s: %d %s%n",
        output.directory(), manifest.rows(), patches == null ? "embeddings" : "maps");
    return 0;
  }
}
