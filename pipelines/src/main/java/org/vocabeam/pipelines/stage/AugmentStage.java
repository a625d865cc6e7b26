package org.vocabeam.pipelines.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.pipelines.inputs.Provenance;
import org.vocabeam.pipelines.inputs.RecipeChoice;
import org.vocabeam.pipelines.inputs.TrainingImages;
import org.vocabeam.pipelines.inputs.TrainingViews;
import org.vocabeam.pipelines.runner.Request;
import org.vocabeam.pipelines.runner.Runner;
import org.vocabeam.pipelines.runner.TypedCommand;
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
 * new AugmentStage(
 *         "runs/images", "train", "runs/views", new Epochs(0, 3), RecipeChoice.of("obow"), false)
 *     .run(runner);
 * }</pre>
 *
 * @param images images store
 * @param split split of the images, or {@code all}
 * @param output directory that gets a store for every epoch: epoch-000000 and so on
 * @param epochs epochs of the run that the views are for
 * @param recipe method that decides the views, and the seed of their randomness
 * @param overwrite replaces stores that are there
 */
public record AugmentStage(
    String images,
    String split,
    String output,
    Epochs epochs,
    RecipeChoice recipe,
    boolean overwrite)
    implements Request<AugmentStage.Views> {
  /** Default of {@code epochs}. */
  public static final String EPOCHS = "0";

  /**
   * Complete views.
   *
   * @param images number of images
   * @param recipe recipe that decided the views
   * @param bytes size of the files of all epochs
   */
  public record Views(long images, Recipe recipe, long bytes) {}

  @Override
  public TypedCommand typed(Runner runner) {
    return TypedCommand.of("augment")
        .with("images", images)
        .with("output", output)
        .unless(TrainingImages.TRAIN, "split", split)
        .unless(EPOCHS, "epochs", epochs)
        .flag("overwrite", overwrite)
        .with(recipe.options())
        .with(runner.argumentsWithoutDevice());
  }

  /** Writes the views of every epoch whose store is not complete. */
  @Override
  public Views run(Runner runner) {
    TrainingImages selected = TrainingImages.open(images, split);
    selected.refuseView("stored views");
    if (selected.count() == 0) {
      throw new UserError("there is no image to make views of; look at --images and --split");
    }
    // More steps than the epochs can have, so that no other constant of the recipe is in the way.
    Recipe made =
        recipe.recipe(
            selected.task(
                recipe.settings(), (epochs.last() + 1) * selected.count(), recipe.seed()));
    for (long epoch = epochs.first(); epoch <= epochs.last(); epoch++) {
      write(runner, selected, made, epoch);
    }
    return new Views(selected.count(), made, bytes());
  }

  private void write(Runner runner, TrainingImages selected, Recipe made, long epoch) {
    StoreReader<ImageRecord> store = StoreReader.open(ImageRecord.TYPE, images);
    Map<String, String> provenance = new TreeMap<>(TrainingViews.provenance(made));
    provenance.put("command", "augment");
    provenance.put(TrainingImages.IMAGES, selected.fingerprint());
    provenance.put(TrainingImages.SPLIT, selected.splitName());
    provenance.put("method", made.method().name());
    provenance.put(TrainingViews.EPOCH, Long.toString(epoch));
    provenance.put(Provenance.VERSION, Version.read());
    WriteStore<ViewsRecord> write =
        WriteStore.to(ViewsRecord.TYPE, ViewsRecord.directory(output, epoch))
            .withShards(store.manifest().shards().size())
            .withProvenance(provenance);
    AugmentImages augment =
        AugmentImages.of(store, selected.split(), made, epoch, write.shardWriter());
    boolean written =
        Stage.writing(write)
            .existing(Stage.Existing.overwrite(overwrite))
            .run(runner, "augment-" + epoch, pipeline -> pipeline.apply(augment));
    System.err.printf(
        "Epoch %d: views of %d images%s%n",
        epoch, selected.count(), written ? "" : " are there already");
  }

  private long bytes() {
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
