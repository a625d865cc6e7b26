package org.vocabeam.pipelines.stage;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.vocabeam.models.evaluate.LabelShare;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Settings;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.TrainingData;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.inputs.TrainingTargets;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.labels.LabelTargets;
import org.vocabeam.transforms.labels.LabelledImages;
import org.vocabeam.transforms.labels.SelectLabelled;
import org.vocabeam.transforms.statistics.ImageStatistics;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.targets.TargetRecord;

/**
 * A share of the labels as targets: the store {@code labels}, and the store {@code labelled} where
 * the labelled images are worth a store of their own.
 *
 * @param images images with labels
 * @param share share of the labels
 * @param alone leaves out the images without a label
 * @param output directory of the stores
 */
public record LabelStage(TrainingImages images, LabelShare share, boolean alone, String output) {
  /** Small, because a batch reads the row groups that hold an image's target whole. */
  private static final long TARGETS_BYTES = 256 << 10;

  /** Row groups of the labelled images, about: replicas share them. */
  private static final int GROUPS = 32;

  private static final long LEAST_GROUP_BYTES = 64 << 10;

  /** Writes the stores that are not there yet, and returns what a run is trained on. */
  public TrainingData run(Runner runner) {
    boolean copied = isCopied();
    TrainingImages trainedOn = copied ? copied(runner) : images;
    trainedOn.refuseView("labels as targets");
    List<String> classes = images.statistics().classes();
    Map<String, String> provenance = provenance("label", trainedOn);
    provenance.put(TargetRecord.SPLIT, trainedOn.splitName());
    provenance.put(TargetRecord.WORDS, Integer.toString(classes.size()));
    provenance.put("classes", String.join("\n", classes));
    String targets = StoreFiles.resolve(output, "labels");
    write(
        runner,
        "finetune-label",
        LabelTargets.of(
            labelled(trainedOn, copied ? new LabelShare(1, share.seed()) : share), classes),
        WriteStore.to(TargetRecord.TYPE, targets)
            .withShards(trainedOn.shards().size())
            .withRowGroupBytes(TARGETS_BYTES)
            .withProvenance(provenance));
    return new TrainingData(
        trainedOn, TrainingTargets.open(targets, trainedOn, "finetune", classes.size()), null);
  }

  /** Returns whether the labelled images are fewer than all, which is when a copy reads faster. */
  private boolean isCopied() {
    ImageStatistics statistics = images.statistics();
    long labelled = statistics.labels().values().stream().mapToLong(Long::longValue).sum();
    return alone && (share.share() < 1 || labelled < statistics.images() || images.view());
  }

  private TrainingImages copied(Runner runner) {
    Map<String, String> provenance = provenance("select", images);
    provenance.put(TrainingImages.SPLIT, images.splitName());
    String directory = StoreFiles.resolve(output, "labelled");
    ImageShape shape = images.task(Settings.PAPER, 1, 0).images();
    long bytes = (long) (share.share() * images.count() * shape.bytes());
    write(
        runner,
        "finetune-select",
        SelectLabelled.of(labelled(images, share)),
        WriteStore.to(ImageRecord.TYPE, directory)
            .withShards(WriteStore.shardsFor(bytes))
            .withRowGroupBytes(
                Math.min(WriteStore.ROW_GROUP_BYTES, Math.max(LEAST_GROUP_BYTES, bytes / GROUPS)))
            .withProvenance(provenance));
    return TrainingImages.openChosen(directory, images);
  }

  private static LabelledImages labelled(TrainingImages images, LabelShare share) {
    return new LabelledImages(images.rowGroups(), images.split(), share);
  }

  private Map<String, String> provenance(String command, TrainingImages read) {
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", command);
    provenance.put(TrainingImages.IMAGES, read.fingerprint());
    provenance.put("labelShare", Double.toString(share.share()));
    provenance.put("seed", Long.toString(share.seed()));
    provenance.put(Provenance.VERSION, Version.read());
    return provenance;
  }

  private static <T> void write(
      Runner runner, String job, PTransform<PBegin, PCollection<T>> rows, WriteStore<T> store) {
    Stage.writing(store)
        .existing(Stage.Existing.KEEP)
        .run(runner, job, pipeline -> pipeline.apply("Rows", rows).apply("Write", store));
  }
}
