package org.vocabeam.pipelines.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.Pipeline;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.options.DeviceArguments;
import org.vocabeam.pipelines.options.PoolingArguments;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.features.EmbedImages;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
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
  /** About what an embedding of 512 to 2048 floats and its id take. */
  private static final long EMBEDDING_BYTES = 4096;

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

  /** Files of a store of so many embeddings. */
  public static int shardsFor(long images) {
    return WriteStore.shardsFor(images * EMBEDDING_BYTES);
  }

  @Override
  public Integer call() {
    Pipeline pipeline = pipelines.runner().create("embed");
    StoreReader<ImageRecord> store = StoreReader.open(ImageRecord.TYPE, images);
    FeatureSource source =
        FeatureSource.trained(RunDirectory.newestCheckpoint(checkpoint), pooling.pooling())
            .on(pipelines.runner().device());
    Map<String, String> provenance = new HashMap<>(pooling.provenance());
    provenance.put("command", "embed");
    provenance.put("images", store.fingerprint());
    provenance.put("recipe", source.recipe());
    provenance.put("version", Version.read());
    WriteStore<EmbeddingRecord> write =
        WriteStore.to(EmbeddingRecord.TYPE, output)
            .withShards(shards == 0 ? shardsFor(store.manifest().rows()) : shards)
            .withProvenance(provenance);
    try {
      write.prepare(overwrite);
      pipeline.apply(EmbedImages.of(store.rowGroups(), source)).apply("Write", write);
      pipelines.runner().run(pipeline);
      StoreManifest manifest = write.commit();
      System.out.printf("%s: %d embeddings%n", output, manifest.rows());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return 0;
  }
}
