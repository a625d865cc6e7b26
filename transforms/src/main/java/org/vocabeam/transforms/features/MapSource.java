package org.vocabeam.transforms.features;

import java.io.Serializable;
import org.vocabeam.models.training.Encoder;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.MapShape;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.transforms.checkpoint.Checkpoint;
import org.vocabeam.transforms.worker.Compute;

/**
 * Source of the maps of images: a level of a checkpoint's student.
 *
 * @param recipe of the encoder
 * @param checkpoint directory of the encoder's weights
 * @param level of the backbone; empty for the last
 * @param compute how they are computed
 */
public record MapSource(Recipe recipe, String checkpoint, String level, Compute compute)
    implements Serializable {
  /** Size of the maps that a worker computes together: a map may be some megabytes. */
  private static final long BATCH_BYTES = 32L << 20;

  private static final int MAX_BATCH = 256;

  /** Returns the maps of a checkpoint's student. */
  public static MapSource of(String checkpoint, String level) {
    return new MapSource(Checkpoint.open(checkpoint).recipe(), checkpoint, level, Compute.CPU);
  }

  /**
   * Returns the maps of the same encoder for images that are shown as squares of another side; a
   * transformer's learned positions are resized.
   *
   * @param side in pixels
   * @throws org.vocabeam.models.UserError if the backbone cannot see images so small
   */
  public MapSource shownAt(int side) {
    recipe.backbone().check(side);
    ImageShape shape = new ImageShape(side, side, recipe.images().channels());
    return new MapSource(recipe.withImages(shape), checkpoint, level, compute);
  }

  /** Returns the same maps, computed in another way. */
  public MapSource on(Compute choice) {
    return new MapSource(recipe, checkpoint, level, choice);
  }

  /** Returns the shape of every map. */
  public MapShape shape() {
    return MapShape.of(recipe, level);
  }

  private int batchSize() {
    long fitting = BATCH_BYTES / Float.BYTES / shape().values();
    return (int) Math.max(1, Math.min(MAX_BATCH, fitting));
  }

  /** Loads the encoder. The caller closes it. */
  FeatureSource.Extractor open() {
    Encoder encoder =
        Encoder.maps(
            recipe, Checkpoint.open(checkpoint).state(), level, batchSize(), compute.begin());
    return new FeatureSource.Extractor(encoder, recipe.images(), compute.threads());
  }
}
