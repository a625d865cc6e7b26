package org.vocabeam.pipelines.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.vocabeam.models.UserError;
import org.vocabeam.models.bownet.BagTarget;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.codebook.Codebook;
import org.vocabeam.transforms.codebook.CodebookRecord;
import org.vocabeam.transforms.codebook.DescriptorRecord;
import org.vocabeam.transforms.features.FeatureSource;
import org.vocabeam.transforms.store.StoreManifest;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.targets.TargetRecord;
import org.vocabeam.transforms.teacher.AssignTargets;

/**
 * A bag of visual words for every image: one pipeline.
 *
 * @param images that are given targets
 * @param teacher directory of the checkpoint whose features the codebook is made of
 * @param codebook directory of the store
 * @param output directory of the targets store
 */
public record TargetAssignment(
    TrainingImages images, String teacher, String codebook, BagTarget.Kind kind, String output) {

  private static final long ROW_GROUP_BYTES = 256 << 10;

  /** Writes the store unless it is there. */
  public StoreManifest run(Runner runner, boolean overwrite) {
    images.refuseView("targets");
    Codebook words = CodebookRecord.read(codebook);
    String fingerprint = Extraction.fingerprint(teacher);
    FeatureSource cells =
        FeatureSource.cells(teacher, level(words, fingerprint)).on(runner.device());
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", "assign");
    provenance.put(TargetRecord.IMAGES, images.fingerprint());
    provenance.put(TargetRecord.SPLIT, images.splitName());
    provenance.put(DescriptorRecord.TEACHER, fingerprint);
    provenance.put(DescriptorRecord.LEVEL, cells.pooling().level());
    provenance.put(TargetRecord.CODEBOOK, words.fingerprint());
    provenance.put(TargetRecord.WORDS, Integer.toString(words.count()));
    provenance.put("target", kind.name().toLowerCase(Locale.ROOT));
    provenance.put(Provenance.VERSION, Version.read());
    // As many files as the images have, so that training reads the two side by side; in small row
    // groups, because it reads those that hold an image's target whole.
    WriteStore<TargetRecord> write =
        WriteStore.to(TargetRecord.TYPE, output)
            .withShards(images.shards().size())
            .withRowGroupBytes(ROW_GROUP_BYTES)
            .withProvenance(provenance);
    try {
      if (overwrite || !Provenance.isThere(output, provenance)) {
        write.prepare(overwrite);
        Pipeline pipeline = runner.create("assign");
        pipeline
            .apply(
                "AssignTargets",
                AssignTargets.of(images.rowGroups(), images.split(), cells, codebook, kind))
            .apply("Write", write);
        runner.run(pipeline);
        write.commit();
      }
      return StoreReader.open(TargetRecord.TYPE, output).manifest();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The level that the words are of; refuses those of another teacher. */
  private String level(Codebook words, String fingerprint) {
    String of = words.provenance().get(DescriptorRecord.TEACHER);
    if (!fingerprint.equals(of)) {
      throw new UserError(
          String.format(
              "%s is made of the features of teacher %s, and %s is %s; give the checkpoint that its"
                  + " descriptors were extracted with",
              codebook, of, teacher, fingerprint));
    }
    return words.provenance().get(DescriptorRecord.LEVEL);
  }
}
