package org.vocabeam.pipelines.command;

import java.util.concurrent.Callable;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.PoolingArguments;
import org.vocabeam.pipelines.stage.EmbedStage;
import org.vocabeam.transforms.store.StoreManifest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Images to embeddings. */
@Command(
    name = "embed",
    description = "Computes the embedding of every image: id, label, split, list of float.",
    footer = {
      "",
      "Example: ./vocabeam embed --images=runs/images --checkpoint=runs/obow"
          + " --output=runs/embeddings",
      "Look:    duckdb -c \"SELECT id, label, embedding[1:3] FROM 'runs/embeddings/*.parquet'\""
    })
public final class EmbedCommand implements Callable<Integer> {
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
      description = "A run of pretrain (its newest checkpoint), or one checkpoint.")
  private String checkpoint;

  @Option(names = "--output", required = true, paramLabel = "DIR", description = "The store.")
  private String output;

  @Option(
      names = "--shards",
      defaultValue = "0",
      description = "Files of the store; 0 chooses by size.")
  private int shards;

  @Option(names = "--overwrite", description = "Replaces a store that is there.")
  private boolean overwrite;

  @Mixin private PoolingArguments pooling;
  @Mixin private DeviceArguments pipelines;

  @Override
  public Integer call() {
    pipelines.runner().options("embed");
    StoreManifest manifest =
        new EmbedStage(images, checkpoint, output, shards, overwrite, pooling.choice())
            .run(pipelines.runner());
    System.out.printf("%s: %d embeddings%n", output, manifest.rows());
    return 0;
  }
}
