package org.vocabeam.pipelines.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.inputs.TrainingViews;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.Version;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.ImageRecord;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.store.WriteStore;
import org.vocabeam.transforms.views.AugmentImages;
import org.vocabeam.transforms.views.ViewsRecord;

/**
 * Stored views of images: one pipeline and one store per epoch.
 *
 * <pre>{@code
 * AugmentStage stage = new AugmentStage("runs/photos/images", images, "runs/views");
 * stage.run(runner, recipe, 0, false);
 * }</pre>
 *
 * @param store directory of the images store
 * @param images images of that store to render, at least one
 * @param output directory that gets a store for every epoch: epoch-000000 and so on
 */
public record AugmentStage(String store, TrainingImages images, String output) {
  public AugmentStage {
    images.refuseView("stored views");
    if (images.count() == 0) {
      throw new UserError("there is no image to make views of; look at --images and --split");
    }
  }

  /**
   * Writes the views of an epoch, unless its store is complete.
   *
   * @param recipe its method decides the views, its seed their randomness
   */
  public void run(Runner runner, Recipe recipe, long epoch, boolean overwrite) {
    StoreReader<ImageRecord> reader = StoreReader.open(ImageRecord.TYPE, store);
    String directory = ViewsRecord.directory(output, epoch);
    Map<String, String> provenance = provenance(recipe, epoch);
    if (!overwrite && Provenance.isThere(directory, provenance)) {
      System.err.printf("Epoch %d is there%n", epoch);
      return;
    }
    System.err.printf("Epoch %d: views of %d images%n", epoch, images.count());
    WriteStore<ViewsRecord> write =
        WriteStore.to(ViewsRecord.TYPE, directory)
            .withShards(reader.manifest().shards().size())
            .withProvenance(provenance);
    try {
      write.prepare(overwrite);
      Pipeline pipeline = runner.create("augment-" + epoch);
      pipeline.apply(AugmentImages.of(reader, images.split(), recipe, epoch, write.shardWriter()));
      runner.run(pipeline);
      write.commit();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, String> provenance(Recipe recipe, long epoch) {
    Map<String, String> provenance = new TreeMap<>(TrainingViews.provenance(recipe));
    provenance.put("command", "augment");
    provenance.put(TrainingImages.IMAGES, images.fingerprint());
    provenance.put(TrainingImages.SPLIT, images.splitName());
    provenance.put("method", recipe.method().name());
    provenance.put(TrainingViews.EPOCH, Long.toString(epoch));
    provenance.put(Provenance.VERSION, Version.read());
    return provenance;
  }

  /** Returns the size of the files of these epochs. */
  public long bytes(Epochs epochs) {
    try {
      long bytes = 0;
      for (long epoch = epochs.first(); epoch <= epochs.last(); epoch++) {
        for (StoreFiles.Listed file : StoreFiles.list(ViewsRecord.directory(output, epoch))) {
          bytes += file.bytes();
        }
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
