package org.vocabeam.transforms.evaluation;

import java.io.Serializable;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.methods.Methods;
import org.vocabeam.models.training.Encoder;
import org.vocabeam.models.training.ImageShape;
import org.vocabeam.models.training.Pooling;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.transforms.images.ImageRecord;
import org.vocabeam.transforms.images.Pixels;
import org.vocabeam.transforms.training.Checkpoint;

/**
 * Where an image's features come from.
 *
 * @param name {@code trained} or {@code random}
 * @param recipe JSON of the encoder
 * @param checkpoint directory of the encoder's weights; null for random ones
 * @param pooling of the backbone's maps
 */
public record FeatureSource(
    String name, String recipe, @Nullable String checkpoint, Pooling pooling)
    implements Serializable {
  private static final int BATCH = 256;

  /** A checkpoint's student. */
  public static FeatureSource trained(String checkpoint, Pooling pooling) {
    String recipe = Methods.toJson(Checkpoint.read(checkpoint).recipe());
    return new FeatureSource("trained", recipe, checkpoint, pooling);
  }

  /** The same network with the random weights that its run started from. */
  public FeatureSource random() {
    return new FeatureSource("random", recipe, null, pooling);
  }

  Extractor open() {
    Recipe of = Methods.recipe(recipe);
    return new Extractor(
        Encoder.of(
            of, checkpoint == null ? null : Checkpoint.read(checkpoint).state(), pooling, BATCH),
        of.images());
  }

  /** Computes features; one thread at a time. */
  record Extractor(Encoder encoder, ImageShape shape) implements AutoCloseable {
    /** Images in one call, at most. */
    int batchSize() {
      return encoder.batchSize();
    }

    /** {@code [images, width]}, row by row. */
    float[] extract(List<ImageRecord> images) {
      return encoder.embed(images.stream().map(this::pixels).toList());
    }

    private byte[] pixels(ImageRecord image) {
      if (image.height() != shape.height() || image.width() != shape.width()) {
        throw new UserError(
            String.format(
                "image '%s' is %d x %d, the encoder was trained on %d x %d; ingest with"
                    + " --resize=%d",
                image.id(),
                image.height(),
                image.width(),
                shape.height(),
                shape.width(),
                Math.min(shape.height(), shape.width())));
      }
      return Pixels.of(image, shape.channels()).values();
    }

    @Override
    public void close() {
      encoder.close();
    }
  }
}
