package org.vocabeam.pipelines.stage;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.MapShape;
import org.vocabeam.pipelines.inputs.PoolingChoice;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.TypedCommand;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.features.EmbedMaps;
import org.vocabeam.transforms.features.MapRecord;
import org.vocabeam.transforms.features.MapSource;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;

/**
 * The map of every image: the store {@code maps}, with as many files as the images have and its
 * rows in their order.
 *
 * <pre>{@code
 * new MapStage("runs/images", "runs/obow", "runs/maps", false, "layer3", null, MapRecord.Numbers.FLOAT16)
 *     .run(runner);
 * }</pre>
 *
 * @param images images store
 * @param checkpoint run, or one checkpoint
 * @param output maps store
 * @param overwrite replaces a store that is there; without it, every store is refused
 * @param level of the backbone, or {@link PoolingChoice#LAST}
 * @param imageSize side of the squares at which images are shown; null for the checkpoint's
 * @param numbers of the patches
 */
public record MapStage(
    String images,
    String checkpoint,
    String output,
    boolean overwrite,
    String level,
    @Nullable Integer imageSize,
    MapRecord.Numbers numbers)
    implements Request<StoreManifest> {
  @Override
  public TypedCommand typed(Runner runner) {
    return TypedCommand.of("embed")
        .with("images", images)
        .with("checkpoint", checkpoint)
        .with("output", output)
        .with("patches", word())
        .unless(PoolingChoice.LAST, "level", level)
        .ifGiven("imageSize", imageSize)
        .flag("overwrite", overwrite)
        .with(runner.arguments());
  }

  private String word() {
    return numbers.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public StoreManifest run(Runner runner) {
    StoreReader<ImageRecord> store = TrainingImages.openStore(images);
    refuseOtherOrder(store.manifest());
    String newest = RunDirectory.checkpointOf(checkpoint);
    String known = level.equals(PoolingChoice.LAST) ? "" : level;
    MapSource own = MapSource.of(newest, known).on(runner.compute());
    MapSource source = imageSize == null ? own : own.shownAt(imageSize);
    MapShape shape = source.shape();
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", "embed");
    provenance.put(TrainingImages.IMAGES, store.fingerprint());
    provenance.put(MapRecord.TEACHER, Provenance.checkpoint(newest));
    provenance.put("recipe", Methods.toJson(source.recipe()));
    provenance.put(
        MapRecord.LEVEL, known.isEmpty() ? source.recipe().backbone().lastLevel() : known);
    provenance.put(MapRecord.ROWS, Integer.toString(shape.rows()));
    provenance.put(MapRecord.COLUMNS, Integer.toString(shape.columns()));
    provenance.put(MapRecord.CHANNELS, Integer.toString(shape.channels()));
    provenance.put(MapRecord.NUMBERS, word());
    provenance.put(Provenance.VERSION, Version.read());
    WriteStore<MapRecord> write =
        WriteStore.to(numbers.type(), output)
            .withShards(store.manifest().shards().size())
            .withProvenance(provenance);
    EmbedMaps embed = EmbedMaps.of(store, source, numbers, write.shardWriter());
    Stage.writing(write)
        .existing(overwrite ? Stage.Existing.REPLACE : Stage.Existing.REFUSE)
        .run(runner, "embed-maps", pipeline -> pipeline.apply(embed));
    return StoreReader.open(MapRecord.TYPE, output).manifest();
  }

  /** Refuses images of which no single store of ours has the order. */
  private void refuseOtherOrder(StoreManifest manifest) {
    if (manifest.isView() || manifest.isForeign()) {
      throw new UserError(
          String.format(
              "%s %s, and maps need one that ingest wrote; make it: ingest with --input=%s and"
                  + " another --output",
              images,
              manifest.isView() ? "is several stores" : "was written by another engine",
              images));
    }
  }
}
