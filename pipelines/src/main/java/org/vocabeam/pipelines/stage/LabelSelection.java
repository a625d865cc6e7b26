package org.vocabeam.pipelines.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.vocabeam.models.evaluate.LabelShare;
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
 * What is learned from a share of the labels: the labelled images, or all, and a target for each.
 *
 * @param images that the labels are of
 * @param alone whether images without a label are left out
 * @param output the directory of the stores {@code labelled} and {@code labels}
 */
public record LabelSelection(
    TrainingImages images, LabelShare share, boolean alone, String output) {
  /** Small, because a batch reads those that hold an image's target whole. */
  private static final long TARGETS_BYTES = 256 << 10;

  /** Row groups of the labelled images, about: replicas share them. */
  private static final int GROUPS = 32;

  private static final long LEAST_GROUP_BYTES = 64 << 10;

  /** Writes what is not there yet. */
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
            .withProvenance(provenance),
        targets,
        provenance);
    return new TrainingData(
        trainedOn, TrainingTargets.open(targets, trainedOn, "finetune", classes.size()), null);
  }

  /**
   * Whether the labelled images are fewer than all, and so are better read from a store of theirs.
   */
  private boolean isCopied() {
    ImageStatistics statistics = images.statistics();
    long labelled = statistics.labels().values().stream().mapToLong(Long::longValue).sum();
    return alone && (share.share() < 1 || labelled < statistics.images() || images.view());
  }

  private TrainingImages copied(Runner runner) {
    Map<String, String> provenance = provenance("select", images);
    provenance.put(TrainingImages.SPLIT, images.splitName());
    String directory = StoreFiles.resolve(output, "labelled");
    long bytes = (long) (share.share() * images.count() * images.task(1, 0).images().bytes());
    write(
        runner,
        "finetune-select",
        SelectLabelled.of(labelled(images, share)),
        WriteStore.to(ImageRecord.TYPE, directory)
            .withShards(WriteStore.shardsFor(bytes))
            .withRowGroupBytes(
                Math.min(WriteStore.ROW_GROUP_BYTES, Math.max(LEAST_GROUP_BYTES, bytes / GROUPS)))
            .withProvenance(provenance),
        directory,
        provenance);
    return TrainingImages.openChosen(directory, images);
  }

  private static LabelledImages labelled(TrainingImages of, LabelShare share) {
    return new LabelledImages(of.rowGroups(), of.split(), share);
  }

  private Map<String, String> provenance(String command, TrainingImages of) {
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("command", command);
    provenance.put(TrainingImages.IMAGES, of.fingerprint());
    provenance.put("labelShare", Double.toString(share.share()));
    provenance.put("seed", Long.toString(share.seed()));
    provenance.put(Provenance.VERSION, Version.read());
    return provenance;
  }

  private static <T> void write(
      Runner runner,
      String job,
      PTransform<PBegin, PCollection<T>> rows,
      WriteStore<T> store,
      String directory,
      Map<String, String> provenance) {
    try {
      if (!Provenance.isThere(directory, provenance)) {
        store.prepare(false);
        Pipeline pipeline = runner.create(job);
        pipeline.apply("Rows", rows).apply("Write", store);
        runner.run(pipeline);
        store.commit();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
