package org.vocabeam.pipelines.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.checkpoint.VariableChunk;
import org.vocabeam.transforms.codebook.DescriptorRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.teacher.ExtractDescriptors;

/**
 * Sampled local features of a teacher: one pipeline.
 *
 * @param images that are looked at
 * @param teacher directory of its checkpoint
 * @param level of its backbone
 * @param perImage descriptors of every image
 * @param output directory of the descriptors store
 */
public record Extraction(
    TrainingImages images, String teacher, String level, int perImage, long seed, String output) {
  /** Of a descriptor beside its floats: id, image and cell. */
  private static final long ROW_BYTES = 64;

  /** Writes the store unless it is there. */
  public StoreManifest run(Runner runner, boolean overwrite) {
    FeatureSource cells = FeatureSource.cells(teacher, level).on(runner.device());
    Backbone backbone = Methods.recipe(cells.recipe()).backbone();
    int channels = backbone.channels(cells.pooling().level());
    ExtractDescriptors extract =
        ExtractDescriptors.of(images.rowGroups(), images.split(), cells, perImage, seed);
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", "extract");
    provenance.put(TrainingImages.IMAGES, images.fingerprint());
    provenance.put(TrainingImages.SPLIT, images.splitName());
    provenance.put(DescriptorRecord.TEACHER, fingerprint(teacher));
    provenance.put(DescriptorRecord.LEVEL, cells.pooling().level());
    provenance.put(DescriptorRecord.CHANNELS, Integer.toString(channels));
    provenance.put("perImage", Integer.toString(perImage));
    provenance.put("seed", Long.toString(seed));
    provenance.put(Provenance.VERSION, Version.read());
    long bytes = images.count() * perImage * ((long) channels * Float.BYTES + ROW_BYTES);
    WriteStore<DescriptorRecord> write =
        WriteStore.to(DescriptorRecord.TYPE, output)
            .withShards(WriteStore.shardsFor(bytes))
            .withProvenance(provenance);
    try {
      if (overwrite || !Provenance.isThere(output, provenance)) {
        write.prepare(overwrite);
        Pipeline pipeline = runner.create("extract");
        pipeline.apply("ExtractDescriptors", extract).apply("Write", write);
        runner.run(pipeline);
        write.commit();
      }
      return StoreReader.open(DescriptorRecord.TYPE, output).manifest();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of a checkpoint. */
  static String fingerprint(String checkpoint) {
    return StoreReader.open(VariableChunk.TYPE, checkpoint).fingerprint();
  }
}
