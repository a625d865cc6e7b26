package org.vocabeam.pipelines.stage;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.vocabeam.models.UserError;
import org.vocabeam.models.bownet.BagTarget;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.TypedCommand;
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
 * A bag of visual words for every image: the store {@code targets}.
 *
 * <pre>{@code
 * new AssignStage(images, "train", teacher, codebook, Kind.HISTOGRAM, "runs/targets", false)
 *     .run(runner);
 * }</pre>
 *
 * @param images images store
 * @param split split of the images, or {@code all}
 * @param teacher run, or one checkpoint, with whose features the codebook was made
 * @param codebook codebook store
 * @param kind weights of the words
 * @param output targets store
 * @param overwrite replaces a store that is there
 */
public record AssignStage(
    String images,
    String split,
    String teacher,
    String codebook,
    BagTarget.Kind kind,
    String output,
    boolean overwrite)
    implements Request<StoreManifest> {
  /** Default of {@code kind}. */
  public static final String KIND = "histogram";

  /** Small, because training reads the row groups that hold an image's target whole. */
  private static final long ROW_GROUP_BYTES = 256 << 10;

  @Override
  public TypedCommand typed(Runner runner) {
    return TypedCommand.of("assign")
        .with("images", images)
        .with("checkpoint", teacher)
        .with("codebook", codebook)
        .with("output", output)
        .unless(TrainingImages.TRAIN, "split", split)
        .unless(KIND, "target", kindName())
        .flag("overwrite", overwrite)
        .with(runner.arguments());
  }

  private String kindName() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public StoreManifest run(Runner runner) {
    TrainingImages selected = TrainingImages.open(images, split);
    selected.refuseView("targets");
    Codebook words = CodebookRecord.read(codebook);
    String checkpoint = RunDirectory.checkpointOf(teacher);
    String fingerprint = Provenance.checkpoint(checkpoint);
    FeatureSource cells =
        FeatureSource.cells(checkpoint, level(words, fingerprint)).on(runner.compute());
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", "assign");
    provenance.put(TargetRecord.IMAGES, selected.fingerprint());
    provenance.put(TargetRecord.SPLIT, selected.splitName());
    provenance.put(DescriptorRecord.TEACHER, fingerprint);
    provenance.put(DescriptorRecord.LEVEL, cells.pooling().level());
    provenance.put(TargetRecord.CODEBOOK, words.fingerprint());
    provenance.put(TargetRecord.WORDS, Integer.toString(words.count()));
    provenance.put("target", kindName());
    provenance.put(Provenance.VERSION, Version.read());
    // As many files as the images have, so that training reads the two side by side.
    WriteStore<TargetRecord> write =
        WriteStore.to(TargetRecord.TYPE, output)
            .withShards(selected.shards().size())
            .withRowGroupBytes(ROW_GROUP_BYTES)
            .withProvenance(provenance);
    AssignTargets assign =
        AssignTargets.of(selected.rowGroups(), selected.split(), cells, codebook, kind);
    Stage.writing(write)
        .existing(Stage.Existing.overwrite(overwrite))
        .run(
            runner,
            "assign",
            pipeline -> pipeline.apply("AssignTargets", assign).apply("Write", write));
    return StoreReader.open(TargetRecord.TYPE, output).manifest();
  }

  /** Returns the level of the words' descriptors; refuses words of another teacher. */
  private String level(Codebook words, String fingerprint) {
    String madeBy = words.provenance().get(DescriptorRecord.TEACHER);
    if (!fingerprint.equals(madeBy)) {
      throw new UserError(
          String.format(
              "%s is made of the features of teacher %s, and %s is %s; give the checkpoint that its"
                  + " descriptors were extracted with",
              codebook, madeBy, teacher, fingerprint));
    }
    return words.provenance().get(DescriptorRecord.LEVEL);
  }
}
