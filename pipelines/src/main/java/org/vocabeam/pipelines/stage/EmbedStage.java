package org.vocabeam.pipelines.stage;

import java.util.Map;
import java.util.TreeMap;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.TypedCommand;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.features.EmbedImages;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;

/**
 * The embedding of every image: the store {@code embeddings}.
 *
 * <pre>{@code
 * new EmbedStage("runs/images", "runs/obow", "runs/embeddings", 0, false, PoolingChoice.GLOBAL)
 *     .run(runner);
 * }</pre>
 *
 * @param images images store
 * @param checkpoint run, or one checkpoint
 * @param output embeddings store
 * @param shards files of the store; 0 chooses by size
 * @param overwrite replaces a store that is there; without it, every store is refused
 * @param pooling features of the encoder
 */
public record EmbedStage(
    String images,
    String checkpoint,
    String output,
    int shards,
    boolean overwrite,
    PoolingChoice pooling)
    implements Request<StoreManifest> {
  /** Bytes of an embedding of 512 to 2048 floats with its id, about. */
  private static final long EMBEDDING_BYTES = 4096;

  /** Returns the number of files of a store with an embedding of every image. */
  static int shardsFor(long images) {
    return WriteStore.shardsFor(images * EMBEDDING_BYTES);
  }

  @Override
  public TypedCommand typed(Runner runner) {
    return TypedCommand.of("embed")
        .with("images", images)
        .with("checkpoint", checkpoint)
        .with("output", output)
        .unless(0, "shards", shards)
        .flag("overwrite", overwrite)
        .with(pooling.options())
        .with(runner.arguments());
  }

  @Override
  public StoreManifest run(Runner runner) {
    StoreReader<ImageRecord> store = TrainingImages.openStore(images);
    FeatureSource source =
        FeatureSource.trained(RunDirectory.checkpointOf(checkpoint), pooling.pooling())
            .on(runner.compute());
    Map<String, String> provenance = new TreeMap<>(pooling.provenance());
    provenance.put("command", "embed");
    provenance.put("images", store.fingerprint());
    provenance.put("recipe", Methods.toJson(source.recipe()));
    provenance.put(Provenance.VERSION, Version.read());
    WriteStore<EmbeddingRecord> write =
        WriteStore.to(EmbeddingRecord.TYPE, output)
            .withShards(shards == 0 ? shardsFor(store.manifest().rows()) : shards)
            .withProvenance(provenance);
    Stage.writing(write)
        .existing(overwrite ? Stage.Existing.REPLACE : Stage.Existing.REFUSE)
        .run(
            runner,
            "embed",
            pipeline ->
                pipeline.apply(EmbedImages.of(store.rowGroups(), source)).apply("Write", write));
    return StoreReader.open(EmbeddingRecord.TYPE, output).manifest();
  }
}
