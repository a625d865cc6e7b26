package org.vocabeam.pipelines.stage;

import java.util.Map;
import java.util.TreeMap;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.TypedCommand;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.codebook.DescriptorRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.teacher.ExtractDescriptors;

/**
 * Sampled local features of a teacher: the store {@code descriptors}.
 *
 * <pre>{@code
 * new ExtractStage(images, "train", "runs/rotation", "layer2", 4, 1, "runs/descriptors", false)
 *     .run(runner);
 * }</pre>
 *
 * @param images images store
 * @param split split of the images, or {@code all}
 * @param teacher run, or one checkpoint
 * @param level level of the teacher's backbone
 * @param perImage descriptors of every image, from different cells of the map; positive
 * @param seed decides which cells are taken
 * @param output descriptors store
 * @param overwrite replaces a store that is there
 */
public record ExtractStage(
    String images,
    String split,
    String teacher,
    String level,
    int perImage,
    long seed,
    String output,
    boolean overwrite)
    implements Request<StoreManifest> {
  /** Default of {@code perImage}. */
  public static final String PER_IMAGE = "4";

  /** Default of {@code seed}. */
  public static final String SEED = "1";

  public ExtractStage {
    if (perImage < 1) { // how many cells a map has is known with the teacher
      throw new UserError("perImage is " + perImage + ", must be at least 1");
    }
  }

  /** Bytes of a descriptor beside its floats: id, image and cell. */
  private static final long ROW_BYTES = 64;

  @Override
  public TypedCommand typed(Runner runner) {
    return TypedCommand.of("extract")
        .with("images", images)
        .with("checkpoint", teacher)
        .with("level", level)
        .with("output", output)
        .unless(TrainingImages.TRAIN, "split", split)
        .unless(Integer.valueOf(PER_IMAGE), "perImage", perImage)
        .unless(Long.valueOf(SEED), "seed", seed)
        .flag("overwrite", overwrite)
        .with(runner.arguments());
  }

  @Override
  public StoreManifest run(Runner runner) {
    TrainingImages selected = TrainingImages.open(images, split);
    String checkpoint = RunDirectory.checkpointOf(teacher);
    FeatureSource cells = FeatureSource.cells(checkpoint, level).on(runner.compute());
    Backbone backbone = cells.recipe().backbone();
    int channels = backbone.channels(cells.pooling().level());
    ExtractDescriptors extract =
        ExtractDescriptors.of(selected.rowGroups(), selected.split(), cells, perImage, seed);
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", "extract");
    provenance.put(TrainingImages.IMAGES, selected.fingerprint());
    provenance.put(TrainingImages.SPLIT, selected.splitName());
    provenance.put(DescriptorRecord.TEACHER, Provenance.checkpoint(checkpoint));
    provenance.put(DescriptorRecord.LEVEL, cells.pooling().level());
    provenance.put(DescriptorRecord.CHANNELS, Integer.toString(channels));
    provenance.put("perImage", Integer.toString(perImage));
    provenance.put("seed", Long.toString(seed));
    provenance.put(Provenance.VERSION, Version.read());
    long bytes = selected.count() * perImage * ((long) channels * Float.BYTES + ROW_BYTES);
    WriteStore<DescriptorRecord> write =
        WriteStore.to(DescriptorRecord.TYPE, output)
            .withShards(WriteStore.shardsFor(bytes))
            .withProvenance(provenance);
    Stage.writing(write)
        .existing(Stage.Existing.overwrite(overwrite))
        .run(
            runner,
            "extract",
            pipeline -> pipeline.apply("ExtractDescriptors", extract).apply("Write", write));
    return StoreReader.open(DescriptorRecord.TYPE, output).manifest();
  }
}
