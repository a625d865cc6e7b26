package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.vocabeam.pipelines.options.CheckpointOption;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.ImagesOption;
import org.vocabeam.pipelines.options.OutputOption;
import org.vocabeam.pipelines.options.OverwriteOption;
import org.vocabeam.pipelines.options.PoolingArguments;
import org.vocabeam.pipelines.options.ShardsOption;
import org.vocabeam.pipelines.stage.EmbedStage;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.WriteStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Images to embeddings. */
@Command(
    name = "embed",
    header = "Computes the embedding of every image.",
    description =
        "Writes a store with the columns id, label, split and embedding (a list of" + " float).",
    footer = {
      "",
      "Example:",
      "  ./vocabeam embed --images=runs/photos/images --checkpoint=runs/obow \\",
      "      --output=runs/embeddings",
      "  duckdb -c \"SELECT id, label, embedding[1:3] FROM 'runs/embeddings/*.parquet'\""
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
  @Mixin private DeviceArguments pipelines;

  /** Files of a store of so many embeddings. */
  public static int shardsFor(long images) {
    return WriteStore.shardsFor(images * EMBEDDING_BYTES);
  }

  /** Returns the request that the options make. */
  EmbedStage request() {
    return new EmbedStage(
        images.directory(),
        checkpoint.directory(),
        output.directory(),
        shards.count(),
        overwrite.isGiven(),
        pooling.choice());
  }

  @Override
  public Integer call() {
    pipelines.runner().options("embed");
    StoreManifest manifest = request().run(pipelines.runner());
    System.out.printf("%s: %d embeddings%n", output.directory(), manifest.rows());
    return 0;
  }
}
